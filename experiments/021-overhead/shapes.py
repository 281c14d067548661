"""The graphs that are measured, as lists of upstream tasks, and as plan files whose tasks do nothing."""

from __future__ import annotations

from math import isqrt
from typing import Final

from planc_schemas.values import MAX_TASKS

SHAPES: Final = ("fan", "layered", "lattice", "chain")
WIDTH: Final = 100
"""Tasks in a layer of `layered`."""


def upstream(shape: str, count: int) -> list[list[int]]:
    """For every task the numbers of those it waits for.

    fan: one, then all but two at once, then one that waits for them all. layered: layers of WIDTH tasks, each waits
    for three of the layer before. lattice: a square; each waits for its neighbours to the left and above. chain: each
    waits for the one before.
    """
    if shape == "fan":
        return [[], *([0] for _ in range(count - 2)), list(range(1, count - 1))]
    if shape == "layered":
        return [_of_layer(number) for number in range(count)]
    if shape == "lattice":
        return _lattice(count)
    return [[number - 1] if number else [] for number in range(count)]


def _of_layer(number: int) -> list[int]:
    layer, place = divmod(number, WIDTH)
    if layer == 0:
        return []
    before = (layer - 1) * WIDTH
    return sorted(before + (place + step) % WIDTH for step in range(3))


def _lattice(count: int) -> list[list[int]]:
    side = isqrt(count)
    graph = []
    for number in range(count):
        row, column = divmod(number, side)
        graph.append([*([number - side] if row else []), *([number - 1] if column else [])])
    return graph


def plan_text(graph: list[list[int]], kind: str) -> str:
    """A plan file. kind "tool": every task calls a tool that gives its argument back, read from the first task it
    waits for; "value": every task is that task's output. The others it waits for stand in `needs`."""
    lines = ["version: 1", f"name: {kind}s", "tasks:"]
    for number, before in enumerate(graph):
        reads = f"${{{{ tasks.t{before[0]}.output }}}}" if before else "1"
        work = f"tool: noop, with: {{given: {reads!r}}}" if kind == "tool" else f"value: {reads!r}"
        if not before:
            work = work.replace("'1'", "1")
        needs = f", needs: [{', '.join(f't{each}' for each in before[1:])}]" if len(before) > 1 else ""
        lines.append(f"  t{number}: {{{work}{needs}}}")
    return "\n".join([*lines, f"outputs: {{last: '${{{{ tasks.t{len(graph) - 1}.output }}}}'}}", ""])


def plan_files(shape: str, count: int, kind: str) -> tuple[str, dict[str, str]]:
    """The plan and the files it uses: up to MAX_TASKS tasks it is one file; beyond, as the published limit wants it, a
    plan whose tasks are plans of MAX_TASKS tasks each, one after the other in a chain and at once otherwise."""
    if count <= MAX_TASKS:
        return plan_text(upstream(shape, count), kind), {}
    parts = [min(MAX_TASKS, count - begun) for begun in range(0, count, MAX_TASKS)]
    files = {f"part{number}.plan.yaml": plan_text(upstream(shape, size), kind) for number, size in enumerate(parts)}
    lines = ["version: 1", "name: whole", "tasks:"]
    for number, path in enumerate(files):
        needs = f", needs: [p{number - 1}]" if shape == "chain" and number else ""
        lines.append(f"  p{number}: {{plan: {path}{needs}}}")
    last = f"${{{{ tasks.p{len(parts) - 1}.output.last }}}}"
    return "\n".join([*lines, f"outputs: {{last: '{last}'}}", ""]), files
