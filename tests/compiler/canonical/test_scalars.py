from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planc_compiler.canonical.scalars import WIDTH, folded, inline, is_plain, literal, quoted
from planc_compiler.source import read

PLAIN = ["a", "a b", "a-b", "it's", 'say "x"', "a:b", "${{ tasks.a.output }}", "30s", "v1.2", "é漢😀", "a#b", "yes sir"]
QUOTED = [
    *("", " a", "a ", "a: b", "a:", "a #b", "- a", "-", "?", "{a", "[a", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a"),
    *("null", "~", "true", "1", "1.5", "0x1F", ".inf", "1e999", "yes", "No", "on", "1:30", "2024-01-01", "1_000"),
    *("a\nb", "a\tb", "\u2028", "\ufeff", "\u202e", "'a'", '"a"', "`a`", "=", "<<", "..."),
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain(text: str) -> None:
    assert inline(text) == text


@pytest.mark.parametrize("text", QUOTED)
def test_quoted(text: str) -> None:
    assert inline(text) == quoted(text) != text


@pytest.mark.parametrize("text", ["a,b", "a]", "{a", "a}", "a: b", "http://x", "what?", "a#b"])
def test_inside_brackets_more_needs_quotes(text: str) -> None:
    assert not is_plain(text, flow=True)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (True, "true"), (False, "false"), (0, "0"), (-1.5, "-1.5"), (1e16, "1e+16")]
)
def test_other_values(value: object, text: str) -> None:
    assert inline(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_of_json(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        inline(value)


@given(st.text())
@example("\ud800")
def test_one_line_is_read_back(text: str) -> None:
    for flow in (False, True):
        line = f"a: [{inline(text, flow=True)}]" if flow else f"a: {inline(text)}"
        assert "\n" not in line
        source = read(line, "f")
        assert source.diagnostics == [] and source.root is not None
        value = source.root.to_json()["a"]
        expected = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        assert (value[0] if flow else value) == expected


@pytest.mark.parametrize("text", ["one line", "\n", " \n ", "a\tb\nc", "a\n  "])
def test_no_literal_block(text: str) -> None:
    assert literal(text) is None


@pytest.mark.parametrize(
    ("text", "header"), [("a\nb", "|-"), ("a\nb\n", "|"), ("a\n\n\n", "|+"), ("\na\n", "|2"), ("  a\nb", "|2-")]
)
def test_literal_header(text: str, header: str) -> None:
    block = literal(text)
    assert block is not None and block[0] == header


def test_folded_lines_are_narrow_and_keep_expressions_whole() -> None:
    text = "word " * 30 + "${{ tasks.a.output | join(', ') }} " * 5 + "{% if a %} x {% endif %} end"
    lines = folded(text, 4, 8)
    assert lines is not None
    assert " ".join(lines) == text
    assert all(len(line) + 4 <= WIDTH for line in lines)
    assert all(line.count("${{") == line.count("}}") for line in lines)


@pytest.mark.parametrize("text", ["short", "x" * 200, " " + "word " * 30, "a  " * 60, "a\n" * 80])
def test_not_folded(text: str) -> None:
    assert folded(text, 2, 2) is None
