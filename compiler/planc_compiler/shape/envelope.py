"""The plan itself: its sections, and its tasks by id."""

from __future__ import annotations

from typing import cast

from planc_schemas.diagnostics import Edit, Fix, Span
from planc_schemas.plan import VERSION, AnyTask, Plan
from planc_schemas.values import MAX_TASKS, PLAN_NAME, TASK_ID, Json

from ..naming import plan_name
from ..node import Node
from . import words
from .errors import validate
from .keys import meant_by, unknown_key
from .prune import pruned
from .report import Report, Scope
from .tasks import parse_task

_FIELDS = [info.alias or name for name, info in Plan.model_fields.items()]
_MISSING = {
    "version": f"add `version: {VERSION}` as the first line",
    "name": "add `name:` with a short name such as `paper-review`",
    "tasks": "add `tasks:` with at least one task",
}
_PLACEHOLDER = {"version": VERSION, "name": "plan"}
_NO_TASKS = {"none": {"value": None}}
"""Stands in for the tasks while the rest of a plan without usable tasks is checked."""


def parse_envelope(root: Node, report: Report) -> tuple[Plan | None, Node]:
    """The plan as far as it can be built, and its tree, without what is not in the plan; problems go to `report`."""
    if root.kind != "map":
        help = "begin with `version: 1`, `name: …` and `tasks:`"
        report.add("P103", f"a plan must be a mapping, not {words.found(root)}", root, help=help)
        return None, root
    scope = Scope(root, Plan)
    unknown = [key for key, _ in root.entries if str(key.value) not in _FIELDS]
    for key in unknown:
        unknown_key(key, root, _FIELDS, (), scope, report)
    _missing(root, unknown, report)
    tasks, trees = parse_tasks(root.get("tasks"), report)
    data: dict[str, Json] = {**_PLACEHOLDER, "tasks": tasks or _NO_TASKS}
    for key, node in root.entries:
        if key.value in _FIELDS and key.value != "tasks":
            data[str(key.value)] = node.to_json()
    _name(root, data, report)
    _version(root, data, report)
    plan, bad = validate(scope, data, report)
    if plan is None:
        data.update(_PLACEHOLDER)
        plan, _ = validate(scope, data, Report(report.source))
    report.broken.update(str(path[1]) for path in bad if len(path) > 1 and path[0] in ("inputs", "outputs"))
    root = pruned(_with_tasks(root, trees), bad)
    return (cast("Plan | None", plan) if tasks else None), root


def _with_tasks(root: Node, trees: list[tuple[Node, Node]]) -> Node:
    """The root with the known sections only, and these trees as its tasks."""
    entries = []
    for key, node in root.entries:
        if key.value == "tasks" and node.kind == "map":
            entries.append((key, Node("map", node.span, entries=trees, written=node.written)))
        elif str(key.value) in _FIELDS:
            entries.append((key, node))
    return Node("map", root.span, entries=entries, written=root.written)


def _missing(root: Node, unknown: list[Node], report: Report) -> None:
    meant = {meant_by(str(key.value), _FIELDS) for key in unknown}
    for name, help in _MISSING.items():
        if root.get(name) is not None or name in meant:
            continue
        place = root.entries[0][0] if root.entries else root
        fixes: tuple[Fix, ...] = ()
        if name == "version" and place.written and place.span.column == 1:
            start = Span(place.span.line, 1, place.span.line, 1)
            fixes = (Fix("add the version", (Edit(report.source.file, start, f"version: {VERSION}\n"),), safe=True),)
        report.add("P101", f"the plan has no `{name}`", place, f"`{name}` is missing", help=help, fixes=fixes)


def _name(root: Node, data: dict[str, Json], report: Report) -> None:
    node = root.get("name")
    if node is None or not isinstance(node.value, str) or PLAN_NAME.fullmatch(node.value):
        return
    better = plan_name(node.value)
    report.add(
        "P106",
        f"`{words.shorten(node.value)}` cannot be the name of a plan",
        node,
        "lower-case letters, digits, `_` and `-` only, a letter first, at most 64",
        help=f"call it `{better}`" if better else "",
        fixes=report.replace(node, better, f"call it `{better}`", safe=True),
    )
    data["name"] = _PLACEHOLDER["name"]


def _version(root: Node, data: dict[str, Json], report: Report) -> None:
    """`1.0` and `true` equal 1 in Python, and are no versions."""
    node = root.get("version")
    if node is not None and (node.value is True or isinstance(node.value, float)):
        message = f"`version` must be `{VERSION}`, not {words.found(node)}"
        fixes = report.replace(node, str(VERSION), safe=node.value == VERSION)
        report.add("P103", message, node, "not a version", help=f"write `{VERSION}`", fixes=fixes)
        data["version"] = VERSION


def parse_tasks(node: Node | None, report: Report) -> tuple[dict[str, AnyTask], list[tuple[Node, Node]]]:
    """All tasks that have the right shape, by id, and the trees of all; the ids of the others go to `report.broken`."""
    if node is None:
        return {}, []
    if node.kind != "map":
        _not_a_mapping(node, report)
        return {}, []
    if not node.entries:
        report.add("P115", "the plan has no tasks", node, "empty", help="add at least one task")
    if len(node.entries) > MAX_TASKS:
        message = f"the plan has {len(node.entries):,} tasks; at most {MAX_TASKS:,} are allowed"
        help = "use `foreach` instead of copies, or split it into several plans"
        report.add("P116", message, node.entries[MAX_TASKS][0], "one too many", help=help)
        return {}, []
    trees: list[tuple[Node, Node]] = []
    tasks: dict[str, AnyTask] = {}
    seen: dict[str, Node] = {}
    for key, value in node.entries:
        name = str(key.value)
        if seen.setdefault(name, key) is not key:
            _same_id(name, seen[name], key, report)
            continue
        task, tree = parse_task(key, value, report)
        trees.append((key, tree))
        if task is None or TASK_ID.fullmatch(name) is None:
            report.broken.add(name)
        else:
            tasks[name] = task
    return tasks, trees


def _same_id(name: str, first: Node, second: Node, report: Report) -> None:
    """Two steps of an older version with one id. In a file of this version the source pass finds equal keys."""
    labels = (report.source.label(second, "again here"), report.source.label(first, "first here"))
    report.add_at("P006", f"two tasks have the id `{name}`", labels, help="give one of them another id", task=name)


def _not_a_mapping(node: Node, report: Report) -> None:
    if node.kind == "scalar" and node.value is None:
        report.add("P115", "the plan has no tasks", node, "empty", help="add at least one task")
        return
    help = "write each task below its id:  find: {tool: arxiv_search}"
    if node.kind == "list":
        help = "write each task below its id, `find:`, instead of `- id: find`"
    message = f"`tasks` must be a mapping of ids to tasks, not {words.found(node)}"
    report.add("P103", message, node, f"this is {words.found(node)}", help=help)
