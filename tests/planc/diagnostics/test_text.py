"""Diagnostics on a terminal, letter for letter."""

from __future__ import annotations

import re

import pytest

from planc.diagnostics import render, render_text
from planc_schemas.diagnostics import NOWHERE, Diagnostic, Edit, Fix, Label, Span

PAPER = """\
version: 1
name: paper
tasks:
  fetch:
    tool: http_request
    with:
      url: https://example.org
  outline:
    prompt: Write an outline.
    needs: [fetsh]
"""
UNKNOWN = Diagnostic(
    "P201",
    "task `outline` needs `fetsh`, which is not in this plan",
    (Label("plans/paper.plan.yaml", Span(10, 13, 10, 18), "no task has this name"),),
    help=("did you mean `fetch`?",),
)


def shown(text: str, *labels: Label, width: int = 120) -> list[str]:
    """The lines between the head and the notes, for labels of the file `f`."""
    diagnostic = Diagnostic("P101", "message", labels)
    return render_text([diagnostic], {"f": text}, width=width).split("\n")[1:-1]


def mark(line: int, column: int, end: int, text: str = "", file: str = "f") -> Label:
    return Label(file, Span(line, column, line, end), text)


def test_the_form_of_the_design() -> None:
    assert render("text", [UNKNOWN], {"plans/paper.plan.yaml": PAPER}) == (
        "error[P201 unknown-task]: task `outline` needs `fetsh`, which is not in this plan\n"
        "  --> plans/paper.plan.yaml:10:13\n"
        "   |\n"
        "10 |     needs: [fetsh]\n"
        "   |             ^^^^^ no task has this name\n"
        "   = help: did you mean `fetch`?\n"
        "   = note: `planc explain P201`"
    )


def test_two_have_an_empty_line_between_them_and_none_are_nothing() -> None:
    assert render_text([UNKNOWN, UNKNOWN], {}).count("\n\n") == 1
    assert render_text([], {}) == ""


def test_a_fix_is_announced() -> None:
    fix = Fix("rename", (Edit("f", Span(1, 1, 1, 2), "x"),), safe=True)
    found = Diagnostic("P201", "m", (mark(1, 1, 2),), fixes=(fix,))
    assert "`planc check --fix` repairs it" in render_text([found], {})
    unsafe = Diagnostic("P201", "m", (mark(1, 1, 2),), fixes=(Fix("rename", fix.edits),))
    assert "--fix" not in render_text([unsafe], {})


def test_other_places_of_the_file_stand_in_its_order() -> None:
    text = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
    assert shown(text, mark(6, 1, 4, "again"), mark(1, 1, 4, "first"), mark(3, 2, 3)) == [
        " --> f:6:1",
        "  |",
        "1 | one",
        "  | --- first",
        "2 | two",
        "3 | three",
        "  |  -",
        "...",
        "6 | six",
        "  | ^^^ again",
    ]


def test_two_places_on_one_line() -> None:
    assert shown("ab cd\n", mark(1, 4, 6, "second"), mark(1, 1, 3, "first"))[2:] == [
        "1 | ab cd",
        "  |    ^^ second",
        "  | -- first",
    ]


def test_places_in_another_file() -> None:
    label = mark(2, 3, 5, "there", file="g")
    found = Diagnostic("P305", "m", (mark(1, 1, 2, "here"), label))
    lines = render_text([found], {"f": "x\n", "g": "a\n  bc\n"}).split("\n")[1:-1]
    assert lines == [" --> f:1:1", "  |", "1 | x", "  | ^ here", " ::: g:2:3", "  |", "2 |   bc", "  |   -- there"]


def test_a_file_without_text_or_place_is_only_named() -> None:
    assert shown("", Label("other", Span(3, 1, 3, 2))) == [" --> other:3:1"]
    assert shown("x", Label("f", NOWHERE)) == [" --> f"]
    assert shown("x", mark(99, 1, 2)) == ["  --> f:99:1"]


@pytest.mark.parametrize(
    ("line", "column", "end", "expected", "carets"),
    [
        ("ab", 3, 3, "ab", "  ^"),
        ("漢字 = x", 6, 7, "漢字 = x", "       ^"),
        ("漢字 = x", 1, 3, "漢字 = x", "^^^^"),
        ("e\u0301a", 3, 4, "e\u0301a", " ^"),
        ("\ta\tb", 2, 3, "    a    b", "    ^"),
        ("\ta\tb", 3, 4, "    a    b", "     ^^^^"),
        ("a\u202eb", 2, 3, "a\\u202eb", " ^^^^^^"),
        ("a\x1b[31mb", 3, 4, "a\\x1b[31mb", "     ^"),
        ("a\u2028b", 2, 3, "a\\u2028b", " ^^^^^^"),
    ],
)
def test_carets_stand_below_the_place(line: str, column: int, end: int, expected: str, carets: str) -> None:
    lines = shown(line, mark(1, column, end))
    assert lines[2] == f"1 | {expected}"
    assert lines[3] == f"  | {carets}"


def test_a_long_line_is_cut_around_the_place() -> None:
    text = "x" * 300 + "here" + "y" * 300
    lines = shown(text, mark(1, 301, 305, "it"), width=60)
    assert all(len(line) <= 60 for line in lines[:3])
    assert lines[2].startswith("1 | …xxx") and lines[2].endswith("yyy…")
    start = lines[3].index("^")
    assert lines[2][start : start + 4] == "here"
    first = shown(text, mark(1, 1, 3), width=60)
    assert first[2].startswith("1 | xxx") and first[2].endswith("…")


def test_a_place_longer_than_the_line_is_cut_with_it() -> None:
    lines = shown("x" * 300, mark(1, 1, 301, "all"), width=60)
    assert lines[3].count("^") <= 60


def test_a_place_of_several_lines_is_marked_on_its_first() -> None:
    lines = shown("ab cd\nef\n", Label("f", Span(1, 4, 2, 2), "from here"))
    assert lines[2:] == ["1 | ab cd", "  |    ^^ from here"]


def test_crlf_is_no_character() -> None:
    assert shown("ab\r\ncd\r\n", mark(1, 1, 3))[2:] == ["1 | ab", "  | ^^"]


def test_nothing_from_a_plan_reaches_the_terminal_raw() -> None:
    evil = "\x1b]0;owned\x07\u202e"
    found = Diagnostic("P201", f"m {evil}\nx", (mark(1, 1, 2, evil),), help=(evil,))
    text = render_text([found], {"f": evil})
    assert all(character == "\n" or character.isprintable() for character in text)
    assert "m \\x1b]0;owned\\x07\\u202e\\nx" in text


def test_colours_only_when_asked() -> None:
    plain = render("text", [UNKNOWN], {"plans/paper.plan.yaml": PAPER})
    coloured = render("text", [UNKNOWN], {"plans/paper.plan.yaml": PAPER}, colour=True)
    assert "\x1b" not in plain and "\x1b[1;31merror[P201 unknown-task]\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_an_unknown_form() -> None:
    with pytest.raises(ValueError, match="there are text, json, github, sarif"):
        render("xml", [], {})
