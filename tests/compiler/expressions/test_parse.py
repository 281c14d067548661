from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.expressions import Code, parse_expression, walk
from planc_compiler.expressions.paths import read_path


def parsed(text: str) -> Code:
    code, faults = parse_expression(text, 0, len(text))
    assert faults == []
    return code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("inputs", ["inputs"]),
        ("inputs.topic", ["get", ["inputs"], "topic"]),
        ("tasks.a.output", ["task", "a", "output"]),
        ("tasks['a'].output", ["task", "a", "output"]),
        ("tasks.a.output[0].x", ["get", ["at", ["task", "a", "output"], ["lit", 0]], "x"]),
        ("tasks.a.output[-1]", ["at", ["task", "a", "output"], ["lit", -1]]),
        ("tasks.a.output['x y']", ["get", ["task", "a", "output"], "x y"]),
        ("item[loop.index0]", ["at", ["var", "item"], ["get", ["var", "loop"], "index0"]]),
        ("run.id", ["run", "id"]),
        ("true", ["lit", True]),
        ("none", ["lit", None]),
        ("'a\\n\\'b\\d'", ["lit", "a\n'b\\d"]),
        ("1 + 2 * 3", ["bin", "+", ["lit", 1], ["bin", "*", ["lit", 2], ["lit", 3]]]),
        ("a ~ b ~ 'c'", ["bin", "~", ["bin", "~", ["var", "a"], ["var", "b"]], ["lit", "c"]]),
        ("1 < x <= 3", ["cmp", ["lit", 1], [["<", ["var", "x"]], ["<=", ["lit", 3]]]]),
        ("a not in b", ["cmp", ["var", "a"], [["not_in", ["var", "b"]]]]),
        ("a if b", ["cond", ["var", "b"], ["var", "a"], ["lit", None]]),
        ("a or b and not c", ["or", ["var", "a"], ["and", ["var", "b"], ["not", ["var", "c"]]]]),
        ("x | join(', ')", ["filter", "join", ["var", "x"], [["lit", ", "]], {}]),
        ("x | map(attribute='a')", ["filter", "map", ["var", "x"], [], {"attribute": ["lit", "a"]}]),
        ("x is not divisibleby 3", ["not", ["test", "divisibleby", ["var", "x"], [["lit", 3]]]]),
        ("[1, {'a': x}]", ["list", [["lit", 1], ["object", [["a", ["var", "x"]]]]]]),
        ("x.0", ["at", ["var", "x"], ["lit", 0]]),
    ],
)
def test_code(text: str, code: list[Any]) -> None:
    assert parsed(text) == code


@pytest.mark.parametrize(
    "text", ["tasks.a.output[0].title", "inputs.topic", "item", "run.id", "x[3].y.z", "x | upper|length", "a.b |first"]
)
def test_the_short_way_says_what_the_parser_says(text: str) -> None:
    """A path with brackets around it goes through Jinja2's parser."""
    short = read_path(text, 0, len(text))
    long = parsed(f"({text})")
    assert short == long
    assert short is not None
    assert [(part.start + 1, part.end + 1, part.spot[0] + 1) for part in walk(short)] == [
        (part.start, part.end, part.spot[0]) for part in walk(long)
    ]


@pytest.mark.parametrize(
    ("text", "code", "pointed_at"),
    [
        ("inputs.x +", "P210", "+"),
        ("inputs x", "P210", "x"),
        ("'open", "P210", "'"),
        ("a ? b", "P210", "?"),
        ("a.b.upper()", "P211", "upper"),
        ("a.__class__", "P211", "__class__"),
        ("x[1:2]", "P211", "["),
        ("{1: 2}", "P211", "1"),
        ("x | uper", "P205", "uper"),
        ("x is not defind", "P206", "defind"),
        ("tasks[inputs.x].output", "P208", "inputs"),
        ("x | replace('a')", "P220", "replace"),
        ("1e999", "P218", "1e999"),
        ("a" + "+a" * 3000, "P218", "a" + "+a" * 3000),
        ("x" + ".a" * 100, "P218", "."),
        ("x" + " | upper" * 100, "P218", "upper"),
    ],
)
def test_faults_point_at_their_place(text: str, code: str, pointed_at: str) -> None:
    _, faults = parse_expression(text, 0, len(text))
    assert [fault.code for fault in faults] == [code]
    assert text[faults[0].start : faults[0].end] == pointed_at


def test_all_problems_of_one_expression_are_found() -> None:
    text = "(a | uper) ~ len(b) ~ c.__x"
    _, faults = parse_expression(text, 0, len(text))
    assert [fault.code for fault in faults] == ["P205", "P211", "P211"]


def test_offsets_are_those_of_the_whole_text() -> None:
    text = "Say ${{ tasks.a.output | uper }}."
    _, faults = parse_expression(text, 7, 30)
    assert text[faults[0].start : faults[0].end] == "uper"
