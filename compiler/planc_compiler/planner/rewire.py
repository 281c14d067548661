"""A plan file's `goal` task becomes a `plan` task: its plan stands in a file from now on, and is no longer made anew.

Only the lines of the fields that say so change; every other line of the file stays, comments included.
"""

from __future__ import annotations

from collections.abc import Mapping

from planc_schemas.plan import Plan, PlanTask
from planc_schemas.values import Json

from ..fmt import format_text
from ..node import Node
from ..source import read
from ..write import write_plan
from .splice import CannotSplice

_GONE = ("goal", "tools", "limits", "approve")


def rewire(text: str, task: str, path: str, arguments: Mapping[str, Json]) -> str:
    """`text` with `plan: path` (and `with: arguments`) where the task said `goal`, without its tools and limits.

    A file that is not written in lines (`{goal: …}`) is brought into canonical form first. Raises CannotSplice when
    there is no such goal.
    """
    text = text if text.endswith("\n") else text + "\n"
    if not _in_lines(text, _task(text, task)):
        text = format_text(text)
    node = _task(text, task)
    if not _in_lines(text, node):
        raise CannotSplice(f"task `{task}` is not written in lines; `planc fmt` puts it so")
    lines = text.split("\n")
    found = {str(key.value): (key, value) for key, value in node.entries if key.value in _GONE}
    for name, (key, value) in sorted(found.items(), key=lambda item: item[1][0].span.line, reverse=True):
        start, indent = key.span.line - 1, " " * (key.span.column - 1)
        new = _plan_lines(path, arguments, indent, _comment(lines, key, value)) if name == "goal" else []
        lines[start : _end(lines, start, indent)] = new
    return "\n".join(lines)


def _task(text: str, task: str) -> Node:
    root = read(text, "").root
    tasks = root.get("tasks") if root is not None else None
    node = tasks.get(task) if tasks is not None else None
    if node is None or node.key("goal") is None:
        raise CannotSplice(f"there is no goal `{task}` in the plan")
    return node


def _in_lines(text: str, node: Node) -> bool:
    """Does each field of the task begin a line?"""
    lines = text.split("\n")
    return all(not lines[key.span.line - 1][: key.span.column - 1].strip() for key, _ in node.entries)


def _end(lines: list[str], start: int, indent: str) -> int:
    """The line behind a field: behind its last line that is indented deeper than its key."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        if lines[number].strip():
            if not lines[number].startswith(indent + " "):
                break
            end = number + 1
    return end


def _comment(lines: list[str], key: Node, value: Node) -> str:
    """The comment behind a value of one line."""
    if value.span.end_line != key.span.line or value.style in ("literal", "folded"):
        return ""
    rest = lines[key.span.line - 1][value.span.end_column - 1 :].strip()
    return f"  {rest}" if rest.startswith("#") else ""


def _plan_lines(path: str, arguments: Mapping[str, Json], indent: str, comment: str) -> list[str]:
    plan = Plan(version=1, name="x", tasks={"x": PlanTask.model_validate({"plan": path, "with": dict(arguments)})})
    written = write_plan(plan, schema="").split("\ntasks:\n  x:\n", 1)[1].rstrip("\n").split("\n")
    first, *rest = [indent + line.removeprefix("    ") for line in written]
    return [first + comment, *rest]
