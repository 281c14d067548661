"""The parser's complaints in our words: that the right cause is found. Where they point is shown by the fixtures."""

from __future__ import annotations

import pytest

from planc_compiler.source import read
from planc_compiler.source.syntax import _RULES

CASES = {
    "a: b: c": "needs quotes",
    "a:\n  b: x\n    c: y": "indented deeper",
    "a\nb: 1": "no `key: value`",
    "a \nb: 1": "no `key: value`",
    "a:b\nc: d": "no `key: value`",
    "a:\n  b c\n  d: 1": "no `key: value`",
    "a:\n  b: |\n    text\n   c: 1": "does not fit the mapping",
    "a:\n  b: 1\n c: 2": "does not fit the mapping",
    "- a\nb: 1": "does not fit the list",
    "  a: 1\nb: 2": "has ended before",
    'a: "x': "never closed",
    "a: 'x\nb: 1": "never closed",
    'a: "x\n---\ny"': "never closed",
    "a: [1, 2": "`[` is not closed",
    "a: {b: 1\nc: 2\n": "`{` is not closed",
    "a: [b: c: d]": "`,` or `]` was expected",
    'a: "x" y\nb: 1': "behind the closing quote",
    "a: - b": "cannot begin here",
    "a: | b\n  c": "behind the `|` or `>`",
    'a: "\\d"': "`\\d` is no escape",
    'a: "\\ud800"': "`\\u` is no complete escape",
    'a: "\\xz"': "`\\x` is no complete escape",
    "a: @x": "cannot begin with `@`",
    "a: `x`": "cannot begin with a backquote",
    "a: *": "cannot begin with `*`",
    "a: &": "cannot begin with `&`",
    "a: !<x": "cannot begin with `!`",
    "a: [1 2]]": "this `]` closes nothing",
    "a: {b: 1}}\n": "this `}` closes nothing",
    "a: ]": "a value was expected here, and `]` is none",
}


@pytest.mark.parametrize(("text", "words"), CASES.items(), ids=CASES)
def test_words(text: str, words: str) -> None:
    found = read(text, "f").diagnostics
    assert [d.code for d in found] == ["P005"]
    assert words in found[0].message
    assert found[0].help
    place = found[0].place.span
    assert 1 <= place.line <= text.count("\n") + 1
    assert 1 <= place.column <= len(text.split("\n")[place.line - 1]) + 1


@pytest.mark.parametrize("text", ["a: [\n", "a: {b: [1], c: [\n", "a: [\n\n# x\n"])
def test_a_bracket_with_nothing_behind_it_is_pointed_at(text: str) -> None:
    (found,) = read(text, "f").diagnostics
    assert found.place.span.column == text.splitlines()[0].rindex("[") + 1


@pytest.mark.parametrize("text", ["%YAML 3.0\n---\na: 1", "%FOO\n---\na: 1"])
def test_directives_that_stop_the_parser(text: str) -> None:
    assert [d.code for d in read(text, "f").diagnostics] == ["P010"]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("a: b: c", 'a: "b: c"'),
        ("- a: b: c", '- a: "b: c"'),
        ('a: "\\d"', 'a: "\\\\d"'),
        ("a: {b: ${{ x }}}", 'a: {b: "${{ x }}"}'),
        ("a: {{ x | join(', ') }}", "a: \"${{ x | join(', ') }}\""),
    ],
)
def test_fixes(text: str, fixed: str) -> None:
    (found,) = read(text, "f").diagnostics
    (fix,) = found.fixes
    (edit,) = fix.edits
    assert fix.safe
    assert text[: edit.span.column - 1] + edit.text + text[edit.span.end_column - 1 :] == fixed


def test_no_phrase_hides_a_later_one() -> None:
    """A rule whose phrase contains an earlier one's would never be used."""
    phrases = [phrase for phrase, _ in _RULES]
    hidden = [(a, b) for i, a in enumerate(phrases) for b in phrases[i + 1 :] if a in b]
    assert hidden == []
