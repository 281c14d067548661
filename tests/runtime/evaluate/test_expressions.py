"""What expressions give. Jinja2 itself is the second witness where the language follows it."""

from __future__ import annotations

import jinja2
import pytest

from planc_schemas.ports import TaskFailure
from planc_schemas.values import Json
from tests.support.evaluating import value

LIKE_JINJA = [
    "1 + 2 * 3",
    "(1 + 2) * 3",
    "7 // 2",
    "7 % 3",
    "2 ** 10",
    "1 / 4",
    "-n",
    "'a' ~ 1 ~ 'b'",
    "n > 2 and n < 10",
    "n in [1, 2, 3]",
    "'b' in word",
    "'x' not in word",
    "1 < n <= 3",
    "word if n > 2 else 'no'",
    "not n",
    "0 or word",
    "items[0]",
    "items[-1]",
    "pairs.a",
    "pairs['b']",
    "items | length",
    "items | sum",
    "items | max",
    "items | min",
    "items | first",
    "items | last",
    "items | join('-')",
    "items | sort | join",
    "items | reverse | list",
    "items | unique | list",
    "items | select('odd') | list",
    "items | reject('odd') | list",
    "items | map('string') | list",
    "people | map(attribute='name') | join(', ')",
    "people | selectattr('age', 'gt', 30) | map(attribute='name') | list",
    "people | rejectattr('age') | list | length",
    "people | sort(attribute='age') | map(attribute='name') | list",
    "people | sort(reverse=true, attribute='name') | map(attribute='age') | list",
    "people | sum(attribute='age')",
    "word | upper | lower | title | capitalize",
    "word | replace('b', 'zz')",
    "'  x ' | trim",
    "'a b  c' | wordcount",
    "'3' | int + 1",
    "'3.5' | float",
    "'x' | int",
    "'x' | int(7)",
    "2.567 | round(2)",
    "-3 | abs",
    "nothing | default('d')",
    "'' | default('d', true)",
    "pairs | items | list",
    "pairs.keys() | list if false else 1",
    "n is odd and n is not even",
    "n is divisibleby 3",
    "word is string and n is number and pairs is mapping",
    "nothing is none",
    "n is eq 3",
    "'a\\nb' | indent(2)",
    "[1, [2, 3]] == [1, [2, 3]]",
    "{'a': 1} == {'a': 1}",
]
DATA: dict[str, Json] = {
    "n": 3,
    "word": "abc",
    "items": [3, 1, 2, 3],
    "pairs": {"a": 1, "b": [2]},
    "people": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 25}, {"name": "Cy", "age": 0}],
    "nothing": None,
}


def as_lists(result: object) -> object:
    """Jinja2 gives pairs as tuples; JSON has lists only."""
    if isinstance(result, tuple | list):
        return [as_lists(item) for item in result]
    return result


@pytest.mark.parametrize("text", [text for text in LIKE_JINJA if "()" not in text and "nothing | default" not in text])
def test_the_value_is_what_jinja_gives(text: str) -> None:
    expected = jinja2.Environment().compile_expression(text, undefined_to_none=False)(**DATA)
    assert value(text, **DATA) == as_lists(expected)
    assert type(value(text, **DATA)) is type(as_lists(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true == 1", False),
        ("1 == 1.0", True),
        ('"1" == 1', False),
        ("nothing | default('d')", "d"),
        ("2.4 | round", 2),
        ("[] | first", None),
        ("[] | max", None),
        ("'long words here' | truncate(8)", "long wo…"),
        ("pairs | tojson", '{"a": 1, "b": [2]}'),
        ("pairs | string", '{"a": 1, "b": [2]}'),
        ("true | string", "true"),
        ("nothing | string", "null"),
        ("'a,b' | split(',')", ["a", "b"]),
        ("pairs | values", [1, [2]]),
        ("[{'a': 1}, {}] | map(attribute='a', default=0)", [1, 0]),
        ("'it’s o’clock' | title", "It’s O’clock"),
        ("tasks.find.output[0].title", "One"),
        ("tasks.off.status", "skipped"),
        ("tasks.bad.errors[0].kind", "tool_error"),
        ("run.id", "run-1"),
        ("inputs.n + 1", 4),
        ("[] is empty and '' is empty and not ([0] is empty)", True),
    ],
)
def test_the_value_where_the_language_has_its_own_rules(text: str, expected: Json) -> None:
    assert value(text, **DATA) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pairs.zzz | default('d')", "d"),
        ("pairs.zzz.deep[3] | default('d')", "d"),
        ("tasks.off.output.title | default('none')", "none"),
        ("pairs.zzz is defined", False),
        ("pairs.a is defined", True),
        ("pairs.zzz is none", True),
        ("tasks.find.output[9] is undefined", True),
        ("tasks.off.output.x is empty", True),
        ("pairs.a if pairs.a is defined else 0", 1),
    ],
)
def test_what_is_missing_is_null_where_that_is_asked_for(text: str, expected: Json) -> None:
    assert value(text, **DATA) == expected


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("pairs.zzz", "R101", "`pairs` has no member `zzz`"),
        ("tasks.find.output[0].titel", "R101", "has no member `titel`"),
        ("tasks.find.output[5]", "R101", "`tasks.find.output` has 2 items, so it has no [5]"),
        ("tasks.off.output.title", "R101", "`tasks.off.output` is null, so it has no `title`"),
        ("word.length", "R101", "`word` is a string, so it has no member `length`"),
        ("word + 1", "R102", "`+` does not work on a string and a number"),
        ("1 / 0", "R102", "division by zero"),
        ("1 < 'a'", "R102", "a number and a string cannot be ordered"),
        ("true < 2", "R102", "cannot be ordered"),
        ("[1, 'a'] | sort", "R102", "cannot be ordered"),
        ("n | upper", "R102", "`upper` does not work on a number"),
        ("nothing | length", "R102", "`length` does not work on null"),
        ("1 in 2", "R102", "cannot be looked for in a number"),
        ("'%s' % 1", "R102", "`%` does not work on"),
        ("items | map('nofilter')", "R102", "there is no filter `nofilter`"),
        ("items | select('nothing')", "R102", "there is no test `nothing`"),
        ("[-1] | map('divisibleby')", "R102", "there is no filter"),
    ],
)
def test_what_cannot_be_evaluated_says_where_and_why(text: str, code: str, words: str) -> None:
    with pytest.raises(TaskFailure) as caught:
        value(text, **DATA)
    error = caught.value.error
    assert (error.kind, error.code) == ("expression", code)
    assert words in error.message
    assert error.message.startswith("in `value`, `${{ ")
