"""A person's answer, checked against what was asked. Pure."""

from __future__ import annotations

from planc_schemas.events import Event
from planc_schemas.validate import validate
from planc_schemas.values import Json

from ..machine import Machine, MachineError


class AnswerRefused(Exception):
    """The answer was not taken; nothing was written. `what` says why, `help` what to do."""

    def __init__(self, what: str, help: str = "") -> None:
        super().__init__(f"{what}: {help}" if help else what)
        self.what = what
        self.help = help


def answer_event(machine: Machine, instance: str, answer: Json, digest: str, by: str, now: float) -> Event:
    """The `task_answered` event. `digest` must be that of the question as it was shown ("" skips the comparison, for
    callers that showed nothing). Raises AnswerRefused."""
    waiting = {item.id: item for item in machine.unfinished() if item.status == "waiting"}
    if instance not in waiting:
        if _was_answered(machine, instance):
            raise AnswerRefused(f"`{instance}` has been answered already", "the first answer counts")
        names = ", ".join(sorted(waiting)) or "none"
        raise AnswerRefused(f"`{instance}` waits for no answer", f"waiting: {names}")
    if waiting[instance].answer is not None:
        raise AnswerRefused(f"`{instance}` has been answered already", "the first answer counts: resume the run")
    question = waiting[instance].question or {}
    if digest and digest != question.get("digest"):
        raise AnswerRefused("the question has changed since it was shown", "look at it again, then answer")
    expires_at = question.get("expires_at")
    if expires_at is not None and now > expires_at:
        raise AnswerRefused(f"the time to answer `{instance}` is over", "resume the run: the task fails as expired")
    problems = validate(answer, question.get("schema") or {"type": "string"})
    if problems:
        raise AnswerRefused(f"the answer does not fit: {problems[0]}", "see the question's schema")
    return Event("task_answered", instance, {"answer": answer, "by": by, "digest": question.get("digest", "")})


def _was_answered(machine: Machine, instance: str) -> bool:
    try:
        return machine.instance(instance).answer is not None
    except MachineError:
        return False
