"""Pass: what the plan can reach and use at most (P5): rights of its tools, effects that repeat, budgets.

A right is known before the run or the plan is refused: hosts and commands must stand in the plan. Paths may be built
at run time, since they are checked once more after rendering; then the right is the folder that stands in front.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from planc_schemas.plan import AgentTask, Memory, ToolTask
from planc_schemas.ports import ToolSpec
from planc_schemas.values import MAX_FOREACH_ITEMS

from .node import Node
from .program import Program, Unit
from .report import Place

_TEMPLATE = re.compile(r"(\w+):\{(\w+)\}")
_ORIGIN = re.compile(r"https?://[^/?#\s]+[/?#]")
_PORTS = {"http": 80, "https": 443}
_MUST_BE_CONSTANT = {"net": "host", "run": "command", "env": "variable", "secret": "secret"}


def check_limits(program: Program) -> None:
    """Reports what is unbounded or repeats harm; fills the effects of every task and the rights of the plan."""
    rights: set[str] = set()
    for unit in program.units.values():
        rights.update(f"tool:{spec.name}" for spec in unit.specs)
        unit.effects = _effects(program, unit)
        rights.update(unit.effects)
        if unit.imported is not None:
            rights.update(unit.imported.plan.rights)
        _check_repetition(program, unit)
        _check_items(program, unit)
    _check_budget(program)
    program.rights = tuple(sorted(rights))


def changes_world(unit: Unit) -> bool:
    """May repeating the task do harm?"""
    return any(spec.changes_world for spec in unit.specs)


# --- rights ---------------------------------------------------------------------------------------------------


def _effects(program: Program, unit: Unit) -> tuple[str, ...]:
    found: set[str] = set()
    memory = unit.task.memory if isinstance(unit.task, AgentTask) else None
    if isinstance(memory, Memory) and memory.scope == "store":
        found.add(f"tool:memory.{memory.store}")  # what other plans remembered, too
    for spec in unit.specs:
        for effect in spec.effects:
            match = _TEMPLATE.fullmatch(effect)
            if match is None:
                found.add(effect)
            elif isinstance(unit.task, ToolTask):
                found.update(_rights_of_argument(program, unit, spec, match.group(1), match.group(2)))
            else:
                found.add(f"{match.group(1)}:*")  # a model chooses the argument
    return tuple(sorted(found))


def _rights_of_argument(program: Program, unit: Unit, spec: ToolSpec, family: str, name: str) -> list[str]:
    """The rights that a tool's argument asks for; a host or command that is not constant is reported."""
    argument, node = _argument(unit, name)
    if argument is None:
        argument = ["const", spec.arguments.get("properties", {}).get(name, {}).get("default")]
    if argument == ["const", None]:
        return []  # nothing is used
    rights = [_right(family, target) for target in _targets(family, argument)]
    known = [right for right in rights if right is not None]
    if rights and len(known) == len(rights):
        return known
    if family not in _MUST_BE_CONSTANT:
        return [f"{family}:*"]
    word = _MUST_BE_CONSTANT[family]
    program.report.add(
        "P501",
        f"the {word} that task `{unit.id}` uses is not known before it runs",
        Place(node) if node is not None else unit.place("with"),
        label=f"the {word} must stand here as it is" + (", after http:// or https://" if family == "net" else ""),
        help=f"write the {word} in the plan{'; data may follow behind it' if family == 'net' else ''}; "
        "for one of several, make a task for each and choose with `if`",
        task=unit.id,
    )
    return []


def _argument(unit: Unit, name: str) -> tuple[list[Any] | None, Node | None]:
    slot = unit.slots.get("with")
    if slot is None:
        return None, None
    node = slot.node.get(name)
    if slot.code[0] == "const" and isinstance(slot.code[1], dict):
        return (["const", slot.code[1][name]], node) if name in slot.code[1] else (None, None)
    return (slot.code[1].get(name), node) if slot.code[0] == "obj" else (None, None)


