"""Results of a run's tasks, taken from its journal: `planc replay RUN` asks these instead of models and tools.

A task instance is answered when it is the same piece of work: its rendered request is the recorded one. Who answered
then does not matter. A result that the run itself had reused was recorded without its request; it counts for a task
whose meaning has not changed. Everything else is a miss that shows what changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from planc_schemas.events import Event
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

from .cassette import nearest, no_recording, task_of
from .recording import Recording


@dataclass(slots=True)
class RecordedTask:
    """What a run's journal says about one task instance. `event` ended it: task_finished, task_reused, task_failed or
    task_answered; None for one that never ended. `sub_plan` is the data of `subplan_created`, when it was decomposed;
    `refused`: a person did not approve it.
    """

    instance: str
    request: Json = None
    event: Event | None = None
    sub_plan: dict[str, Json] | None = None
    refused: bool = False
    turns: list[dict[str, Json]] = field(default_factory=list)

    @property
    def output(self) -> Json:
        """The recorded result. Raises TaskFailure when it was a failure, and R701 when the task never ended."""
        if self.event is None:
            raise TaskFailure(_unfinished(self.instance))
        if self.event.type == "task_failed":
            raise TaskFailure(TaskError.from_json(self.event.data["error"]))
        return self.event.data["answer" if self.event.type == "task_answered" else "output"]


class RecordedRun:
    """The task instances of a run by name. Built from its events, whole (`store.read(run_id, whole=True)`)."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._tasks: dict[str, RecordedTask] = {}
        for event in events:
            if event.instance is not None:
                self._add(self._tasks.setdefault(event.instance, RecordedTask(event.instance)), event)

    def _add(self, task: RecordedTask, event: Event) -> None:
        data = event.data
        match event.type:
            case "task_started":
                task.request = data.get("request", task.request)
            case "task_answered" if task.sub_plan is not None:
                task.refused = event.data["answer"] is not True
            case "task_finished" | "task_reused" | "task_failed" | "task_answered":
                task.event = event
            case "subplan_created":
                task.sub_plan = data
            case "turn_recorded":
                task.turns.append(data)

    def get(self, instance: str) -> RecordedTask | None:
        return self._tasks.get(instance)

    def find(self, instance: str, request: Json, *, unchanged: bool) -> RecordedTask:
        """The recording of this piece of work; `unchanged` says whether the task means what it meant then.
        Raises TaskFailure (R701) with the difference to the nearest one."""
        task = self._tasks.get(instance)
        if task is not None and (unchanged if task.request is None else task.request == request):
            return task
        candidates = [
            Recording(other.instance, "model", other.request, {})
            for other in self._tasks.values()
            if other.request is not None and task_of(other.instance) == task_of(instance)
        ]
        exact = [candidate for candidate in candidates if candidate.instance == instance]
        raise TaskFailure(no_recording(instance, request, nearest(request, exact or candidates)))


def _unfinished(instance: str) -> TaskError:
    return TaskError(
        "bad_request",
        f"`{instance}` had not ended when the run was recorded",
        "R701",
        "resume that run first, then replay it",
    )
