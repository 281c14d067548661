"""Node tree + comments → canonical text.

Mappings and lists stand in blocks, two blanks deeper than their key. A small collection of plain values without
expressions stands on one line. Sections of the plan and tasks have a blank line between them.
"""

from __future__ import annotations

from planc_schemas.values import Json

from ..node import Node
from . import scalars
from .comments import Comments, Notes
from .order import Place, ordered, plan_place

_ALWAYS_BLOCK = (("inputs",), ("models",), ("outputs",), ("tasks",))
_HEAD = ("version", "name", "goal", "description")
_LONGEST_KEY = 1000
"""YAML allows a key on the line of its value up to 1,024 characters."""


def emit(root: Node, comments: Comments | None = None) -> str:
    """The canonical text of a plan's tree; it ends with a line break."""
    emitter = _Emitter(comments or Comments())
    emitter.lines.extend(emitter.comments.header)
    if root.kind == "map" and root.entries:
        emitter.mapping(root, 0, (), plan_place())
    else:
        emitter.value("", root, 0, (), None, Notes())
    emitter.lines.extend(emitter.comments.footer)
    return "\n".join(emitter.lines).lstrip("\n") + "\n"


def tree_of(value: Json) -> Node:
    """The tree of a JSON value, without positions."""
    if isinstance(value, dict):
        entries = [(tree_of(str(key)), tree_of(inner)) for key, inner in value.items()]
        return Node("map", entries=entries, written=False)
    if isinstance(value, list | tuple):
        return Node("list", items=[tree_of(item) for item in value], written=False)
    return Node("scalar", value=value, written=False)


class _Emitter:
    def __init__(self, comments: Comments) -> None:
        self.comments = comments
        self.lines: list[str] = []

    def mapping(self, node: Node, indent: int, path: tuple[str, ...], place: Place | None) -> None:
        place = place.of(node) if place else None
        for number, (key, value) in enumerate(ordered(node, place)):
            name = str(key.value)
            notes = self.comments.of(key)
            separate = path == ("tasks",) or (path == () and name not in _HEAD)
            if number and separate and self.lines[-1]:  # an empty line may belong to the text before it (`|+`)
                self.lines.append("")
            self.lines.extend(" " * indent + comment for comment in notes.before)
            inner = place.at(name) if place else None
            self.value(self.key(key, indent), value, indent, (*path, name), inner, notes)

    def key(self, key: Node, indent: int) -> str:
        """`key:`, indented; a very long one in the explicit form `? key` on a line of its own."""
        text = " " * indent + scalars.inline(key.value)
        if key.value == "<<":
            text = " " * indent + '"<<"'
        if len(text) <= _LONGEST_KEY:
            return text + ":"
        self.lines.append(" " * indent + "? " + text[indent:])
        return " " * indent + ":"

    def value(
        self, prefix: str, node: Node, indent: int, path: tuple[str, ...], place: Place | None, notes: Notes
    ) -> None:
        """The value behind `prefix` (`key:` or `-`); collections and blocks go on below it."""
        end = f"  {notes.end}" if notes.end else ""
        if node.kind == "scalar":
            self.scalar(prefix, node.value, indent, end)
            return
        flow = self.flow(node, path, place, notes)
        if flow is not None and (not _size(node) or len(prefix) + 1 + len(flow) <= scalars.WIDTH):
            self.lines.append(f"{prefix} {flow}{end}".lstrip(" ") if not prefix else f"{prefix} {flow}{end}")
        else:
            if prefix.endswith("-") and end:
                self.lines.append(" " * indent + notes.end)  # behind a dash alone there is no place for it
                end = ""
            if prefix:
                self.lines.append(prefix + end)
            if node.kind == "map":
                self.mapping(node, indent + 2, path, place)
            else:
                self.items(node, indent + 2, path)
        self.lines.extend(" " * (indent + 2) + comment for comment in notes.tail)

    def scalar(self, prefix: str, value: Json, indent: int, end: str) -> None:
        margin = " " * (indent + 2)
        block = scalars.literal(value) if isinstance(value, str) else None
        if block is not None:
            header, lines = block
            self.lines.append(f"{prefix} {header}{end}")
            self.lines.extend(margin + line if line else "" for line in lines)
            return
        text = scalars.inline(value)
        lines_folded = scalars.folded(value, indent + 2, len(prefix) + 1) if isinstance(value, str) else None
        if lines_folded is not None:
            self.lines.append(f"{prefix} >-{end}")
            self.lines.extend(margin + line for line in lines_folded)
        else:
            self.lines.append(f"{prefix} {text}{end}".lstrip(" ") if not prefix else f"{prefix} {text}{end}")

    def items(self, node: Node, indent: int, path: tuple[str, ...]) -> None:
        for item in node.items:
            notes = self.comments.of(item)
            self.lines.extend(" " * indent + comment for comment in notes.before)
            self.item(item, indent, (*path, "-"), notes)

    def item(self, item: Node, indent: int, path: tuple[str, ...], notes: Notes) -> None:
        """An item; a mapping or list in it begins on the line of its dash, comments between the two stand before."""
        dash = " " * indent + "-"
        lines = self.lines
        first = len(lines)
        self.value(dash, item, indent, path, None, notes)
        if lines[first].lstrip().startswith("#"):
            first += 1  # its own comment, which had no place behind the dash
        if lines[first] != dash:
            return
        while lines[first + 1].lstrip().startswith("#"):
            lines.insert(first, " " * indent + lines.pop(first + 1).lstrip())
            first += 1
        lines[first : first + 2] = [dash + " " + lines[first + 1].lstrip(" ")]

    def flow(self, node: Node, path: tuple[str, ...], place: Place | None, notes: Notes) -> str | None:
        """The collection on one line, if it may stand so."""
        if _size(node) and (_stands_in_block(path) or notes.tail or self.comments.inside(node)):
            return None
        return _flow(node, place, 0)


def _size(node: Node) -> int:
    return len(node.entries) + len(node.items)


def _stands_in_block(path: tuple[str, ...]) -> bool:
    if path in _ALWAYS_BLOCK:
        return True
    return path[:1] == ("tasks",) and (len(path) == 2 or path[2:] == ("with",))


def _flow(node: Node, place: Place | None, depth: int) -> str | None:
    """The one-line form of a value, None if it has none: a text of several lines, an expression, deep nesting."""
    if node.kind == "scalar":
        value = node.value
        if isinstance(value, str) and ("\n" in value or "{{" in value or "{%" in value):
            return None
        return scalars.inline(value, flow=True)
    if depth > 2:
        return None
    parts = []
    for key, value_node in ordered(node, place):
        inner = _flow(value_node, place.at(str(key.value)) if place else None, depth + 1)
        if inner is None:
            return None
        parts.append(f"{scalars.inline(key.value, flow=True)}: {inner}")
    for item in node.items:
        inner = _flow(item, None, depth + 1)
        if inner is None:
            return None
        parts.append(inner)
    joined = ", ".join(parts)
    return f"{{{joined}}}" if node.kind == "map" else f"[{joined}]"
