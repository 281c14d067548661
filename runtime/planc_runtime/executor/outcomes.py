"""What came of an attempt, as the event that says so. Pure."""

from __future__ import annotations

from collections.abc import Collection

from planc_schemas.events import Event, RunStatus
from planc_schemas.ports import TaskError, Usage
from planc_schemas.values import Json

from ..budget import NOTHING, add
from ..kinds.base import Done, Question, SubPlan
from ..machine import Instance, Machine
from ..recover import FINAL
from ..retry import delay_before_next, may_retry
from .attempt import Attempt
from .options import RunResult, Waiting


def attempt_data(attempt: Attempt, usage: Usage) -> dict[str, Json]:
    """What every event about the end of an attempt carries."""
    data: dict[str, Json] = {"attempt": attempt.number, "fingerprint": attempt.fingerprint}
    if attempt.model:
        data["model"] = attempt.model
    return with_usage(data, usage)


def with_usage(data: dict[str, Json], usage: Usage) -> dict[str, Json]:
    if usage is not NOTHING:
        data["usage"] = usage.to_json()
    return data


def done_event(attempt: Attempt, done: Done, usage: Usage, *, keep: bool) -> Event:
    """task_finished. A task that says `cache: false`, or a run that must not `keep`, has its results to itself."""
    data = attempt_data(attempt, add(usage, done.usage) if done.usage.calls else usage)
    data["output"] = done.output
    if not (keep and attempt.subject.task.cache):
        data["cache"] = False
    return Event("task_finished", attempt.instance, data)


def failure_event(machine: Machine, attempt: Attempt, error: TaskError, usage: Usage, jitter: float) -> Event:
    """attempt_failed with "retry_in" when another attempt follows, else what `on_error` makes of it."""
    instance, data = attempt.subject, attempt_data(attempt, usage)
    policy = instance.task.retry
    if not may_retry(policy, attempt.number, error):
        return machine.failed(instance, error, data)
    delay = delay_before_next(policy, attempt.number, error, jitter)
    return Event("attempt_failed", instance.id, {**data, "error": error.to_json(), "retry_in": round(delay, 3)})


def sub_plan_events(instance: Instance, opened: SubPlan, usage: Usage) -> list[Event]:
    """subplan_created, and the question when a person must approve the plan first."""
    data: dict[str, Json] = {"plan_digest": opened.plan.digest, "text": opened.text, "inputs": opened.inputs}
    data["fingerprint"] = instance.fingerprint
    if opened.approval is not None:
        data["approve"] = True
    if opened.record:
        data["planning"] = dict(opened.record)
    created = Event("subplan_created", instance.id, with_usage(data, usage))
    return [created] if opened.approval is None else [created, question_event(instance, opened.approval)]


def question_event(instance: Instance, question: Question) -> Event:
    data: dict[str, Json] = {"question": question.text, "schema": question.schema, "digest": question.digest}
    if question.expires_at is not None:
        data["expires_at"] = question.expires_at
    return Event("task_waiting", instance.id, data)


def run_result(
    machine: Machine,
    status: RunStatus,
    outputs: dict[str, Json],
    error: TaskError | None,
    usage: Usage,
    reason: str,
    final_before: Collection[str] = (),
) -> RunResult:
    """What became of a run whose state is the machine's; `final_before` are the final failures of its earlier parts."""
    return RunResult(
        run_id=machine.run_id,
        status=status,
        outputs=outputs,
        usage=usage,
        failures=tuple(machine.failures),
        error=error,
        questions=tuple(waiting(each) for each in machine.unfinished() if each.status == "waiting"),
        reason=reason,
        final=final_failures(machine, final_before),
    )


def final_failures(machine: Machine, before: Collection[str]) -> tuple[str, ...]:
    """The instances that only `fresh` tries again: those of this part, and those of earlier parts that this one did not
    come to (a foreach ends with its first failure). What a foreach collects is no failure of the run."""
    known = {failure.instance for failure in machine.failures}
    here = [each.instance for each in machine.failures if each.error.kind in FINAL and not each.collected]
    return (*here, *sorted(each for each in before if each not in known and not machine.has_result(each)))


def waiting(instance: Instance) -> Waiting:
    """The question of an instance whose status is "waiting"."""
    data = instance.question or {}
    return Waiting(
        instance.id, data.get("question", ""), data.get("schema"), data.get("digest", ""), data.get("expires_at")
    )
