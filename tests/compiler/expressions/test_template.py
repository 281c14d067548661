from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.expressions import read_text


def segments(text: str) -> list[Any]:
    found, faults = read_text(text, tags=True)
    assert faults == []
    return found


X = ["var", "x"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", ["plain"]),
        ("", []),
        ("a ${{ x }} b", ["a ", ["put", X], " b"]),
        ("${{ '}}' }}", [["put", ["lit", "}}"]]]),
        ("${{ {'a': {'b': 1}} }}", [["put", ["object", [["a", ["object", [["b", ["lit", 1]]]]]]]]]),
        ("cost: $${{ x }}", ["cost: $", ["put", X]]),
        ("${{ '${{' }} x }}", [["put", ["lit", "${{"]], " x }}"]),
        ("{% if x %}a{% endif %}", [["if", [[X, ["a"]]], []]]),
        ("{% if x %}a{% elif y %}b{% else %}c{% endif %}", [["if", [[X, ["a"]], [["var", "y"], ["b"]]], ["c"]]]),
        ("{% for i in x %}a{% else %}b{% endfor %}", [["for", "i", X, ["a"], ["b"]]]),
        ("a {%- if x -%} b {%- endif -%} c", ["a", ["if", [[X, ["b"]]], []], "c"]),
        ("a {# no comment #}", ["a {# no comment #}"]),
    ],
)
def test_segments(text: str, wanted: list[Any]) -> None:
    assert segments(text) == wanted


def test_a_tag_alone_on_its_line_takes_the_line_with_it() -> None:
    text = "List:\n  {% for i in x %}  \n- ${{ i }}\n{% endfor %}\nEnd"
    assert segments(text) == ["List:\n", ["for", "i", X, ["- ", ["put", ["var", "i"]], "\n"], []], "End"]


def test_a_tag_beside_text_keeps_its_line() -> None:
    assert segments("a {% if x %}\nb{% endif %}\n") == ["a ", ["if", [[X, ["\nb"]]], []], "\n"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${{ x", "P210"),
        ("{% if x", "P210"),
        ("{% if x %}", "P215"),
        ("{% endfor %}", "P215"),
        ("{% if x %}{% endfor %}{% endif %}", "P215"),
        ("{% set y = 1 %}", "P215"),
        ("{% for a, b in x %}{% endfor %}", "P215"),
        ("{% for a in x if a %}{% endfor %}", "P215"),
        ("{% if x %}{% if x %}{% if x %}{% endif %}{% endif %}{% endif %}", "P215"),
        ("{% for loop in x %}{% endfor %}", "P217"),
        ("{{ inputs.x }}", "P214"),
        ("${inputs.x}", "P214"),
        ("{tasks.x.output}", "P214"),
    ],
)
def test_faults(text: str, code: str) -> None:
    _, faults = read_text(text, tags=True)
    assert [fault.code for fault in faults] == [code]


@pytest.mark.parametrize("text", ['{"a": {"b": 1}}', "{name}", "${HOME}", "{{1, 2}}", "a } b {"])
def test_braces_that_are_only_braces(text: str) -> None:
    assert read_text(text, tags=True) == ([text], [])


def test_the_fix_of_a_forgotten_dollar() -> None:
    _, faults = read_text("About {{ inputs.x | upper }}.", tags=True)
    fix = faults[0].fix
    assert fix is not None and fix.text == "${{ inputs.x | upper }}" and fix.safe