class _Target(NamedTuple):
    """What is known of a right's target: a constant text, and whether it is all of it or only the beginning."""

    text: str
    complete: bool


def _targets(family: str, data: list[Any]) -> list[_Target]:
    """The targets in an argument: a text, or the texts of a list (of a command line, its first)."""
    if data[0] == "const" and isinstance(data[1], list):
        items = [["const", item] for item in data[1]]
    elif data[0] == "arr":
        items = list(data[1])
    else:
        items = [data]
    return [_target(item) for item in (items[:1] if family == "run" else items)]


def _target(data: list[Any]) -> _Target:
    if data[0] == "const" and isinstance(data[1], str):
        return _Target(data[1], True)
    if data[0] == "text" and isinstance(data[1][0], str):
        return _Target(data[1][0], False)
    return _Target("", False)


def _right(family: str, target: _Target) -> str | None:
    """The right for a target, or None if too little of it is known."""
    if family == "net":
        return _net_right(target)
    if family in ("read", "write"):
        path = target.text if target.complete else target.text.rpartition("/")[0]
        return f"{family}:{posixpath.normpath(path)}" if path else None
    return f"{family}:{target.text}" if target.complete and target.text else None


def _net_right(target: _Target) -> str | None:
    if not target.complete and _ORIGIN.match(target.text) is None:
        return None
    try:
        parts = urlsplit(target.text)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.username is not None:
        return None
    host = parts.hostname.rstrip(".")
    return f"net:[{host}]:{port}" if ":" in host else f"net:{host}:{port}"


# --- effects that repeat, sizes, budgets ----------------------------------------------------------------------


def _check_repetition(program: Program, unit: Unit) -> None:
    if not changes_world(unit):
        return
    tools = ", ".join(f"`{spec.name}`" for spec in unit.specs if spec.changes_world)
    if unit.task.retry is not None and unit.task.retry.max_attempts > 1:
        program.report.add(
            "P508",
            f"a failed attempt of task `{unit.id}` is tried again, and {tools} changes the world",
            unit.place("retry"),
            help="an attempt may have done its work before it failed; retry only what can be done twice",
            task=unit.id,
        )
    if unit.task.cache not in (None, False):
        program.report.add(
            "P507",
            f"the result of task `{unit.id}` may be kept, and then {tools} does nothing in later runs",
            unit.place("cache"),
            help="take `cache` out if the effect is wanted in every run",
            task=unit.id,
        )


def _check_items(program: Program, unit: Unit) -> None:
    slot = unit.slots.get("foreach.in")
    if slot is None:
        return
    items = (
        slot.code[1] if slot.code[0] == "arr" or (slot.code[0] == "const" and isinstance(slot.code[1], list)) else []
    )
    if len(items) > MAX_FOREACH_ITEMS:
        message = f"task `{unit.id}` has {len(items)} items; the limit is {MAX_FOREACH_ITEMS}"
        program.report.add("P504", message, Place(slot.node), task=unit.id)


def _check_budget(program: Program) -> None:
    """A budget of calls that even a run without failures and loops cannot keep."""
    limits = program.plan.limits
    node = program.root.get("limits")
    if limits is None or limits.calls is None or node is None:
        return
    sure = [
        unit
        for unit in program.units.values()
        if unit.task.kind in ("prompt", "agent", "goal") and unit.task.if_ is None and not _may_be_skipped(unit)
    ]
    if len(sure) > limits.calls:
        program.report.add(
            "P506",
            f"`limits.calls` is {limits.calls}, but the plan makes at least {len(sure)} model calls",
            Place(node.get("calls") or node),
            help=f"allow at least {len(sure)}, and more for retries",
        )


def _may_be_skipped(unit: Unit) -> bool:
    return unit.task.foreach is not None or bool(unit.reads or unit.needs)
