"""The state of a run out of its journal: the same fold that the run itself was.

A run has parts: the first begins with `run_started`, the others with a `run_resumed` that names "reused" instances.
Such a part starts over with the (perhaps edited) plan, and the named results stand as they are; a `run_resumed`
without "reused" goes on where the run was left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from planc_schemas.compiled import CompiledPlan, GoalWork
from planc_schemas.events import Event, RunStatus
from planc_schemas.json_text import json_bytes
from planc_schemas.ports import PASSING, Usage
from planc_schemas.values import Json

from .budget import NOTHING, add, usage_from_json
from .machine import VERSION, Machine, MachineError

FINAL: Final = frozenset({"interrupted", "expired"})
"""Failures that a later part does not try again by itself: nobody knows what the task did, or a person let the time
pass."""


def is_among(instance: str, names: Collection[str]) -> bool:
    """Is this instance, its task, or a task around it named?"""
    path = instance
    while path:
        if path in names or path.partition("[")[0] in names:
            return True
        path = path.rpartition("/")[0]
    return False


class RecoveryError(Exception):
    """The journal cannot be followed: `what`, and what to do (`help`). Codes R002 and R003."""

    def __init__(self, what: str, help: str = "", code: str = "R002") -> None:
        super().__init__(f"{what} ({help})" if help else what)
        self.what = what
        self.help = help
        self.code = code


class Start(NamedTuple):
    """What is known of an attempt from its `task_started`. `request` is JSON text, because every task of a run has one
    in memory, and a tree takes several times the room."""

    attempt: int
    fingerprint: str
    request: bytes


def _start(data: dict[str, Json]) -> Start:
    return Start(data["attempt"], data.get("fingerprint", ""), json_bytes(data.get("request")))


@dataclass(slots=True)
class Memory:
    """What later parts of a run may need of the earlier ones, by instance.

    `results` are events that a later part can carry: task_finished, task_reused, subplan_created of a goal, and
    task_failed of what may never run again. `questions` and `approvals` are about sub-plans among
    them. `turns` are recorded turns of an agent that has not ended; `started` the
    last start, `failed` the instances whose last word was a failure.
    """

    results: dict[str, Event] = field(default_factory=dict)
    turns: dict[str, list[Event]] = field(default_factory=dict)
    started: dict[str, Start] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    questions: dict[str, Event] = field(default_factory=dict)
    approvals: dict[str, Event] = field(default_factory=dict)

    def learn(self, event: Event) -> None:
        instance = event.instance or ""
        if event.type == "task_started":
            self.started[instance] = _start(event.data)
            self.failed.discard(instance)
        elif event.type in ("task_finished", "task_reused"):
            self.results[instance] = event
            self.turns.pop(instance, None)
        elif event.type in ("task_waiting", "task_answered"):
            self._asked(instance, event)
        elif event.type == "subplan_created" and event.data.get("text"):
            self.results[instance] = event
            self.approvals.pop(instance, None)
        elif event.type == "turn_recorded":
            self.turns.setdefault(instance, []).append(event)
        elif event.type in ("attempt_failed", "task_failed"):
            if event.data["error"]["kind"] not in PASSING:
                self.turns.pop(instance, None)
            self.failed.add(instance)
            if event.type == "task_failed" and event.data["error"]["kind"] in FINAL:
                self.results[instance] = event

    def forget(self, fresh: Collection[str]) -> None:
        """What these tasks and instances did is not to be used any more: it was asked that they run again."""
        for known in (self.results, self.turns, self.questions, self.approvals):
            for instance in [each for each in known if is_among(each, fresh)]:
                del known[instance]

    def _asked(self, instance: str, event: Event) -> None:
        """A question or its answer: about a sub-plan, or the task's own."""
        about_plan = self.planned(instance) is not None
        if event.type == "task_waiting":
            if about_plan:
                self.questions[instance] = event
        elif not about_plan:
            self.results[instance] = self._answer(instance, event)
        elif event.data["answer"] is True:
            self.approvals[instance] = event

    def planned(self, instance: str) -> list[Event] | None:
        """The sub-plan that was made for a goal: `subplan_created`, the question about it, the approval; those that
        there are. None for what is no goal, was not planned, or has its result."""
        made = self.results.get(instance)
        if made is None or made.type != "subplan_created":
            return None
        about = (self.questions, self.approvals) if made.data.get("approve") else ()
        return [made, *(events[instance] for events in about if instance in events)]

    def stands(self, instance: str) -> bool:
        """Can a later part carry the result? A sub-plan that nobody approved is asked about once more instead."""
        made = self.results.get(instance)
        return made is not None and (not made.data.get("approve") or instance in self.approvals)

    def _answer(self, instance: str, event: Event) -> Event:
        start = self.started.get(instance)
        data: dict[str, Json] = {"attempt": 1, "output": event.data["answer"], "cache": False}
        if start is not None:
            data |= {"attempt": start.attempt, "fingerprint": start.fingerprint}
        return Event("task_finished", instance, data, event.seq, event.at)

    def final(self) -> list[str]:
        """The instances that failed in a way that no later part tries again by itself."""
        return [instance for instance, event in self.results.items() if event.type == "task_failed"]

    def carry(self, reused: Iterable[str], continued: Iterable[str] = ()) -> dict[str, list[Event]]:
        """The events that stand for these instances in a new part. Raises RecoveryError for an unknown one."""
        try:
            carried = {instance: self.planned(instance) or [self.results[instance]] for instance in reused}
        except KeyError as error:
            raise RecoveryError(f"the journal reuses a result of {error} that it does not have") from None
        for instance in continued:
            carried.setdefault(instance, list(self.turns.get(instance, [])))
        return carried


