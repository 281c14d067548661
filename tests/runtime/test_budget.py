"""Reserving and settling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planc_runtime.budget import NOTHING, TYPICAL_ANSWER, Budget, Need, add, capped, merged, usage_from_json
from planc_schemas.compiled import RunLimits
from planc_schemas.ports import Usage


@given(
    st.integers(1, 20),
    st.integers(1, 2000),
    st.lists(st.tuples(st.integers(1, 300), st.floats(0, 1), st.booleans()), max_size=60),
)
def test_nothing_is_overspent_when_calls_use_at_most_what_they_need(
    calls: int, tokens: int, steps: list[tuple[int, float, bool]]
) -> None:
    budget = Budget(RunLimits(calls=calls, tokens=tokens))
    open_needs: list[tuple[Need, int]] = []
    for size, share, settle in steps:
        need = Need(size, None)
        if budget.lacking(need) is None:
            budget.reserve(need)
            open_needs.append((need, int(size * share)))
        if settle and open_needs:
            done, used = open_needs.pop(0)
            budget.settle(done, Usage(used, 0, 0, None, 1))
    for done, used in open_needs:
        budget.settle(done, Usage(used, 0, 0, None, 1))
    assert budget.spent.calls <= calls
    assert budget.spent.input_tokens <= tokens
    assert budget.under_way == 0


def test_a_call_must_fit_every_budget_around_it() -> None:
    outer = Budget(RunLimits(calls=1))
    inner = Budget(RunLimits(calls=5), outer=outer)
    need = Need(10, None)
    assert inner.lacking(need) is None
    inner.reserve(need)
    lack = inner.lacking(need)
    assert lack is not None
    assert lack.budget is outer
    inner.settle(need, Usage(3, 4, 0, 0.5, 1))
    assert (inner.spent, outer.spent) == (Usage(3, 4, 0, 0.5, 1), Usage(3, 4, 0, 0.5, 1))


def test_the_largest_answer_stands_for_unknown_ones() -> None:
    budget = Budget(RunLimits())
    assert (budget.answer_tokens(None), budget.answer_tokens(7)) == (TYPICAL_ANSWER, 7)
    budget.reserve(Need(1, None))
    budget.settle(Need(1, None), Usage(1, 900, 0, None, 1))
    assert budget.answer_tokens(None) == 900


def test_a_sum_is_unpriced_as_soon_as_one_call_is() -> None:
    priced, unpriced = Usage(1, 1, 0, 0.5, 1), Usage(1, 1, 0, None, 1)
    assert add(NOTHING, priced) == priced
    assert add(priced, priced).usd == pytest.approx(1.0)
    assert add(priced, unpriced).usd is None
    assert add(Usage(), priced).usd == 0.5


def test_usage_survives_json() -> None:
    usage = Usage(1, 2, 3, 0.4, 5)
    assert usage_from_json(usage.to_json()) == usage
    assert usage_from_json(None) == NOTHING


def test_the_operator_s_limits_go_before_the_plan_s() -> None:
    own = RunLimits(calls=5, tokens=100, models={"a": {"rpm": 1}})
    both = merged(own, RunLimits(calls=9, usd=1.0, models={"b": {"rpm": 2}}))
    assert (both.calls, both.tokens, both.usd, both.models) == (9, 100, 1.0, {"a": {"rpm": 1}, "b": {"rpm": 2}})
    assert merged(own, None) is own


def test_of_a_server_s_limits_and_a_plan_s_the_stricter_ones_hold() -> None:
    plan = RunLimits(concurrency=4, calls=10, usd=1.0)
    server = RunLimits(concurrency=8, calls=5, time=60.0)
    assert capped(plan, server) == RunLimits(concurrency=4, calls=5, usd=1.0, time=60.0)
    assert capped(plan, None) == plan
