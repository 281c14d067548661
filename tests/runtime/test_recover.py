"""Recovery is the fold that the run itself was: usage, time, parts, what is remembered."""

from __future__ import annotations

import pytest

from planc_runtime.recover import RecoveryError, recover
from planc_schemas.events import Event
from planc_schemas.ports import Usage
from tests.support.compiling import plan_of
from tests.support.running import Bench

PLAN = plan_of('tasks:\n  a: {prompt: x}\n  b: {prompt: "${{ tasks.a.output }}"}\n')
PLANS = {PLAN.digest: (PLAN, "text")}
START = Event("run_started", None, {"plan_digest": PLAN.digest, "inputs": {}, "machine": 1}, at=100.0)


def test_a_finished_run_is_recovered_whole() -> None:
    bench = Bench()
    result = bench.run(PLAN)
    state = recover(result.run_id, bench.store.read(result.run_id, whole=True), PLANS)
    assert (state.status, state.machine.finished, state.text) == ("succeeded", True, "text")
    assert state.usage == result.usage
    assert set(state.memory.results) == {"a", "b"}


def test_time_counts_while_somebody_executes() -> None:
    events = [
        START,
        Event("task_started", "a", {"attempt": 1, "fingerprint": "f"}, at=110.0),
        Event("run_resumed", None, {"plan_digest": PLAN.digest}, at=5000.0),
        Event("task_interrupted", "a", {"attempt": 1}, at=5003.0),
    ]
    assert recover("r", events, PLANS).seconds == pytest.approx(13.0)


def test_usage_of_failed_attempts_counts_too() -> None:
    error = {"kind": "timeout", "message": "slow"}
    usage = Usage(1, 2, 0, 0.5, 1).to_json()
    events = [
        START,
        Event("task_started", "a", {"attempt": 1, "fingerprint": "f"}, at=110.0),
        Event("attempt_failed", "a", {"attempt": 1, "error": error, "retry_in": 1.0, "usage": usage}, at=111.0),
        Event("task_started", "a", {"attempt": 2, "fingerprint": "f"}, at=112.0),
        Event("task_failed", "a", {"attempt": 2, "error": error, "usage": usage}, at=113.0),
    ]
    state = recover("r", events, PLANS)
    assert state.usage == Usage(2, 4, 0, 1.0, 2)
    assert state.memory.failed == {"a"}


def test_a_new_part_begins_with_what_it_reuses() -> None:
    error = {"kind": "auth", "message": "no"}
    events = [
        START,
        Event("task_started", "a", {"attempt": 1, "fingerprint": "f"}, at=110.0),
        Event("task_finished", "a", {"attempt": 1, "fingerprint": "f", "output": "A"}, at=111.0),
        Event("task_started", "b", {"attempt": 1, "fingerprint": "g"}, at=112.0),
        Event("task_failed", "b", {"attempt": 1, "error": error}, at=113.0),
        Event("run_finished", None, {"status": "failed", "outputs": {}}, at=114.0),
        Event("run_resumed", None, {"plan_digest": PLAN.digest, "reused": ["a"]}, at=200.0),
    ]
    state = recover("r", events, PLANS)
    assert (state.status, state.machine.failures) == (None, [])
    assert {node.id: node.status for node in state.machine.nodes()} == {"a": "succeeded", "b": "pending"}
    ready = state.machine.pop_ready()
    assert ready is not None
    assert (ready.id, ready.attempt) == ("b", 1)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "does not begin"),
        ([Event("task_started", "a", {"attempt": 1})], "does not begin"),
        ([Event("run_started", None, {"plan_digest": "?", "inputs": {}})], "does not fit its plan"),
        ([START, Event("task_finished", "b", {"output": 1})], "does not fit its plan"),
        ([START, Event("task_started", "a", {})], "does not fit its plan"),
        ([START, Event("run_resumed", None, {"plan_digest": PLAN.digest, "reused": ["b"]})], "does not have"),
    ],
)
def test_what_cannot_be_followed_is_refused(events: list[Event], words: str) -> None:
    with pytest.raises(RecoveryError, match=words):
        recover("r", events, PLANS)
