"""Pass: every name resolved, the nearest one offered for those that are not (P2).

What a task reads is found on the way: `reads`, `soft_reads` and `needs` of its Unit are filled here, for `graph`.
A read is soft when it cannot fail for want of the other task's result: `.status`, `.errors`, and `.output` directly
under a test for null (`is defined`, `is none`, …) or on either side of `default(…)`: a fallback is asked for only when
it is needed, so `a | default(b)` joins two branches of which one is skipped.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .expressions import RESERVED, Code, children
from .foreign import foreign_name
from .nearest import is_slip, nearest
from .node import Node
from .program import Program, Slot, Unit
from .report import Place

MEMBERS = ("output", "status", "errors")
_SYNONYMS = {"outputs": "output", "result": "output", "results": "output", "response": "output", "error": "errors"}
_NULL_TESTS = frozenset({"defined", "undefined", "none", "empty"})
_LOOP_NAMES = {
    "loop": "`loop` exists inside `{% for %}` and in tasks with `foreach` or `repeat`",
    "previous": "`previous` exists in tasks with `repeat`",
    "output": "`output` alone exists in `repeat.until` only; another task's is `tasks.NAME.output`",
}
_OUTSIDE_ITEMS = ("if", "foreach.in")
"""Fields of a `foreach` task that are asked once, before there are items."""


def check_names(program: Program) -> None:
    """Reports unknown names and fills the dependencies of every task."""
    resolver = _Resolver(program)
    for unit in program.units.values():
        for slot in unit.slots.values():
            resolver.slot(slot, unit, _scope(unit, slot.name))
        resolver.needs(unit)
        resolver.tools(unit)
        resolver.model(unit.place("model"), getattr(unit.task, "model", None), unit.id)
        resolver.loop_variable(unit)
    for slot in program.outputs.values():
        resolver.slot(slot, None, frozenset())
    defaults = program.root.get("defaults")
    if defaults is not None and program.plan.defaults is not None:
        node = defaults.get("model")
        resolver.model(Place(node) if node else None, program.plan.defaults.model, None)
    resolver.limits()


def _scope(unit: Unit, slot_name: str) -> frozenset[str]:
    """Names besides inputs, tasks and run that a field may use."""
    task = unit.task
    if task.foreach is not None:
        return frozenset() if slot_name in _OUTSIDE_ITEMS else frozenset({task.foreach.as_, "loop"})
    if task.repeat is not None:
        if slot_name == "repeat.until":
            return frozenset({"output", "previous", "loop"})
        return frozenset() if slot_name in _OUTSIDE_ITEMS else frozenset({"previous", "loop"})
    return frozenset()


class _Resolver:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.report = program.report
        self.known_tasks = program.units.keys() | program.broken
        self.items = {unit.task.foreach.as_: unit.id for unit in program.units.values() if unit.task.foreach}
        self.unit: Unit | None = None

    # --- expressions ------------------------------------------------------------------------------------------

    def slot(self, slot: Slot, unit: Unit | None, scope: frozenset[str]) -> None:
        self.unit = unit
        for leaf, node in slot.leaves():
            if leaf[0] == "expr":
                self.expression(leaf[1], node, scope, False)
            else:
                self.text(leaf[1], node, scope)

    def text(self, segments: list[Any], node: Node, scope: frozenset[str]) -> None:
        for segment in segments:
            if not isinstance(segment, list):
                continue
            if segment[0] == "put":
                self.expression(segment[1], node, scope, False)
            elif segment[0] == "if":
                for condition, body in segment[1]:
                    self.expression(condition, node, scope, False)
                    self.text(body, node, scope)
                self.text(segment[2], node, scope)
            else:
                self.expression(segment[2], node, scope, False)
                self.text(segment[3], node, scope | {segment[1], "loop"})
                self.text(segment[4], node, scope)

    def expression(self, code: Code, node: Node, scope: frozenset[str], soft: bool) -> None:
        head = code[0]
        if head == "task":
            self.task(code, node, soft)
        elif head == "var":
            if code[1] not in scope:
                self.unknown_variable(code, node, scope)
        elif head == "get" and code[1][0] == "inputs":
            self.input(code, node)
        elif head == "run":
            self.run(code, node)
        elif head == "get":
            self.expression(code[1], node, scope, soft)
        elif head == "at":
            self.expression(code[1], node, scope, soft)
            self.expression(code[2], node, scope, False)
        elif head == "or":
            self.expression(code[1], node, scope, soft)
            self.expression(code[2], node, scope, soft)
        elif head == "cond":
            self.expression(code[1], node, scope, False)
            self.expression(code[2], node, scope, soft)
            self.expression(code[3], node, scope, soft)
        else:
            guards = head == "filter" and code[1] == "default"
            asks = head == "test" and code[1] in _NULL_TESTS
            for index, child in enumerate(children(code)):
                self.expression(child, node, scope, guards or (asks and index == 0))

    def task(self, code: Code, node: Node, soft: bool) -> None:
        _, name, member = code
        place = Place.spot(node, code)
        if name not in self.known_tasks:
            self.unknown_task(name, place, "reads")
            return
        if member not in MEMBERS:
            self.wrong_member(code, node)
        if name not in self.program.units:
            return
        if self.unit is None:
            self.program.read_by_outputs.add(name)
        elif soft or member in ("status", "errors"):
            self.unit.soft_reads.setdefault(name, place)
        else:
            self.unit.reads.setdefault(name, place)

    def unknown_task(self, name: str, place: Place, verb: str) -> None:
        near = self.report.nearest(name, self.known_tasks)
        who = f"task `{self.unit.id}` {verb}" if self.unit else "the plan's outputs read"
        self.report.add(
            "P201",
            f"{who} `{name}`, which is not in this plan",
            place,
            label="no task has this name",
            help=f"did you mean `{near}`?" if near else f"the tasks are: {_some(self.known_tasks)}",
            fix=(f"rename to `{near}`", place, near) if near else None,
            safe=near is not None and is_slip(name, near),
            task=self.unit.id if self.unit else None,
        )

    def wrong_member(self, code: Code, node: Node) -> None:
        _, name, member = code
        behind_id = code.spot_end
        if member is None:
            place, text = Place(node, behind_id, behind_id), ".output"
            message, help_ = f"`tasks.{name}` alone is no value", f"write `tasks.{name}.output`"
            shown = Place.of(node, code)
        else:
            shown = place = Place(node, code.end - len(member), code.end)
            meant = _SYNONYMS.get(member) or nearest(member, MEMBERS)
            text = meant or f"output.{member}"
            message = f"a task has no `{member}`"
            help_ = f"write `tasks.{name}.{text}`; a task has `output`, `status` and `errors`"
        fix = (f"write `tasks.{name}.{text.removeprefix('.')}`", place, text)
        task = self.unit.id if self.unit else None
        self.report.add("P207", message, shown, help=help_, fix=fix, safe=True, task=task)

    def input(self, code: Code, node: Node) -> None:
        name = code[2]
        known = self.program.plan.inputs
        if name in known or name in self.program.broken:
            return
        near = self.report.nearest(name, known)
        place = Place.spot(node, code)
        help_ = f"did you mean `{near}`?" if near else f"the inputs are: {_some(known)}" if known else ""
        self.report.add(
            "P202",
            f"there is no input `{name}`",
            place,
            label="not under `inputs:`",
            help=help_ or f"declare it: `inputs: {{{name}: string}}`",
            fix=(f"rename to `{near}`", place, near) if near else None,
            safe=near is not None and is_slip(name, near),
            task=self.unit.id if self.unit else None,
        )

    def run(self, code: Code, node: Node) -> None:
        if code[1] != "id":
            place = Place.spot(node, code)
            help_ = "`run.id` is all there is: anything else (a date, say) is an input, so that runs can be repeated"
            task = self.unit.id if self.unit else None
            self.report.add("P219", f"`run` has no `{code[1]}`", place, help=help_, task=task)

    def unknown_variable(self, code: Code, node: Node, scope: frozenset[str]) -> None:
        name = code[1]
        place = Place.of(node, code)
        task = self.unit.id if self.unit else None
        if name in _LOOP_NAMES:
            self.report.add("P204", f"there is no `{name}` here", place, help=_LOOP_NAMES[name], task=task)
            return
        if name in self.items:
            owner = self.items[name]
            help_ = f"`{name}` exists in the fields of task `{owner}` only, one value an instance"
            if owner == task:
                help_ = f"this field is asked once, before there is a `{name}`; to choose items, filter the list"
            else:
                help_ += f"; read its results with `tasks.{owner}.output`"
            self.report.add("P204", f"there is no `{name}` here", place, help=help_, task=task)
            return
        elsewhere = foreign_name(name, str(node.value)[code.end :])
        meant, sure = elsewhere.meant, False
        if name in self.program.plan.inputs:
            meant, sure = f"inputs.{name}", True
        elif name in self.known_tasks:
            behind = str(node.value)[code.end :].startswith(tuple(f".{member}" for member in MEMBERS))
            meant, sure = (f"tasks.{name}", True) if behind else (f"tasks.{name}.output", False)
        elif meant is not None:
            sure = elsewhere.member in (self.known_tasks if meant == "tasks" else self.program.plan.inputs)
        elif not elsewhere.help:
            meant = self.report.nearest(name, [*scope, *(RESERVED - _LOOP_NAMES.keys())])
            sure = meant is not None and is_slip(name, meant)
        in_scope = f"in scope are: {_some(['inputs', 'tasks', 'run', *scope])}"
        self.report.add(
            "P203",
            f"there is no `{name}` here",
            place,
            label="unknown name",
            help=elsewhere.help or (f"did you mean `{meant}`?" if meant else in_scope),
            fix=(f"write `{meant}`", place, meant) if meant else None,
            safe=sure,
            task=task,
        )

    # --- names outside expressions ----------------------------------------------------------------------------

    def needs(self, unit: Unit) -> None:
        self.unit = unit
        written = unit.node.get("needs")
        for node in written.items if written is not None else ():
            name = str(node.value)
            if name not in self.known_tasks:
                self.unknown_task(name, Place(node), "needs")
            elif name in self.program.units:
                unit.needs.setdefault(name, Place(node))

    def tools(self, unit: Unit) -> None:
        for where in _tool_nodes(unit):
            name = str(where.value)
            spec = self.program.tools.get(name)
            if spec is not None:
                unit.specs.append(spec)
                continue
            known = list(self.program.tools.names())
            near = self.report.nearest(name, known)
            help_ = f"did you mean `{near}`?" if near else f"the tools are: {_some(known)}"
            self.report.add(
                "P212",
                f"task `{unit.id}` uses the tool `{name}`, which is not installed",
                Place(where),
                label="no tool has this name",
                help=help_ if known else "no tools are installed; name a module that has some with `--tools`",
                fix=(f"use `{near}`", Place(where), near) if near else None,
                safe=near is not None and is_slip(name, near),
                task=unit.id,
            )

    def model(self, place: Place | None, name: str | None, task: str | None) -> None:
        """A name that is not under `models:` is the provider's; one that is nearly there is worth a word."""
        models = self.program.plan.models
        if name is None or not models or name in models:
            return
        near = self.report.nearest(name, models)
        if near and abs(len(near) - len(name)) <= 2:
            self.report.add(
                "P226",
                f"`{name}` is not under `models:` and is taken for a provider's model",
                place,
                help=f"did you mean `{near}`?",
                fix=(f"use `{near}`", place, near) if place else None,
                task=task,
            )

    def loop_variable(self, unit: Unit) -> None:
        foreach = unit.node.get("foreach")
        node = foreach.get("as") if foreach is not None and foreach.kind == "map" else None
        if node is not None and node.value in RESERVED:
            message = f"`{node.value}` cannot be the name of an item"
            help_ = f"reserved are: {', '.join(sorted(RESERVED))}"
            self.report.add("P217", message, Place(node), help=help_, task=unit.id)

    def limits(self) -> None:
        limits = self.program.root.get("limits")
        used = {str(node.value) for unit in self.program.units.values() for node in _tool_nodes(unit)}
        section = limits.get("tools") if limits is not None and limits.kind == "map" else None
        for key, _ in section.entries if section is not None else ():
            if key.value in used:
                continue
            near = self.report.nearest(str(key.value), used)
            self.report.add(
                "P227",
                f"this limits the tool `{key.value}`, which no task uses",
                Place(key),
                help=f"did you mean `{near}`?" if near else "",
                fix=(f"rename to `{near}`", Place(key), near) if near else None,
            )


def _tool_nodes(unit: Unit) -> list[Node]:
    node, listed = unit.node.get("tool"), unit.node.get("tools")
    return [*([node] if node is not None else ()), *(listed.items if listed is not None else ())]


def _some(names: Collection[str]) -> str:
    """Up to ten names for a help line."""
    known = sorted(names) if len(names) < 1_000 else list(names)
    shown = ", ".join(f"`{name}`" for name in known[:10])
    return f"{shown}, and {len(known) - 10} more" if len(known) > 10 else shown or "none"
