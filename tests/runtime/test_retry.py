"""Whether and when a failed attempt is tried again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planc_runtime.retry import MAX_RETRY_AFTER, delay_before_next, may_retry
from planc_schemas.compiled import RetryPolicy
from planc_schemas.ports import RETRYABLE, ErrorKind, TaskError

POLICY = RetryPolicy(max_attempts=3, initial_delay=1.0, backoff=2.0, max_delay=5.0, retry_on=("any",))


@pytest.mark.parametrize(("attempt", "again"), [(1, True), (2, True), (3, False), (4, False)])
def test_the_first_try_counts(attempt: int, again: bool) -> None:
    assert may_retry(POLICY, attempt, TaskError("timeout", "")) is again


@pytest.mark.parametrize("kind", ["auth", "bad_request", "refused", "denied", "budget", "expression", "interrupted"])
def test_any_does_not_mean_what_cannot_help(kind: ErrorKind) -> None:
    assert kind not in RETRYABLE
    assert not may_retry(POLICY, 1, TaskError(kind, ""))


def test_a_provider_that_asks_for_too_much_patience_is_not_waited_for() -> None:
    assert may_retry(POLICY, 1, TaskError("rate_limit", "", retry_after=MAX_RETRY_AFTER))
    assert not may_retry(POLICY, 1, TaskError("rate_limit", "", retry_after=MAX_RETRY_AFTER + 1))


@given(st.integers(1, 100), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 3600)))
def test_delays_are_bounded_and_obey_retry_after(attempt: int, jitter: float, retry_after: float | None) -> None:
    delay = delay_before_next(POLICY, attempt, TaskError("timeout", "", retry_after=retry_after), jitter)
    full = min(1.0 * 2.0 ** (attempt - 1), 5.0)
    assert delay >= max(full / 2, retry_after or 0.0)
    assert delay <= max(full, retry_after or 0.0)


def test_without_jitter_delays_are_exact() -> None:
    plain = RetryPolicy(max_attempts=9, initial_delay=1.0, backoff=3.0, max_delay=20.0, jitter=False)
    delays = [delay_before_next(plain, attempt, TaskError("timeout", ""), 0.0) for attempt in range(1, 6)]
    assert delays == [1.0, 3.0, 9.0, 20.0, 20.0]
