"""Texts: strings as they are, everything else as JSON; loops and conditions; what data says is never a template."""

from __future__ import annotations

import pytest

from planc_runtime.evaluate import build
from planc_schemas.ports import TaskFailure
from planc_schemas.values import Json
from tests.support.evaluating import rendered, scope


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("${{ inputs.x }} {% if %}", "${{ inputs.x }} {% if %}"),
        (None, "null"),
        (True, "true"),
        (3.0, "3.0"),
        ({"é": [1, "a"]}, '{"é": [1, "a"]}'),
        ([], "[]"),
        ("", ""),
    ],
)
def test_a_value_in_a_text(value: Json, text: str) -> None:
    assert rendered("<${{ x }}>", x=value) == f"<{text}>"


def test_loops_have_their_loop_variable_and_an_else() -> None:
    text = (
        "{% for p in items %}${{ loop.index }}/${{ loop.length }} ${{ p }}${{ '' if loop.last else ', ' }}{% endfor %}"
    )
    assert rendered(text, items=["a", "b"]) == "1/2 a, 2/2 b"
    assert rendered("{% for p in items %}x{% else %}none{% endfor %}", items=[]) == "none"


def test_a_loop_variable_ends_with_its_loop() -> None:
    text = "{% for p in items %}{% for q in p %}${{ q }}${{ loop.index0 }}{% endfor %}${{ loop.index0 }};{% endfor %}"
    assert rendered(text, items=[["a", "b"], ["c"]]) == "a0b10;c01;"


def test_conditions_take_the_first_branch_that_holds() -> None:
    text = "{% if n > 2 %}many{% elif n == 2 %}two{% else %}few{% endif %}"
    assert [rendered(text, n=n) for n in (3, 2, 1)] == ["many", "two", "few"]


def test_a_loop_over_what_is_no_list_says_so() -> None:
    with pytest.raises(TaskFailure) as caught:
        rendered("{% for p in tasks.off.output %}x{% endfor %}")
    assert "in `prompt`: `{% for %}` goes over a list, and `tasks.off.output` is null" in caught.value.error.message
    assert "default([])" in caught.value.error.help


def test_data_keeps_types_and_renders_texts() -> None:
    data = [
        "obj",
        {"n": ["expr", ["inputs"]], "t": ["text", ["a ", ["put", ["lit", 1]]]], "c": ["arr", [["const", 2]]]},
    ]
    assert build(data, scope(x=1)) == {"n": {"x": 1}, "t": "a 1", "c": [2]}


def test_a_failure_in_data_names_the_member() -> None:
    with pytest.raises(TaskFailure) as caught:
        build(["obj", {"query": ["expr", ["get", ["inputs"], "topic"]]}], scope(), "with")
    assert caught.value.error.message.startswith(
        "in `with.query`, `${{ inputs.topic }}`: `inputs` has no member `topic`"
    )
