"""What is said about expressions that cannot be read: the words, where they point, and what the repair makes of it."""

from __future__ import annotations

import pytest

from planc_compiler.expressions import parse_expression
from planc_compiler.expressions.code import Fault

CASES = [
    ("a +", "a value is missing behind `+`", "+"),
    ("a if b else", "a value is missing behind `else`", "else"),
    ("a if", "a condition is missing behind `if`", "if"),
    ("a |", "the name of a filter is missing", "|"),
    ("a | | b", "the name of a filter was expected", "|"),
    ("a is not", "the name of a test is missing", "not"),
    ("a.", "a name is missing behind this `.`", "."),
    ("a..b", "a name was expected behind the `.`", "."),
    ("a.-1", "a name was expected behind the `.`, not `-`", "-"),
    ("(a", "this `(` is never closed", "("),
    ("a | join(', '", "this `(` is never closed", "("),
    ("{'a': [1}", "this `}` closes nothing", "}"),
    ("a)", "this `)` closes nothing", ")"),
    ("'x", "this ' is never closed", "'"),
    ("{'a' 1}", "a `:` and a value are missing behind 'a'", "1"),
    ("[1 2]", "an operator is missing before `2`", "2"),
    ("in a", "a value is missing before `in`", "in"),
    ("a and or b", "a value is missing before `or`", "or"),
    ("a not b", "`not` cannot stand here", "not"),
    ("a, b", "holds one expression", ","),
    ("*a", "a value was expected here, not `*`", "*"),
    ("a | f(x=)", "a value was expected here, not `)`", ")"),
    ("[x for x in y]", "no comprehensions", "for"),
    ("lambda x: x", "no functions", "lambda"),
    ("f'x'", "there is no `f'…'`", "f'x'"),
    ("a ? b : c", "`?` has no meaning", "?"),
    ("a?.b", "`?.` has no meaning", "?."),
    ("a ?? b", "`??` has no meaning", "??"),
    ("x => y", "`=>` has no meaning", "=>"),
    ("a += 1", "`+=` has no meaning", "+="),
    ("a `b`", "a backquote has no meaning", "`"),
    ("#a", "`#` has no meaning", "#"),
]
REPAIRS = [
    ("a && b", "a and b"),
    ("a&&b", "a and b"),
    ("a || b", "a or b"),
    ("!a", "not a"),
    ("a === b", "a == b"),
    ("a !== b", "a != b"),
    ("a <> b", "a != b"),
    ("a = 'x'", "a == 'x'"),
    ("$a", "a"),
]


def only(text: str) -> Fault:
    code, (fault,) = parse_expression(text, 0, len(text))
    assert code[0] == "bad"
    return fault


@pytest.mark.parametrize(("text", "words", "pointed_at"), CASES, ids=[case[0] for case in CASES])
def test_words(text: str, words: str, pointed_at: str) -> None:
    fault = only(text)
    assert fault.code == "P210"
    assert words in fault.message
    assert text[fault.start : fault.end] == pointed_at


@pytest.mark.parametrize(("text", "repaired"), REPAIRS)
def test_signs_of_other_languages_are_put_right(text: str, repaired: str) -> None:
    fix = only(text).fix
    assert fix is not None and fix.safe
    assert text[: fix.start] + fix.text + text[fix.end :] == repaired
    assert parse_expression(repaired, 0, len(repaired))[1] == []


def test_the_argument_of_a_filter_is_put_in_brackets() -> None:
    fix = only("a | join ', '").fix
    assert fix is not None and fix.text == "(', ')"
