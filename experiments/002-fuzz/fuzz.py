"""Runs generated and damaged plans through everything that reads a plan; see README.md.

`fuzz.py CASES [FIRST_SEED]` works in processes of 5,000 cases each. A case that raises, that takes more than 2 seconds
of CPU, or that brings its process over 500 MB fails; its seed and its text are printed, and the run goes on.
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

CHUNK = 5_000
FORMS = 10
"""Of one text: as it is, and damaged in nine ways."""
SECONDS = 2.0
MEGABYTES = 500


class TooSlow(BaseException):
    """Not an Exception, so that nothing between here and the loop takes it for its own."""


def _too_slow(signum: int, frame: FrameType | None) -> None:
    raise TooSlow


def chunk(seed: int, cases: int) -> dict[str, Any]:
    """Runs `cases` cases in this process."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from tests.support.fuzzing import WHOLE, damage, run_case

    signal.signal(signal.SIGVTALRM, _too_slow)
    codes: Counter[str] = Counter()
    totals = {"cases": 0, "plans": 0, "slowest": 0.0, "cpu": 0.0}

    random = Random(seed)

    @seeded(seed)
    @settings(
        max_examples=cases // FORMS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(WHOLE)
    def several(text: str) -> None:
        one(text)
        for _ in range(FORMS - 1):
            one(damage(text, random))

    def one(text: str) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        started = time.process_time()
        try:
            done = run_case(text)
        except TooSlow:
            raise AssertionError(f"more than {SECONDS} s of CPU:\n{text}") from None
        except Exception as error:
            raise AssertionError(f"{error!r} from:\n{text!r}") from error
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - started
        totals["cases"] += 1
        totals["plans"] += done.plan is not None
        totals["cpu"] += took
        totals["slowest"] = max(totals["slowest"], took)
        codes.update({found.code for found in done.diagnostics})

    several()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if peak > MEGABYTES:
        raise SystemExit(f"seed {seed}: {peak:.0f} MB")
    return {**totals, "megabytes": peak, "codes": dict(codes)}


def main() -> None:
    if sys.argv[1] == "chunk":
        sys.stdout.write(json.dumps(chunk(int(sys.argv[2]), int(sys.argv[3]))))
        return
    cases = int(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    codes: Counter[str] = Counter()
    failed: list[int] = []
    total = {"cases": 0, "plans": 0, "slowest": 0.0, "cpu": 0.0, "megabytes": 0.0}
    for number in range(-(-cases // CHUNK)):
        command = [sys.executable, __file__, "chunk", str(first + number), str(min(CHUNK, cases - number * CHUNK))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            failed.append(first + number)
            sys.stdout.write(f"seed {first + number}:\n{done.stderr[-8_000:]}\n")
            continue
        found = json.loads(done.stdout)
        codes.update(found["codes"])
        for name in ("cases", "plans", "cpu"):
            total[name] += found[name]
        for name in ("slowest", "megabytes"):
            total[name] = max(total[name], found[name])
        sys.stdout.write(f"{json.dumps(total)} codes={len(codes)}\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps(dict(codes.most_common())) + "\n")
    if failed:
        raise SystemExit(f"failed: seeds {failed}")


if __name__ == "__main__":
    main()
