"""The journal's vocabulary: append-only facts about one run; run state is a fold over them.

An event is totally ordered within its run by `seq` (1, 2, …), not by its clock. `instance` is the task instance it is
about (`summarise[3]`, `research/draft[0]` inside a sub-plan), None for the run itself. `data` is plain JSON:

run_started      {"plan_digest", "inputs", "limits", "rights", "labels", "asked", "growing"?}   first event; the plan is
                 kept beside it; "growing" is true for one whose plan is not complete yet
plan_grown       {"plan_digest", "inputs", "rights", "complete", "usage"?, "planning"?}   of a run that began while its
                 plan was still being written: the plan has more tasks now; "complete" is true once, for the whole plan,
                 with "usage" and "planning" (who planned, the repairs: `PlannedGoal`) of having it made
run_resumed      {"holder", "plan_digest", "limits", "reused": [instance…], "asked", "fresh"?, "usage"?, "planning"?}
                 the last two of planning the plan again; "asked" is what the operator asked beside the plan, as of now
task_ready       not journalled; derived
task_expanded    {"count"}                          foreach: number of instances; follows from the items
task_started     {"attempt", "fingerprint", "request": rendered inputs, "model"?}   durable before any tool is called
turn_recorded    {"turn", "kind": "model"|"tool"|"refusal"|"memory", …}    one step inside an agent
task_finished    {"attempt", "fingerprint", "output"|"output_ref", "usage", "cache"?, "recovered"?}   the result, once;
                 with "cache": false or "recovered" it is not for other runs
task_reused      {"fingerprint", "output"|"output_ref", "from_run", "recorded_at"?}   a kept result took the place of
                 a run; "recorded_at" is when it was made
attempt_failed   {"attempt", "error": TaskError, "retry_in": seconds, "usage"?}      another attempt follows
task_failed      {"attempt", "error": TaskError, "usage"?}                  no further attempt
task_skipped     {"reason"}                         "condition", "skipped: reads X", "failed: reads X", "on_error"
task_waiting     {"question", "schema", "digest", "expires_at"?}            a person must answer
task_answered    {"answer", "by", "digest", "letter"?}   "letter" names an answer that another process handed over
subplan_created  {"plan_digest", "text", "inputs", "fingerprint", "usage", "approve"?, "planning"?}   never planned
                 again; with "approve": true it runs once the `task_waiting` behind it is answered with true
task_interrupted {"attempt", "usage"?}              was running when its executor went away (written by resume);
                 "usage" is what a model call without a known end may have used
run_interrupted  {"reason"}                         drained after a signal; resumable
run_finished     {"status": "succeeded"|"failed"|"cancelled"|"budget", "outputs", "error"?}

A member whose JSON is over `values.SPILL_BYTES` stands as `name_ref`: {"sha256", "bytes"}; the store puts it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .values import Json

EventType: TypeAlias = Literal[
    "run_started",
    "plan_grown",
    "run_resumed",
    "task_expanded",
    "task_started",
    "turn_recorded",
    "task_finished",
    "task_reused",
    "attempt_failed",
    "task_failed",
    "task_skipped",
    "task_waiting",
    "task_answered",
    "subplan_created",
    "task_interrupted",
    "run_interrupted",
    "run_finished",
]

RunStatus: TypeAlias = Literal[
    "running", "succeeded", "failed", "cancelled", "interrupted", "waiting", "budget", "abandoned"
]
"""`abandoned`: the journal says running, but nobody holds the run (its process died); resumable."""

RESUMABLE: frozenset[RunStatus] = frozenset({"failed", "cancelled", "interrupted", "waiting", "budget", "abandoned"})
"""What resuming may go on with."""

TaskStatus: TypeAlias = Literal[
    "pending", "running", "retrying", "waiting", "waiting_for_subtasks", "succeeded", "failed", "skipped"
]


@dataclass(slots=True)
class Event:
    """One fact. `seq` is given by the store (0 before), `at` is seconds since the epoch, for people only."""

    type: EventType
    instance: str | None
    data: dict[str, Json]
    seq: int = 0
    at: float = 0.0


def plan_task(instance: str) -> str:
    """The plan's own task of an instance: `summarise` of `summarise[3]`, `research` of `research/find[0]`."""
    return instance.partition("/")[0].partition("[")[0]
