"""A plan file's text with some of its tasks replaced, added or removed; every other byte stays.

Sections and tasks are found by the positions that the parser gives; what belongs to an entry ends at the last line
that is its own, so that comments between tasks stay with the task that follows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planc_schemas.plan import AnyTask, Plan
from planc_schemas.values import Json

from ..node import Node
from ..source import read
from ..write import write_plan

_INDENT = "  "


class CannotSplice(ValueError):
    """The file is written in a way that cannot be edited by lines (a section in braces on one line)."""


def splice(
    text: str,
    tasks: Mapping[str, AnyTask],
    removed: Sequence[str],
    outputs: Mapping[str, Json | None],
) -> str:
    """`text` with `tasks` put in (a known id is replaced, a new one stands last) and `removed` left out.

    `outputs` are added or, with None, taken away. Raises CannotSplice.
    """
    text = text if text.endswith("\n") else text + "\n"
    known = _entries(text, "tasks")
    chunks: dict[str, list[str]] = {name: [] for name in removed}
    chunks.update({name: _task_lines(name, task) for name, task in tasks.items() if name in known})
    text = _edit(text, "tasks", chunks, blank_between=True)
    new = [line for name, task in tasks.items() if name not in known for line in ["", *_task_lines(name, task)]]
    text = _append(text, "tasks", new)
    gone: dict[str, list[str]] = {name: [] for name, value in outputs.items() if value is None}
    text = _edit(text, "outputs", gone, blank_between=False)
    lines = [line for name, value in outputs.items() if value is not None for line in _output_lines(name, value)]
    return _append(text, "outputs", lines)


def _entries(text: str, section: str) -> dict[str, int]:
    """The line (from 0) of each key of a section."""
    node = _section(text, section)
    if node is None or not node.entries:
        return {}
    entries = {str(key.value): key.span.line - 1 for key, _ in node.entries}
    lines = text.split("\n")
    if any(not lines[line].startswith(_INDENT) or lines[line][2:3] in " {" for line in entries.values()):
        raise CannotSplice(f"`{section}` is not written in lines of two blanks; `planc fmt` puts it so")
    return entries


def _section(text: str, section: str) -> Node | None:
    root = read(text, "").root
    return root.get(section) if root is not None else None


def _edit(text: str, section: str, chunks: Mapping[str, list[str]], *, blank_between: bool) -> str:
    """Replaces the lines of whole entries; one replaced by nothing takes the blank line before it along."""
    entries = _entries(text, section)
    lines = text.split("\n")
    for name in sorted((name for name in chunks if name in entries), key=entries.__getitem__, reverse=True):
        start, end = entries[name], _end(lines, entries[name])
        if not chunks[name] and blank_between and start > 0 and not lines[start - 1].strip():
            start -= 1
        lines[start:end] = chunks[name]
    return "\n".join(lines)


def _end(lines: list[str], start: int) -> int:
    """The line behind an entry: behind its last line that is indented deeper than its key."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if line.strip() and not line.startswith(_INDENT + " "):
            break
        if line.strip():
            end = number + 1
    return end


def _append(text: str, section: str, new: list[str]) -> str:
    """Lines behind the last entry of a section; a section that is not there comes last in the file."""
    if not new:
        return text
    entries = _entries(text, section)
    lines = text.split("\n")
    if not entries:
        return text.rstrip("\n") + f"\n\n{section}:\n" + "\n".join(new).lstrip("\n") + "\n"
    end = _end(lines, max(entries.values()))
    lines[end:end] = new
    return "\n".join(lines)


def _task_lines(name: str, task: AnyTask) -> list[str]:
    text = write_plan(Plan(version=1, name="x", tasks={name: task}), schema="")
    return text.split("\ntasks:\n", 1)[1].rstrip("\n").split("\n")


def _output_lines(name: str, value: Json) -> list[str]:
    plan = Plan.model_validate({"version": 1, "name": "x", "tasks": {"x": {"value": 1}}, "outputs": {name: value}})
    return write_plan(plan, schema="").split("\noutputs:\n", 1)[1].rstrip("\n").split("\n")
