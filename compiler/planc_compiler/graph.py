"""Pass: the graph of tasks (P3): cycles with their whole path, an order, tasks that nothing reads.

Everything here is iterative: a chain of 20,000 tasks is an ordinary plan. Cycles are found as strongly connected
components (R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972); of each, shortest
cycles are reported until every task in it is in one that was shown.
"""

from __future__ import annotations

from collections import deque
from graphlib import TopologicalSorter

from planc_schemas.diagnostics import has_errors

from .program import Program, Unit
from .report import Place

MAX_CYCLES = 10
"""Cycles reported of one component; mending one usually mends others."""
MAX_SHOWN = 50
"""Tasks of one cycle that are named and labelled."""


def check_graph(program: Program) -> None:
    """Reports cycles and idle tasks, and fills `cyclic` and `order`."""
    waits = {name: sorted(other for other in unit.waits_for() if other != name) for name, unit in program.units.items()}
    for unit in program.units.values():
        _check_self(program, unit)
    position = {name: index for index, name in enumerate(waits)}
    for component in components(waits):
        program.cyclic.update(component)
        for cycle in _cycles(component, waits, position):
            _report_cycle(program, cycle)
    acyclic = {
        name: [other for other in others if other not in program.cyclic]
        for name, others in waits.items()
        if name not in program.cyclic
    }
    program.order = list(TopologicalSorter(acyclic).static_order())
    _check_needs(program)
    _check_unread(program)


def components(waits: dict[str, list[str]]) -> list[list[str]]:
    """The strongly connected components of more than one node, in the order of the first key in each."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    found: list[list[str]] = []
    for root in waits:
        if root in index:
            continue
        work = [(root, iter(waits[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, others = work[-1]
            for other in others:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(waits[other])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = [stack.pop()]
                    while component[-1] != node:
                        component.append(stack.pop())
                    on_stack.difference_update(component)
                    if len(component) > 1:
                        found.append(component)
    position = {name: place for place, name in enumerate(waits)}
    ordered = [sorted(component, key=position.__getitem__) for component in found]
    return sorted(ordered, key=lambda component: position[component[0]])


def _cycles(component: list[str], waits: dict[str, list[str]], position: dict[str, int]) -> list[list[str]]:
    """Shortest cycles that together touch every task of the component, at most MAX_CYCLES."""
    inside = set(component)
    shown: set[str] = set()
    cycles: list[list[str]] = []
    for start in component:
        if start in shown or len(cycles) == MAX_CYCLES:
            continue
        cycle = _shortest_cycle(start, inside, waits)
        shown.update(cycle)
        first = cycle.index(min(cycle, key=position.__getitem__))
        cycles.append(cycle[first:] + cycle[:first])
    return cycles


def _shortest_cycle(start: str, inside: set[str], waits: dict[str, list[str]]) -> list[str]:
    """The tasks of a shortest cycle through `start`, each waiting for the next and the last for the first."""
    came_from: dict[str, str] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in waits[node]:
            if other == start:
                path = [node]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if other in inside and other not in came_from:
                came_from[other] = node
                queue.append(other)
    raise AssertionError("a task of a component is on a cycle")


def _edge(unit: Unit, other: str) -> tuple[Place, str]:
    for kind, verb in ((unit.reads, "reads"), (unit.soft_reads, "reads"), (unit.needs, "needs")):
        if other in kind:
            return kind[other], f"`{unit.id}` {verb} `{other}`"
    raise AssertionError("an edge has a place")


def _report_cycle(program: Program, cycle: list[str]) -> None:
    labels = [_edge(program.units[name], cycle[(step + 1) % len(cycle)]) for step, name in enumerate(cycle[:MAX_SHOWN])]
    shown = cycle[:MAX_SHOWN]
    more = [f"… {len(cycle) - MAX_SHOWN} more"] if len(cycle) > MAX_SHOWN else []
    path = " → ".join([*shown, *more, cycle[0]])
    program.report.add(
        "P301",
        f"these tasks wait for each other: {path}",
        labels[0][0],
        label=labels[0][1],
        also=labels[1:],
        help="take one of these references away; a task that improves its own result says `repeat:`",
        task=cycle[0],
    )


def _check_self(program: Program, unit: Unit) -> None:
    if unit.id not in unit.waits_for():
        return
    place, words = _edge(unit, unit.id)
    for kind in (unit.reads, unit.soft_reads, unit.needs):
        kind.pop(unit.id, None)
    help_ = "take it out of `needs`" if "needs" in words else "within `repeat:`, the result before is `previous`"
    program.report.add("P302", f"task `{unit.id}` waits for itself", place, label=words, help=help_, task=unit.id)


def _check_needs(program: Program) -> None:
    for unit in program.units.values():
        for other, place in unit.needs.items():
            if other in unit.reads and other not in program.cyclic:
                program.report.add(
                    "P304",
                    f"task `{unit.id}` reads `{other}`, so it waits for it without `needs`",
                    place,
                    also=[(unit.reads[other], "read here")],
                    help="`needs` is for order without data",
                    task=unit.id,
                )


def _check_unread(program: Program) -> None:
    """A result that nobody takes is probably a forgotten reference; a plan without outputs shows every result."""
    if not program.outputs or program.broken or has_errors(program.report.diagnostics):
        return  # a result may only seem unread because of a reference that has already been reported
    used = set(program.read_by_outputs)
    for unit in program.units.values():
        used.update(unit.waits_for())
    for unit in program.units.values():
        if unit.id in used or unit.id in program.cyclic or _has_effects(unit):
            continue
        program.report.add(
            "P303",
            f"nothing reads the result of task `{unit.id}`",
            Place(unit.key),
            label="neither a task nor the plan's outputs",
            help=f"read it with `${{{{ tasks.{unit.id}.output }}}}`, or take the task out",
            task=unit.id,
        )


def _has_effects(unit: Unit) -> bool:
    """May running the task be an end in itself? Asking a person, running another plan and cleaning up may be."""
    if unit.task.kind in ("ask", "plan", "goal") or unit.task.run == "always":
        return True
    unknown = len(unit.specs) < ("tool" in unit.node.names()) + len(getattr(unit.task, "tools", ()))
    return unknown or any(spec.changes_world for spec in unit.specs)
