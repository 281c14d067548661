"""The tables of the README: `overhead.py [TASKS ...]`, every figure from a process of its own.

CPU seconds (all threads, the least of ROUNDS processes) stand beside the wall clock, because a machine that does other
things too says little about the latter. Ratios are of CPU, to the loops of the same shape and size in the same round.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from math import log
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import shapes

ROUNDS = 3
LARGE = 50_000
"""From here on one process a figure."""
OURS = ("value-memory", "tool-memory", "value-full", "tool-full")
Figures: TypeAlias = dict[str, Any]


def measured(systems: Sequence[str], shape: str, count: int) -> dict[str, list[Figures]]:
    """What each system took in each round. All are measured once a round, one after the other: where the processor is
    shared, its speed changes from minute to minute, and only neighbours can be compared."""
    script = str(Path(__file__).with_name("measure.py"))
    rounds: dict[str, list[Figures]] = {system: [] for system in systems}
    for _ in range(1 if count >= LARGE else ROUNDS):
        for system in systems:
            command = [sys.executable, script, system, shape, str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rounds[system].append(json.loads(done.stdout))
    return rounds


def least(rounds: list[Figures]) -> Figures:
    """For each part the least wall and CPU seconds of all rounds; the largest peak."""
    best: Figures = {}
    for figures in rounds:
        for name, value in figures.items():
            known = best.setdefault(name, value)
            best[name] = max(known, value) if name.endswith("_mb") else [*map(min, known, value)]
    return best


def ratio(ours: list[Figures], theirs: list[Figures], clock: int) -> float:
    """The median of the rounds' ratios of one run to the other; `clock` 0 is wall, 1 is CPU."""
    return median(one["run"][clock] / other["run"][clock] for one, other in zip(ours, theirs, strict=True))


def micro(figures: Figures, part: str, count: int) -> str:
    """`CPU (wall)` in microseconds a task."""
    wall, cpu = figures[part]
    return f"{cpu / count * 1e6:.1f} ({wall / count * 1e6:.0f})"


def table(shape: str, count: int, found: dict[tuple[str, str, int], Figures]) -> None:
    say(f"\n{shape}, {count:,} tasks: µs a task, CPU (wall)\n")
    say("| | run | to plain | to journalling | check | load | peak MB of check and run, of load |")
    say("|---|---|---|---|---|---|---|")
    loops: tuple[str, ...] = ("plain", "journalling")
    if shape == "chain":
        loops = ("plain", "journalling", "committing")
    rounds = measured([*loops, *OURS], shape, count)
    for system, taken in rounds.items():
        figures = found[system, shape, count] = least(taken)
        ratios = [f"{ratio(taken, rounds[loop], 1):.1f}" if loop in loops else "" for loop in ("plain", "journalling")]
        parts = [micro(figures, part, count) if part in figures else "" for part in ("check", "load")]
        peaks = [figures.get("run_peak_mb", figures["peak_mb"]), figures.get("load_peak_mb")]
        peak = ", ".join(f"{each:.0f}" for each in peaks if each is not None)
        say(f"| {system} | {micro(figures, 'run', count)} | {' | '.join(ratios + parts)} | {peak} |")
    if "committing" in rounds:
        pairs = (("journalling", "committing"), *((ours, loop) for ours in OURS[2:] for loop in loops[1:]))
        for system, loop in pairs:
            cpu, wall = [ratio(rounds[system], rounds[loop], clock) for clock in (1, 0)]
            say(f"| {system} to {loop} | CPU {cpu:.2f}, wall {wall:.2f} | | | | | |")


def growth(sizes: list[int], found: dict[tuple[str, str, int], Figures]) -> None:
    """Exponent of CPU seconds over tasks, from the second largest size to the largest: 1 is linear."""
    if len(sizes) < 2:
        return
    small, large = sizes[-2:]
    say(f"\nGrowth exponent from {small:,} to {large:,} tasks (CPU): check, run, load, all\n")
    say("| | " + " | ".join(shapes.SHAPES) + " |")
    say("|---" * (len(shapes.SHAPES) + 1) + "|")
    for system in OURS:
        cells = []
        for shape in shapes.SHAPES:
            pair = [found.get((system, shape, size)) for size in (small, large)]
            if None in pair:
                cells.append("")
                continue
            parts = [[each[part][1] for part in ("check", "run", "load")] for each in pair if each is not None]
            sums = [*zip(*parts, strict=True), (sum(parts[0]), sum(parts[1]))]
            cells.append(" ".join(f"{log(after / before) / log(large / small):.2f}" for before, after in sums))
        say(f"| {system} | {' | '.join(cells)} |")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [1_000, 10_000, 100_000]
    found: dict[tuple[str, str, int], Figures] = {}
    for count in sizes:
        for shape in shapes.SHAPES:
            table(shape, count, found)
    growth(sizes, found)


if __name__ == "__main__":
    main()