@dataclass(slots=True)
class Recovered:
    """A run as its journal tells it. `status` is how its last part ended, None when nobody wrote that down (its
    process died, or it waits for a person); `seconds` is how long it was executed in all; `known_usd` is
    what the calls of `usage` cost that have a price. `spent` and
    `goal_seconds` are the same by instance: what it and its subtasks used, and how long goals were planned and
    executed. `asked` is what the operator asked of it beside the plan (see `executor.asked`)."""

    machine: Machine
    inputs: dict[str, Json]
    text: str
    memory: Memory
    usage: Usage = NOTHING
    known_usd: float = 0.0
    seconds: float = 0.0
    spent: dict[str, Usage] = field(default_factory=dict)
    goal_seconds: dict[str, float] = field(default_factory=dict)
    status: RunStatus | None = None
    ended: Event | None = None
    asked: dict[str, Json] = field(default_factory=dict)


def recover(
    run_id: str,
    events: Iterable[Event],
    plans: Mapping[str, tuple[CompiledPlan, str]],
    durations: Mapping[str, float] | None = None,
) -> Recovered:
    """Folds a run's events, whole (nothing spilled), one after the other. `plans` are the run's plans and their texts
    by digest.

    Raises RecoveryError when the events do not fit the plans, or were written by rules of another version.
    """
    rest = iter(events)
    first = next(rest, None)
    if first is None or first.type != "run_started":
        raise RecoveryError("the journal does not begin with the start of a run")
    version = first.data.get("machine", VERSION)
    if version != VERSION:
        raise RecoveryError(
            f"the run was executed by rules of version {version}; this is version {VERSION}",
            "resume it with the planc that wrote it, or execute the plan again",
            "R003",
        )
    try:
        return _fold(run_id, first, rest, plans, durations)
    except (MachineError, KeyError, TypeError, ValueError) as error:
        raise RecoveryError(f"the journal does not fit its plan: {error}") from error


def _fold(
    run_id: str,
    first: Event,
    rest: Iterator[Event],
    plans: Mapping[str, tuple[CompiledPlan, str]],
    durations: Mapping[str, float] | None,
) -> Recovered:
    sub_plans = {digest: plan for digest, (plan, _) in plans.items()}

    def machine_for(
        digest: str, inputs: dict[str, Json], carried: dict[str, list[Event]], *, growing: bool = False
    ) -> Machine:
        plan = plans[digest][0]
        return Machine(plan, inputs, run_id, durations=durations, carried=carried, sub_plans=sub_plans, growing=growing)

    digest, inputs = first.data["plan_digest"], first.data["inputs"]
    growing = bool(first.data.get("growing"))
    state = Recovered(machine_for(digest, inputs, {}, growing=growing), inputs, plans[digest][1], Memory())
    begun = previous = first.at
    goals = GoalClock(state.goal_seconds)
    for event in chain((first,), rest):
        if event.type == "run_resumed":
            state.seconds += max(0.0, previous - begun)
            begun = event.at
            goals.pause(previous, event.at)
            if "reused" in event.data:
                state.inputs = event.data.get("inputs", state.inputs)
                carried = state.memory.carry(event.data["reused"], event.data.get("continued", ()))
                state.machine = machine_for(event.data["plan_digest"], state.inputs, carried)
                state.text = plans[event.data["plan_digest"]][1]
            state.memory.forget(event.data.get("fresh", ()))
        elif event.type == "plan_grown":
            state.inputs, state.text = event.data["inputs"], plans[event.data["plan_digest"]][1]
        state.asked = event.data.get("asked", state.asked)
        previous = event.at
        state.memory.learn(event)
        state.machine.apply(event)
        goals.hear(event, state.machine)
        if "usage" in event.data:
            spend(state, event)
        _note_end(state, event)
    goals.pause(previous, previous)
    state.seconds += max(0.0, previous - begun)
    return state


def spend(state: Recovered, event: Event) -> None:
    """Counts usage for the run, and for every task that the event's instance is within."""
    usage = usage_from_json(event.data["usage"])
    state.usage = add(state.usage, usage)
    state.known_usd += usage.usd or 0.0
    path = event.instance or ""
    while path:
        state.spent[path] = add(state.spent.get(path, NOTHING), usage)
        path = path.rpartition("/")[0]


class GoalClock:
    """How long goals were planned and executed: from start to end, without the time a person reads the plan."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._since: dict[str, float] = {}

    def hear(self, event: Event, machine: Machine) -> None:
        """An event that the machine has folded."""
        name = event.instance or ""
        if event.type in ("task_started", "task_answered", "subplan_created"):
            is_goal = isinstance(machine.instance(name).task.work, GoalWork)
            if is_goal and name not in self._since:
                self._since[name] = event.at
        if event.type in ("task_waiting", "task_finished", "task_failed", "task_skipped") and name in self._since:
            self._add(name, event.at)
            del self._since[name]

    def pause(self, until: float, again: float) -> None:
        """The process went away at `until`; another goes on at `again`."""
        for name in self._since:
            self._add(name, until)
            self._since[name] = again

    def _add(self, name: str, until: float) -> None:
        self._seconds[name] = self._seconds.get(name, 0.0) + max(0.0, until - self._since[name])


def _note_end(state: Recovered, event: Event) -> None:
    if event.type == "run_finished":
        state.status, state.ended = event.data["status"], event
    elif event.type == "run_interrupted":
        state.status, state.ended = "interrupted", event
    elif event.type == "run_resumed":
        state.status, state.ended = None, None
