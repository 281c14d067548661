"""The YAML parser's events → Node tree. What plans do not use is refused here, with its position.

The C parser's events are walked, never its loader: constructors cost time and memory that the file's author chooses
(merge keys, aliases, dates, huge integers). Aliases are not followed, so there is nothing to expand; depth is bounded
before the parser's own stack grows.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

import yaml

from planc_schemas.diagnostics import Diagnostic, Edit, Fix, Label, Span
from planc_schemas.values import MAX_DEPTH, MAX_NODES

from ..collected import Collected
from ..node import Node, Style
from .scalars import NumberOutOfRange, has_leading_zero, resolve
from .syntax import braces_words, explain

_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))
MAX_LABELS = 20
"""Of one diagnostic."""


class _Stop(Exception):
    """The tree cannot be built any further; the reason is already reported."""


def build(text: str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """The tree of the only document of `text`, or None, and everything that is wrong with it."""
    builder = _Builder(text, file)
    try:
        root = builder.document()
    except _Stop:
        root = None
    except yaml.MarkedYAMLError as error:
        builder.collected.add(explain(error, text, file))
        root = None
    return root, builder.collected.found


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.collected = Collected()
        self.nodes = 0
        self.anchors: dict[str, int] = {}  # name → index of its report
        self.braces = -1  # where the last `{{` that is no expression begins
        loader = cast(Any, yaml.CLoader)(text)
        self.next = loader.get_event

    def report(self, code: str, message: str, span: Span, words: str = "", **more: Any) -> None:
        self.add(Diagnostic(code, message, (Label(self.file, span, words),), **more))

    def add(self, diagnostic: Diagnostic) -> None:
        """Stops at a hundred errors of one code: the rest of such a file is not worth reading."""
        full = self.collected.is_full(diagnostic.code)
        self.collected.add(diagnostic)
        if full and diagnostic.severity == "error":
            raise _Stop

    def document(self) -> Node | None:
        self.next()  # stream start
        start = self.next()
        if isinstance(start, yaml.StreamEndEvent):
            self.report("P015", "this file is empty", Span(1, 1, 1, 1), help=("`planc init` writes a first plan",))
            return None
        if start.version is not None or start.tags:
            span = self.found(start, "%")
            self.report("P010", "a plan has no YAML directives", span, "a directive", help=("remove this line",))
        root = self.value(self.next(), 0)
        self.next()  # document end
        after = self.next()
        if not isinstance(after, yaml.StreamEndEvent):
            self.report(
                "P011",
                "a plan file holds one document, and here a second one starts",
                _mark_span(after),
                "second document",
                help=("put it into a file of its own",),
            )
        return root

    def value(self, event: Any, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.report("P002", f"a plan may have at most {MAX_NODES:,} values", _mark_span(event), "one too many")
            raise _Stop
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.alias(event)
        self.properties(event)
        if kind is yaml.ScalarEvent:
            return self.scalar(event)
        if depth >= MAX_DEPTH:
            self.report(
                "P012",
                f"values are nested deeper than {MAX_DEPTH} levels",
                _mark_span(event),
                f"level {MAX_DEPTH + 1}",
                help=("flatten the data, or move a part of it into a file that a tool reads",),
            )
            raise _Stop
        return self.list(event, depth) if kind is yaml.SequenceStartEvent else self.map(event, depth)

    def alias(self, event: Any) -> Node:
        """An alias is a label of its anchor's report, or a report of its own if there is no anchor."""
        span = _mark_span(event)
        place = self.anchors.get(event.anchor)
        if place is None:
            words = f"`*{event.anchor}` is a YAML alias; plans do not use them"
            self.report("P008", words, span, "alias", help=("put texts that begin with `*` in quotes",))
        else:
            first = self.collected.found[place]
            if len(first.labels) < MAX_LABELS:
                labels = (*first.labels, Label(self.file, span, "used here"))
                self.collected.found[place] = replace(first, labels=labels)
        return Node("scalar", span, written=False, unknown=True)

    def properties(self, event: Any) -> None:
        """Refuses anchors and tags."""
        if event.anchor is not None:
            span = self.found(event, "&" + event.anchor)
            if not self.collected.is_full("P008"):
                self.anchors[event.anchor] = len(self.collected.found)
            words = f"`&{event.anchor}` is a YAML anchor; plans do not use them"
            help = ("write the value out, or put what tasks share into `defaults`, an input or a `value:` task",)
            self.report("P008", words, span, "anchor", help=help)
        implicit = event.implicit
        if event.tag is not None and not (implicit[1] if isinstance(implicit, tuple) else implicit):
            span = self.found(event, "!")
            self.report("P009", "plans have no YAML tags", span, "tag", help=("remove the tag",))

    def found(self, event: Any, what: str) -> Span:
        """The span of the word that starts with `what` near the start of `event`."""
        mark = event.start_mark
        begin = self.text.find(what, mark.index)
        if begin < 0 or begin > mark.index + 1000:
            return _mark_span(event)
        end = begin
        stops = "\n" if what == "%" else " \n"
        while end < len(self.text) and self.text[end] not in stops:
            end += 1
        line = mark.line + self.text.count("\n", mark.index, begin)
        column = begin - self.text.rfind("\n", 0, begin)
        return Span(line + 1, column, line + 1, column + end - begin)

    def scalar(self, event: Any) -> Node:
        style = _STYLES[event.style]
        if event.tag is not None and event.tag in _PLAIN_TAGS:
            return Node("scalar", _mark_span(event), self.resolved(event), written=False)
        if style == "plain" and event.tag is None:
            return Node("scalar", _mark_span(event), self.resolved(event))
        span = _mark_span(event) if style in ("single", "double") else self.block_span(event)
        return Node("scalar", span, event.value, style)

    def resolved(self, event: Any) -> str | int | float | bool | None:
        text: str = event.value
        try:
            value = resolve(text)
        except NumberOutOfRange as error:
            shown = text if len(text) <= 24 else text[:20] + "…"
            quoted = Fix("quote it", (Edit(self.file, _mark_span(event), f'"{text}"'),))
            help = ("put it in quotes if it is meant as text",)
            self.report("P013", f"`{shown}` {error}", _mark_span(event), help=help, fixes=(quoted,))
            return text
        if type(value) is int and has_leading_zero(text):
            self.leading_zero(event, value)
        return value

    def leading_zero(self, event: Any, value: int) -> None:
        if self.collected.is_full("P016"):
            self.collected.more("P016")
            return
        span = _mark_span(event)
        self.report(
            "P016",
            f"`{event.value}` is the number {value}: a leading zero does not mean octal",
            span,
            severity="warning",
            help=(f'write `{value}`, `"{event.value}"` for a text, or `0o…` for an octal number',),
            fixes=(Fix("quote it", (Edit(self.file, span, f'"{event.value}"'),)),),
        )

    def block_span(self, event: Any) -> Span:
        """From `|` or `>` to the end of the last line of content."""
        start, end = event.start_mark, event.end_mark
        stop = end.index
        text = self.text
        while stop > start.index and text[stop - 1] in " \n":
            stop -= 1
        line = end.line - text.count("\n", stop, end.index)
        return Span(start.line + 1, start.column + 1, line + 1, stop - text.rfind("\n", 0, stop))

    def list(self, event: Any, depth: int) -> Node:
        items = []
        while True:
            child = self.next()
            if type(child) is yaml.SequenceEndEvent:
                break
            items.append(self.value(child, depth + 1))
        return Node("list", _collection_span(event, child, items[-1].span if items else None), items=items)

    def map(self, event: Any, depth: int) -> Node:
        entries: list[tuple[Node, Node]] = []
        seen: dict[str, Node] = {}
        merged = False
        while True:
            child = self.next()
            if type(child) is yaml.MappingEndEvent:
                break
            key = self.key(child, depth)
            value = self.value(self.next(), depth + 1)
            if key is None:
                merged |= type(child) is yaml.ScalarEvent
                continue
            name = str(key.value)
            if name in seen:
                self.duplicate(name, seen[name], key)
                continue
            seen[name] = key
            entries.append((key, value))
        if self.braces == event.start_mark.index:
            return Node("scalar", _mark_span(event), "", written=False)  # it was meant as a text
        span = _collection_span(event, child, entries[-1][1].span if entries else None)
        return Node("map", span, entries=entries, unknown=merged)

    def key(self, event: Any, depth: int) -> Node | None:
        if type(event) is not yaml.ScalarEvent:
            node = self.value(event, depth + 1)
            if type(event) is not yaml.AliasEvent and not self.bare_braces(event):
                what = "a list" if node.kind == "list" else "a mapping"
                help = ("write `key: value`, and put texts that begin with a bracket in quotes",)
                self.report("P007", f"a key must be a text, and this one is {what}", node.span, what, help=help)
            return None
        self.nodes += 1
        self.properties(event)
        style = _STYLES[event.style]
        span = _mark_span(event)
        node = Node("scalar", span, event.value, style)
        if style == "plain":
            if event.value == "<<":
                help = ("write the keys out, or put shared settings into `defaults`",)
                self.report("P014", "`<<` is a YAML merge key; plans do not use them", span, help=help)
                return None
            self.plain_key(event, span)
        return node

    def bare_braces(self, event: Any) -> bool:
        """Whether the key is the inner mapping of `{{ … }}`; then this is reported."""
        begin = event.start_mark.index - 1
        end = self.text.find("}}", begin) + 2
        if self.text[begin : begin + 2] != "{{" or end < 2 or "\n" in self.text[begin:end]:
            return False
        words = braces_words(self.text, begin, end)
        start = event.start_mark
        span = Span(start.line + 1, start.column, start.line + 1, start.column + end - begin)
        fixes = tuple(Fix(title, (Edit(self.file, span, text),), safe=True) for title, _, _, text in words.fixes)
        self.report(words.code, words.message, span, words.label, help=(words.help,), fixes=fixes)
        self.braces = begin
        return True

    def plain_key(self, event: Any, span: Span) -> None:
        try:
            value = resolve(event.value)
        except NumberOutOfRange:
            value = 0
        if isinstance(value, str):
            return
        what = (
            "empty"
            if not event.value
            else "null"
            if value is None
            else "a truth value"
            if isinstance(value, bool)
            else "a number"
        )
        fix = Fix("quote the key", (Edit(self.file, span, f'"{event.value}"'),), safe=bool(event.value))
        self.report(
            "P007", f"a key must be a text, and this one is {what}", span, fixes=(fix,), help=("put the key in quotes",)
        )

    def duplicate(self, name: str, first: Node, second: Node) -> None:
        labels = (Label(self.file, second.span, "again here"), Label(self.file, first.span, "first here"))
        help = ("remove one of them or give it another name",)
        message = f"the key `{name if len(name) <= 60 else name[:59] + '…'}` stands here twice"
        self.add(Diagnostic("P006", message, labels, help=help))


def _mark_span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    line = _same(start.line + 1)
    return Span(line, start.column + 1, line if end.line == start.line else end.line + 1, end.column + 1)


@lru_cache(maxsize=1)
def _same(number: int) -> int:
    """One object for the line that a dozen values in a row stand on: in 20,000 tasks numbers take megabytes."""
    return number


def _collection_span(start_event: Any, end_event: Any, last: Span | None) -> Span:
    start, end = start_event.start_mark, end_event.end_mark
    if start_event.flow_style or last is None:
        return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
    return Span(start.line + 1, start.column + 1, last.end_line, last.end_column)
