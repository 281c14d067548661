"""Values of the wrong type, and values of the right type that are not allowed."""

from __future__ import annotations

from ..model_schema import Path, Schema, branches, choices_of
from ..naming import task_id
from ..nearest import is_slip, nearest
from ..node import Node
from . import repairs, words
from .report import Report, Scope


def bad_value(path: Path, node: Node, scope: Scope, report: Report) -> None:
    """Reports the value at `path` once, with the most telling of the codes."""
    alternatives = branches(scope.model, path)
    value = node.value
    same_type = [branch for branch in alternatives if _fits(words.json_type(node), branch)]
    if isinstance(value, str) and "${{" in value and path[-1] != "foreach":
        _constant_only(path, node, alternatives, scope, report)
    elif repairs.durations(alternatives) and node.kind == "scalar" and value is not None:
        _bad_duration(path, node, scope, report)
    elif not same_type:
        _wrong_type(path, node, alternatives, scope, report)
    elif not isinstance(value, str):
        _out_of_range(path, node, same_type, scope, report)
    elif choices_of(alternatives):
        _bad_choice(path, node, value, alternatives, scope, report)
    elif _is_open_name(alternatives):
        _bad_name(path, node, value, scope, report)
    else:
        _bad_id(path, node, value, scope, report)


def _task_named_like(value: str, report: Report) -> str | None:
    root = report.source.root
    tasks = root.get("tasks") if root is not None and not report.is_full("P106") else None
    return nearest(value, tasks.names()) if tasks is not None else None


def _fits(found: str, branch: Schema) -> bool:
    wanted = branch.get("type")
    return wanted == found or (wanted == "number" and found == "integer")


def _is_open_name(alternatives: list[Schema]) -> bool:
    """Whether the place takes the name of a tool or a model."""
    return any("A-Z" in branch.get("pattern", "") for branch in alternatives)


def _constant_only(path: Path, node: Node, alternatives: list[Schema], scope: Scope, report: Report) -> None:
    report.add(
        "P112",
        f"{scope.place(path)} takes no expression: a check has to know it before anything runs",
        node,
        "an expression",
        help=f"write {words.expected(alternatives)}",
        task=scope.task,
    )


def _bad_duration(path: Path, node: Node, scope: Scope, report: Report) -> None:
    meant = repairs.duration(node)
    help = f"write `{meant}`" if meant else "write a number and a unit: 500ms, 30s, 5m, 2h or 1d"
    if isinstance(node.value, str) and ":" in node.value:
        help = "are these minutes or hours? Write one number and one unit, such as `750s` or `45000s`"
    report.add(
        "P109",
        f"{scope.place(path)} must be {words.DURATION}, and {words.found(node)} is not",
        node,
        "no unit" if meant and not isinstance(node.value, str) else "not a duration",
        help=help,
        fixes=report.replace(node, meant, safe=True),
        task=scope.task,
    )


def _wrong_type(path: Path, node: Node, alternatives: list[Schema], scope: Scope, report: Report) -> None:
    field = str(path[-1]) if path else ""
    if len(path) == 2 and path[0] == "models":
        field = "models"
    better = repairs.replacement(field, node, alternatives, branches(scope.model, (*path, 0)))
    if field == "foreach" and node.kind == "list":
        written = report.source.one_line(node)
        better = None if written is None else f"{{in: {written}}}"
    empty = node.kind == "scalar" and node.value is None
    report.add(
        "P103",
        f"{scope.place(path)} must be {words.expected(alternatives)}, not {words.found(node)}",
        node,
        "empty" if empty else f"this is {words.found(node)}",
        help=f"write `{better}`" if better else "",
        fixes=report.replace(node, better, safe=True),
        task=scope.task,
    )


def _out_of_range(path: Path, node: Node, alternatives: list[Schema], scope: Scope, report: Report) -> None:
    report.add(
        "P105",
        f"{scope.place(path)} must be {words.expected(alternatives)}, and {words.found(node)} is not",
        node,
        "out of range",
        task=scope.task,
    )


def _bad_choice(path: Path, node: Node, value: str, alternatives: list[Schema], scope: Scope, report: Report) -> None:
    field = str(next((step for step in reversed(path) if isinstance(step, str)), ""))
    meant = repairs.choice(field, value, choices_of(alternatives))
    report.add(
        "P104",
        f"{scope.place(path)} must be {words.expected(alternatives)}, not `{words.shorten(value)}`",
        node,
        "not one of them",
        help=f"did you mean `{meant}`?" if meant else "",
        fixes=report.replace(node, meant, safe=True),
        task=scope.task,
    )


def _bad_name(path: Path, node: Node, value: str, scope: Scope, report: Report) -> None:
    report.add(
        "P117",
        f"{scope.place(path)}: `{words.shorten(value)}` is not a possible name",
        node,
        "letters, digits, `_`, `.`, `:`, `/` and `-` only, a letter first, at most 128",
        task=scope.task,
    )


def _bad_id(path: Path, node: Node, value: str, scope: Scope, report: Report) -> None:
    better = (_task_named_like(value, report) if path[0] == "needs" else None) or task_id(value)
    report.add(
        "P106",
        f"{scope.place(path)}: `{words.shorten(value)}` is not a possible name",
        node,
        "lower-case letters, digits and `_` only, a letter first, at most 64",
        help=f"did you mean `{better}`?" if better else "",
        fixes=report.replace(node, better, safe=better is not None and is_slip(value, better)),
        task=scope.task,
    )
