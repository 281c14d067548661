"""`Source.span_in`: an offset in a value leads to the character in the file, in every style."""

from __future__ import annotations

import pytest

from planc_compiler.node import Node
from planc_compiler.source import Source, read
from planc_schemas.diagnostics import Span
from tests.support.messy import Messy, scalars

STYLES = {
    "plain": "a: one two x\n",
    "plain on several lines": "a: one\n  two\n\n  three x\n",
    "single": "a: 'it''s one x'\n",
    "single on several lines": "a: 'it''s\n  one\n\n\n  two x'\n",
    "double": 'a: "one \\u0041 \\x41 \\n \\" two x"\n',
    "double on several lines": 'a: "one \\\n   two\n\n   three \\t\n   four x"\n',
    "literal": "a: |\n  one\n    two\n\n  three x\n",
    "literal with an indicator": "a: |2-\n    one\n  two x\n",
    "literal after blank lines": "a: |+\n\n\n   one\n   two x\n\n",
    "folded": "a: >\n  one\n  two\n\n  three\n    four\n  five x\n",
    "folded more indented": "a: >-\n   one\n\n     two\n\n\n   three x\n",
    "with a header comment": "a: |  # why\n  one x\n",
    "wide": "a: é漢😀 x\n",
}


def at(source: Source, node: Node, offset: int) -> str:
    span = source.span_in(node, offset, offset + 1)
    if span.end_line > span.line:
        return "\n"
    return source.text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


def check(source: Source, node: Node) -> None:
    assert isinstance(node.value, str)
    for offset, character in enumerate(node.value):
        there = at(source, node, offset)
        folded = character in " \n" and there != character
        assert folded or there == character or there.startswith("\\") or there == "''", (node, offset)


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES)
def test_every_character_is_found(text: str) -> None:
    source = read(text, "f")
    assert source.diagnostics == [] and source.root is not None
    node = source.root.entries[0][1]
    check(source, node)
    assert isinstance(node.value, str)
    assert at(source, node, node.value.rindex("x")) == "x"


def test_a_stretch_has_its_whole_span() -> None:
    source = read("a: |\n  one ${{ two }}\n  three\nb: 'x ''${{ y }}'''\n", "f")
    assert source.root is not None
    literal, single = (value for _, value in source.root.entries)
    assert source.span_in(literal, 4, 14) == Span(2, 7, 2, 17)
    assert source.span_in(literal, 0, 17) == Span(2, 3, 3, 5)
    assert source.span_in(single, 2, 12) == Span(4, 7, 4, 19)
    assert source.span_in(single, 3, 3) == Span(4, 9, 4, 9)


def test_offsets_outside_are_clamped() -> None:
    source = read('a: "x"\nb: ""\n', "f")
    assert source.root is not None
    x, empty = (value for _, value in source.root.entries)
    assert source.span_in(x, 0, 99) == Span(1, 5, 1, 6)
    assert source.span_in(empty, 0, 5) == Span(2, 4, 2, 6)


def test_a_made_up_node_gives_its_whole_span() -> None:
    source = read("a: 1\n", "f")
    node = Node("scalar", Span(1, 1, 1, 3), "made up", written=False)
    assert source.span_in(node, 2, 4) == Span(1, 1, 1, 3)


@pytest.mark.parametrize("seed", range(200))
def test_every_character_of_messy_files_is_found(seed: int) -> None:
    source = read(Messy(seed).text(), "f")
    for node in scalars(source.root) if source.root is not None else ():
        if isinstance(node.value, str):
            check(source, node)


def test_many_questions_about_one_long_text_are_cheap() -> None:
    lines = 20_000
    source = read("a: |\n" + "  x ${{ y }}\n" * lines, "f")
    assert source.root is not None
    node = source.root.entries[0][1]
    for number in range(lines):
        assert source.span_in(node, number * 11 + 2, number * 11 + 10).line == number + 2
