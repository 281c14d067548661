"""A run's journal as the source of a replay."""

from __future__ import annotations

import pytest

from planc_runtime.replay.runs import RecordedRun, RecordedTask
from planc_schemas.events import Event
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json


def started(instance: str, request: Json, fingerprint: str = "f1") -> Event:
    return Event("task_started", instance, {"attempt": 1, "fingerprint": fingerprint, "request": request})


def finished(instance: str, output: Json) -> Event:
    return Event("task_finished", instance, {"attempt": 1, "output": output})


RUN = RecordedRun(
    [
        Event("run_started", None, {}),
        started("a", {"prompt": "Write about bees."}),
        Event("attempt_failed", "a", {"attempt": 1, "error": {"kind": "rate_limit", "message": ""}}),
        finished("a", "buzz"),
        started("b[0]", {"prompt": "Say hello."}),
        Event("task_failed", "b[0]", {"error": TaskError("refused", "no").to_json()}),
        started("ok", {"question": "?"}),
        Event("task_answered", "ok", {"answer": True}),
        Event("task_reused", "kept", {"fingerprint": "f3", "output": 7, "from_run": "R0"}),
        started("open", {"prompt": "?"}),
        started("goal", {"goal": "g"}),
        Event("subplan_created", "goal", {"plan_digest": "d", "text": ""}),
    ]
)


def find(instance: str, request: Json, *, unchanged: bool = False) -> RecordedTask:
    return RUN.find(instance, request, unchanged=unchanged)


def test_a_result_is_found_by_its_request() -> None:
    assert find("a", {"prompt": "Write about bees."}).output == "buzz"
    assert find("ok", {"question": "?"}).output is True
    goal = find("goal", {"goal": "g"})
    assert goal.sub_plan is not None


def test_a_reused_result_counts_for_an_unchanged_task() -> None:
    assert find("kept", {"prompt": "never recorded"}, unchanged=True).output == 7
    with pytest.raises(TaskFailure, match="no call like this"):
        find("kept", {"prompt": "never recorded"})


def test_a_recorded_failure_fails_again() -> None:
    with pytest.raises(TaskFailure, match="no"):
        _ = find("b[0]", {"prompt": "Say hello."}).output


def test_what_never_ended_has_no_result() -> None:
    with pytest.raises(TaskFailure, match="had not ended"):
        _ = find("open", {"prompt": "?"}).output


def test_a_changed_prompt_is_shown() -> None:
    with pytest.raises(TaskFailure) as caught:
        find("a", {"prompt": "Write about wasps."})
    assert "-Write about bees.\n+Write about wasps." in caught.value.error.message
    with pytest.raises(TaskFailure, match=r"recorded for b\[0\]"):
        find("b[7]", {"prompt": "Say goodbye."})
    with pytest.raises(TaskFailure, match="no call like this"):
        find("new", {"prompt": "x"})
