"""What was running when the process of a run went away: events that say so, before the run goes on."""

from __future__ import annotations

from planc_schemas.compiled import AgentWork, GoalWork, ModelChoice, PromptWork
from planc_schemas.events import Event
from planc_schemas.ports import TaskError, Usage
from planc_schemas.values import Json

from ..budget import TYPICAL_ANSWER
from ..kinds.agent import may_have_acted
from ..kinds.conversation import open_calls
from ..machine import Instance
from ..recover import Recovered, spend
from .options import Options, ToolCaller

_INTERRUPTED = TaskError(
    "interrupted",
    "it was running when the process went away, and it says `on_interrupt: fail`",
    "R202",
    "find out what it did; then run it again with --fresh, or mend the plan",
)

_EXPIRED = TaskError(
    "expired",
    "nobody answered in time",
    "R304",
    "resume with --fresh TASK to ask again",
)


def cut_off(state: Recovered, tools: ToolCaller, options: Options) -> list[Event]:
    """Events about the attempts that were running, and about questions that were answered or whose time is over. They
    are applied to the state, and what those attempts may have used is counted in it."""
    events: list[Event] = []
    now = options.clock.now()
    data: dict[str, Json]
    for instance in state.machine.unfinished():
        if instance.answer is not None and instance.status == "waiting":
            if instance.proposal is None:  # answered while nobody executed the run
                events.append(state.machine.answered(instance))
            continue
        if instance.status == "waiting" and _is_expired(instance, now):
            data = {"attempt": instance.attempt, "fingerprint": instance.fingerprint}
            events.append(state.machine.failed(instance, _EXPIRED, data))
        if instance.status != "running":
            continue
        data = {"attempt": instance.attempt}
        interrupted = Event("task_interrupted", instance.id, dict(data), at=now)
        if (used := _may_have_used(instance, state, options)) is not None:
            interrupted.data["usage"] = used.to_json()
        events.append(interrupted)
        if instance.task.on_interrupt == "fail" and not _agent_goes_on(instance, tools):
            data = {**data, "fingerprint": instance.fingerprint, "error": _INTERRUPTED.to_json()}
            events.append(Event("task_failed", instance.id, data, at=now))
    for event in events:
        event.at = now
        state.machine.apply(event)
        state.memory.learn(event)
        if "usage" in event.data:
            spend(state, event)
    return events


def _may_have_used(instance: Instance, state: Recovered, options: Options) -> Usage | None:
    """The model call that nobody knows the end of: the provider may have answered it, so it counts as made. Its tokens
    are estimated as a budget does. None for a task that was asking no model."""
    work = instance.task.work
    if not isinstance(work, PromptWork | AgentWork | GoalWork) or _was_calling_tools(instance):
        return None
    if isinstance(work, AgentWork) and open_calls(instance.turns):
        return None  # it was at a tool
    started = state.memory.started.get(instance.id)
    asked = len(started.request) // 2 if started is not None else 0
    choice = ModelChoice() if isinstance(work, GoalWork) else work.model
    answer = choice.max_tokens or TYPICAL_ANSWER
    usd = options.price(choice, asked, answer) if options.price is not None else None
    return Usage(asked, answer, 0, usd, 1)


def _was_calling_tools(instance: Instance) -> bool:
    """Are calls of an agent's last turn without a result? Then it was not asking its model."""
    unanswered = 0
    for turn in instance.turns:
        unanswered = len(turn.get("calls", ())) if turn["kind"] == "model" else unanswered - 1
    return unanswered > 0


def _agent_goes_on(instance: Instance, tools: ToolCaller) -> bool:
    """Every turn of an agent is on record: only one that was cut off within a call that acts on the world may have
    done what nobody knows of."""
    return isinstance(instance.task.work, AgentWork) and not may_have_acted(instance.turns, tools.get)


def _is_expired(instance: Instance, now: float) -> bool:
    expires_at = (instance.question or {}).get("expires_at")
    return expires_at is not None and now > expires_at
