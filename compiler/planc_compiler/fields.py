"""Reads the expressions of every field that may have some: Node tree and plan model → Program."""

from __future__ import annotations

from collections.abc import Collection

from planc_schemas.plan import Plan
from planc_schemas.ports import ToolCatalogue

from .expressions import Fault, NodeFaults, parse_expression, read_data, read_text
from .node import Node
from .program import Program, Slot, Unit
from .report import Place, Report

MAX_FAULTS = 1_000
"""Problems in expressions after which the rest of the file is not read."""
_TEXTS = ("prompt", "agent", "goal", "ask", "system")
_DATA = ("with", "value")
_EXPRESSIONS = {
    "if": "`if` takes `${{ … }}`, `true` or `false`",
    "foreach.in": "`in` takes a list or `${{ … }}`",
    "repeat.until": "`until` takes `${{ … }}`",
}


def read_fields(
    plan: Plan, root: Node, report: Report, tools: ToolCatalogue, broken: frozenset[str] = frozenset()
) -> Program:
    """The program of a plan: `plan` was made of `root`, but for the tasks in `broken`. Faults go to `report`."""
    units: dict[str, Unit] = {}
    tasks = root.get("tasks")
    for key, node in tasks.entries if tasks else ():
        task = plan.tasks.get(str(key.value))
        if task is not None and report.found.total() < MAX_FAULTS:
            units[str(key.value)] = _unit(Unit(str(key.value), task, key, node), report, plan.inputs)
        elif task is not None:
            broken |= {str(key.value)}
    outputs: dict[str, Slot] = {}
    written = root.get("outputs")
    for key, node in written.entries if written and written.kind == "map" else ():
        outputs[str(key.value)] = _data_slot(f"outputs.{key.value}", node, report, None, plan.inputs)
    return Program(plan, root, report, tools, units, outputs, broken)


def _unit(unit: Unit, report: Report, inputs: Collection[str]) -> Unit:
    names = [unit.task.foreach.as_] if unit.task.foreach is not None else ()
    for name, slot in _fields(unit.node):
        path = f"{name}.{slot[0]}" if slot[0] else name
        node = slot[1]
        if name in _TEXTS:
            if isinstance(node.value, str):
                unit.slots[path] = _text_slot(path, node, report, unit.id, names)
        elif path not in _EXPRESSIONS or _is_expression(path, node, report, unit.id):
            unit.slots[path] = _data_slot(path, node, report, unit.id, inputs)
    return unit


def _fields(node: Node) -> list[tuple[str, tuple[str, Node]]]:
    """The task's fields that may hold expressions: (field, (field inside it or "", its node))."""
    found: list[tuple[str, tuple[str, Node]]] = []
    for key, value in node.entries:
        name = str(key.value)
        if name in _TEXTS or name in _DATA or name == "if":
            found.append((name, ("", value)))
        elif name in ("foreach", "repeat", "on_error") and value.kind == "map":
            inside = {"foreach": "in", "repeat": "until", "on_error": "value"}[name]
            inner = value.get(inside)
            if inner is not None:
                found.append((name, (inside, inner)))
    return found


def _text_slot(name: str, node: Node, report: Report, task: str, names: Collection[str]) -> Slot:
    segments, faults = read_text(str(node.value), tags=True, names=names)
    for fault in faults:
        report.fault(node, fault, task)
    return Slot(name, "text", node, segments)


def _data_slot(name: str, node: Node, report: Report, task: str | None, inputs: Collection[str]) -> Slot:
    faults: NodeFaults = []
    code = read_data(node, faults)
    for where, fault in faults:
        if not _is_name_of_file(where, fault, inputs):
            report.fault(where, fault, task)
    return Slot(name, "data", node, code)


def _is_name_of_file(node: Node, fault: Fault, inputs: Collection[str]) -> bool:
    """`inputs.csv` as a plain text is no forgotten expression when there is no such input."""
    text = str(node.value)[fault.start : fault.end]
    return fault.code == "P214" and text.startswith("inputs.") and text.split(".")[1].split("[")[0] not in inputs


def _is_expression(path: str, node: Node, report: Report, task: str) -> bool:
    """Is the value of a field that takes one expression no bare text? A bare one is reported, with a fix."""
    if not isinstance(node.value, str) or "${{" in node.value:
        return True
    text = node.value.strip().removeprefix("{{").removesuffix("}}").strip()
    _, faults = parse_expression(text, 0, len(text))
    wrapped = f"${{{{ {text} }}}}"
    # In quotes, because braces mean something else in a plain scalar within `{…}`.
    quoted = f'"{wrapped}"' if '"' not in text and "\\" not in text and "\n" not in text else None
    fix = (f"write {wrapped}", Place(node), quoted) if quoted and not faults else None
    report.add(
        "P213",
        f"`{path}` of task `{task}` is a text, not an expression",
        Place(node),
        label="not inside ${{ … }}",
        help=f"{_EXPRESSIONS[path]}: `{wrapped}`" if not faults else _EXPRESSIONS[path],
        fix=fix,
        safe=True,
        task=task,
    )
    return False
