"""Hand-written comments, and the entries that they belong to.

The parser drops comments, so they are looked for in the text between the scalars: a `#` there can be nothing else. Each
belongs to an *anchor*: an entry of a mapping (its key) or an item of a list.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..node import Node
from ..source.positions import Positions

_COMMENT = re.compile("#[^\n]*")
_HEADER = re.compile(r"[|>][-+0-9]*[ ]+(#[^\n]*)")
_INDICATORS = re.compile(r"[ \-?:]*")


@dataclass(slots=True)
class Notes:
    """The comments of one anchor: on lines of their own before it, behind it, and at the end of what it contains."""

    before: list[str] = field(default_factory=list)
    end: str = ""
    tail: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Comments:
    """All comments of a file. `header` stands before everything ("" is a blank line), `footer` after it."""

    header: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    notes: dict[int, Notes] = field(default_factory=dict)

    def of(self, node: Node) -> Notes:
        """The comments of a key or an item."""
        return self.notes.get(id(node), _NONE)

    def inside(self, node: Node) -> bool:
        """Whether something inside `node` has comments."""
        if not self.notes:
            return False
        children = [*(part for entry in node.entries for part in entry), *node.items]
        return any(id(child) in self.notes or self.inside(child) for child in children)


_NONE = Notes()


@dataclass(slots=True)
class Anchor:
    """`start` is where it begins in the text; `column` counts from 0; `flow_end`: where the `]` or `}` around it is."""

    node: Node
    start: int
    column: int
    owner: Anchor | None
    flow_end: int = -1
    opens_item: bool = False
    """It is the first thing in an item of a list, so that a comment before it stands before the item's dash."""


def collect(text: str, root: Node) -> Comments:
    """The comments of `text`, whose tree is `root` (also an upgraded one: positions are all that counts)."""
    if "#" not in text:
        return Comments()
    return _Collector(text, root).collect()


class _Collector:
    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        self.positions = Positions(text)
        self.scalars: list[tuple[int, int]] = []
        self.anchors: list[Anchor] = []
        self.found = Comments()
        self.walk(root, None, -1)
        self.anchors.sort(key=lambda anchor: anchor.start)
        self.starts = [anchor.start for anchor in self.anchors]

    def bounds(self, node: Node) -> tuple[int, int]:
        span = node.span
        return self.positions.index(span.line, span.column), self.positions.index(span.end_line, span.end_column)

    def walk(self, node: Node, owner: Anchor | None, flow_end: int) -> None:
        start, end = self.bounds(node)
        if node.kind == "scalar":
            self.scalars.append((start, end))
            return
        if self.text[start : start + 1] in ("{", "["):
            flow_end = end
        in_item = owner is not None and owner.node is node
        for key, value in node.entries:
            anchor = self.anchor(key, owner, flow_end, in_item, False)
            self.scalars.append(self.bounds(key))
            self.walk(value, anchor, flow_end)
            in_item = False
        for item in node.items:
            self.walk(item, self.anchor(item, owner, flow_end, in_item, True), flow_end)
            in_item = False

    def anchor(self, node: Node, owner: Anchor | None, flow_end: int, opens_item: bool, is_item: bool) -> Anchor:
        start, _ = self.bounds(node)
        line_start = start - node.span.column + 1
        dash = self.text.rfind("-", line_start, start) if is_item and flow_end < 0 else -1
        column = (dash if dash >= 0 else start) - line_start
        anchor = Anchor(node, start, column, owner, flow_end, opens_item)
        self.anchors.append(anchor)
        return anchor

    def collect(self) -> Comments:
        for start, comment in self.comments():
            line = self.text[self.text.rfind("\n", 0, start) + 1 : start]
            if not self.anchors:
                self.found.footer.append(comment)
            elif _INDICATORS.fullmatch(line):
                self.own_line(start, len(line), comment)
            else:
                self.end_of_line(start, comment)
        return self.found

    def comments(self) -> Iterator[tuple[int, str]]:
        """Every comment with where it begins, in the order of the text."""
        place = 0
        for start, end in [*sorted(set(self.scalars)), (len(self.text), len(self.text))]:
            for match in _COMMENT.finditer(self.text, place, max(place, start)):
                yield match.start(), match.group().rstrip()
            header = _HEADER.match(self.text, start) if end > start else None
            if header is not None:
                yield header.start(1), header.group(1).rstrip()
            place = max(place, end)

    def own_line(self, start: int, column: int, comment: str) -> None:
        number = bisect_right(self.starts, start)
        following = self.anchors[number] if number < len(self.anchors) else None
        if number == 0:
            self.header(start, comment)
            return
        last = self.ended_before(self.anchors[number - 1], start, column, following)
        if last is not None and last.owner is not None:
            self.note(last.owner).tail.append(comment)
        elif last is not None or following is None:
            self.found.footer.append(comment)
        else:
            self.before(following, comment)

    def header(self, start: int, comment: str) -> None:
        before = self.text[:start]
        if self.found.header and re.search(r"\n[ ]*\n[ ]*$", before):
            self.found.header.append("")
        self.found.header.append(comment)
        rest = self.text[start + len(comment) : self.starts[0] if self.starts else len(self.text)]
        if "#" not in rest and re.match(r"[^\n]*\n[ ]*\n", rest):
            self.found.header.append("")

    def ended_before(self, last: Anchor, start: int, column: int, following: Anchor | None) -> Anchor | None:
        """The last anchor of the block that a comment closes: it is indented like it, and deeper than what follows."""
        if last.flow_end > start:
            return last if following is None or following.start > last.flow_end else None
        least = following.column if following is not None else 0
        anchor: Anchor | None = last
        while anchor is not None and (anchor.column > column or anchor.flow_end >= 0):
            anchor = anchor.owner
        return anchor if anchor is not None and anchor.column > least else None

    def end_of_line(self, start: int, comment: str) -> None:
        anchor = self.anchors[max(0, bisect_right(self.starts, start) - 1)]
        while anchor.owner is not None and 0 <= anchor.flow_end <= start:
            anchor = anchor.owner
        notes = self.note(anchor)
        if notes.end:
            self.before(anchor, comment)
        else:
            notes.end = comment

    def before(self, anchor: Anchor, comment: str) -> None:
        while anchor.opens_item and anchor.owner is not None:
            anchor = anchor.owner
        self.note(anchor).before.append(comment)

    def note(self, anchor: Anchor) -> Notes:
        return self.found.notes.setdefault(id(anchor.node), Notes())
