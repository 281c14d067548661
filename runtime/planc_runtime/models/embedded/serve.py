"""The child process: the engine, serving Chat Completions on loopback until its parent goes away.

Started by `engine.py` as `python -P -m planc_runtime.models.embedded.serve`. The parent writes one line of JSON to
stdin (the fields of `Settings`) and keeps the pipe open; when it closes, because the parent is done or dead, this
process ends. One line of JSON comes back on stdout: `{"address": …}`, or `{"error": …}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from typing import Any

LONGEST_ANSWER = 2_048
"""Tokens of an answer when nobody says `max_tokens`: a small model that repeats itself would fill the whole context."""
PROMPT_CACHE_MIB = 512
HTTP_THREADS = 32

PASSIVE = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}
"""Must be set before the engine is loaded: by default its threads spin while they wait, and with other work on the
cores that was measured to be eight times slower."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the engine is to serve. `context` is in tokens, shared by `slots` answers at once."""

    model: str
    token: str
    slots: int
    context: int
    threads: int

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def parameters(engine: Any, settings: Settings) -> Any:
    """The engine's parameters: greedy and seeded, so that the same calls in the same order give the same answers.

    Not quite more than that: a prompt that is in the cache, or that is answered together with others, goes through
    the processor in other batches, and a rounding error may tip the choice between two words.
    """
    params = engine.CommonParams()
    params.model.path = settings.model
    params.n_ctx = settings.context
    params.n_parallel = settings.slots
    params.kv_unified = True  # one long prompt may use what the other slots do not
    params.n_predict = LONGEST_ANSWER
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.threads
    params.sampling.temp = 0.0
    params.sampling.seed = 1
    params.cache_prompt = True
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [settings.token]
    params.n_threads_http = HTTP_THREADS
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.offline = True
    params.verbosity = 1
    return params


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it may want to finish what runs
    with os.fdopen(os.dup(1), "w") as channel:
        os.dup2(2, 1)  # whatever the engine prints is no answer to the parent
        settings = Settings(**json.loads(sys.stdin.readline()))
        threading.Thread(target=_end_with_parent, daemon=True).start()
        os.environ.update(PASSIVE)
        try:
            import xllamacpp

            server = xllamacpp.Server(parameters(xllamacpp, settings))
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent puts it into words
            channel.write(json.dumps({"error": f"{type(error).__name__}: {error}"}) + "\n")
            channel.flush()
            os._exit(1)
        channel.write(json.dumps({"address": server.listening_address}) + "\n")
    threading.Event().wait()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
