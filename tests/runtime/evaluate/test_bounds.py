"""Nothing an expression can do costs more than it may; nothing but TaskFailure ever comes out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planc_runtime.evaluate import build, evaluate, render
from planc_schemas.expressions import BINARY_OPERATORS, COMPARISONS, FILTERS, TESTS
from planc_schemas.ports import TaskFailure
from tests.support.evaluating import rendered, scope, value

LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("'a' * 1000000000", "R103"),
        ("long * 100", "R103"),
        ("long ~ long ~ long ~ long ~ long ~ long ~ long ~ long ~ long ~ long ~ long", "R103"),
        ("9 ** (9 ** 9)", "R103"),
        ("2 ** 5000", "R103"),
        ("2 ** -5000", "R103"),
        ("1e308 * 10", "R102"),
        ("long | replace('x', 'xxxxxxxxxxxxxxxx')", "R103"),
        ("long | list | length", "R104"),
        ("numbers | map('string') | map('length') | sum", "R104"),
        ("lines | indent(1000)", "R103"),
        ("numbers | join(long)", "R103"),
    ],
)
def test_what_would_grow_too_large_or_take_too_long_is_refused(text: str, code: str) -> None:
    with pytest.raises(TaskFailure) as caught:
        value(text, long=LONG, numbers=list(range(100_000)), lines="\n".join("x" * 20_000))
    assert caught.value.error.code == code


def test_a_loop_in_a_text_is_bounded_by_its_output() -> None:
    with pytest.raises(TaskFailure) as caught:
        rendered("{% for n in numbers %}${{ long }}{% endfor %}", numbers=list(range(100)), long=LONG)
    assert caught.value.error.code == "R103"


def test_loops_within_loops_are_bounded_by_steps() -> None:
    text = "{% for a in numbers %}{% for b in numbers %}.{% endfor %}{% endfor %}"
    with pytest.raises(TaskFailure) as caught:
        rendered(text, numbers=list(range(1000)))
    assert caught.value.error.code == "R104"


def test_code_nested_beyond_the_stack_is_a_failure_like_any_other() -> None:
    code: list[Any] = ["lit", 1]
    for _ in range(100_000):
        code = ["not", code]
    path: list[Any] = ["inputs"]
    for _ in range(100_000):
        path = ["get", path, "a"]
    for deep in (code, path):
        with pytest.raises(TaskFailure) as caught:
            evaluate(deep, scope())
        assert caught.value.error.kind == "expression"


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=6,
)
NAMES = st.sampled_from(["a", "b", "title", "loop", ""])


def _operations(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.tuples(st.just("get"), inner, NAMES).map(list),
        st.tuples(st.just("at"), inner, inner).map(list),
        st.tuples(st.just("list"), st.lists(inner, max_size=3)).map(list),
        st.tuples(st.sampled_from(["not", "neg", "pos"]), inner).map(list),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner).map(list),
        st.tuples(st.just("bin"), st.sampled_from(BINARY_OPERATORS), inner, inner).map(list),
        st.tuples(
            st.just("cmp"), inner, st.lists(st.tuples(st.sampled_from(COMPARISONS), inner).map(list), max_size=2)
        ).map(list),
        st.tuples(st.just("cond"), inner, inner, inner).map(list),
        st.tuples(
            st.just("filter"), st.sampled_from(sorted(FILTERS)), inner, st.lists(inner, max_size=3), st.just({})
        ).map(list),
        st.tuples(st.just("test"), st.sampled_from(sorted(TESTS)), inner, st.lists(inner, max_size=2)).map(list),
        st.tuples(st.just("nonsense"), inner).map(list),
    )


CODE = st.recursive(
    st.one_of(
        JSON.map(lambda literal: ["lit", literal]),
        st.just(["inputs"]),
        st.just(["task", "find", "output"]),
        st.just(["task", "nobody", "output"]),
        st.just(["run", "id"]),
        NAMES.map(lambda name: ["var", name]),
    ),
    _operations,
    max_leaves=8,
)


@given(CODE, JSON)
@settings(max_examples=500, deadline=None)
def test_any_code_on_any_data_gives_json_or_a_failure_of_an_expression(code: list[Any], data: Any) -> None:
    place = scope(a=data, b=[data])
    for attempt in (
        lambda: evaluate(code, place),
        lambda: build(["obj", {"k": ["expr", code], "t": ["text", ["x", ["put", code]]]}], place),
        lambda: render([["for", "a", code, ["x", ["put", ["var", "a"]]], ["none"]]], place),
    ):
        try:
            attempt()
        except TaskFailure as failure:
            assert failure.error.kind == "expression"
            assert failure.error.code in ("R101", "R102", "R103", "R104")
