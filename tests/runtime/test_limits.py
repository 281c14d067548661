"""Lanes: how many at once, how many a minute, and what a 429 teaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planc_runtime.limits import NEVER, WINDOW, Lane


def test_a_full_lane_opens_when_something_leaves() -> None:
    lane = Lane(concurrency=2)
    lane.enter(0.0)
    lane.enter(0.0)
    assert lane.delay(0.0) == NEVER
    lane.leave()
    assert lane.delay(0.0) == 0.0


@given(st.integers(1, 5), st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_never_more_requests_than_rpm_within_any_minute(rpm: int, gaps: list[float]) -> None:
    lane = Lane(rpm=rpm)
    now, made = 0.0, []
    for gap in gaps:
        now += gap
        now += lane.delay(now)
        assert lane.delay(now) <= 1e-9
        lane.enter(now)
        made.append(now)
    for start in made:
        assert sum(start <= at < start + WINDOW - 1e-6 for at in made) <= rpm


def test_tokens_are_given_back_when_less_was_used() -> None:
    lane = Lane(tpm=100)
    entry = lane.spend(0.0, 90)
    assert lane.pace(1.0, 20) == pytest.approx(59.0)
    lane.correct(entry, 30)
    assert lane.pace(1.0, 20) == 0.0
    assert lane.pace(1.0, 80) == pytest.approx(59.0)


def test_a_request_larger_than_the_allowance_goes_when_nothing_else_did() -> None:
    lane = Lane(tpm=100)
    assert lane.pace(0.0, 500) == 0.0
    lane.spend(0.0, 500)
    assert lane.pace(10.0, 500) == pytest.approx(50.0)


def test_a_429_pauses_and_halves_once_for_all_calls_that_met_it() -> None:
    lane = Lane(adaptive=True)
    for _ in range(8):
        lane.enter(0.0)
    for _ in range(8):
        lane.rate_limited(1.0, 10.0)
        lane.leave()
    assert lane.delay(1.0) == pytest.approx(10.0)
    assert lane.delay(11.0) == 0.0
    for _ in range(4):
        assert lane.delay(11.0) == 0.0
        lane.enter(11.0)
    assert lane.delay(11.0) == NEVER
    for _ in range(5):
        lane.succeeded()
    assert lane.delay(11.0) == 0.0


def test_a_lane_without_limits_never_waits() -> None:
    lane = Lane(adaptive=True)
    for _ in range(1000):
        assert lane.delay(0.0) == 0.0
        lane.enter(0.0)
