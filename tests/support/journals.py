"""Small plans and events for tests of the store."""

from __future__ import annotations

from planc_runtime.store.base import Holder, Journal, Store
from planc_schemas.compiled import CompiledPlan, CompiledTask, ValueWork
from planc_schemas.events import Event
from planc_schemas.values import Json, digest

NOBODY = Holder(host="elsewhere", pid=1, space="another machine", started=1)
"""A holder on a machine whose processes cannot be seen from here: its lease lives until it expires."""


def small_plan(name: str = "demo") -> CompiledPlan:
    task = CompiledTask(id="a", work=ValueWork(value=["json", 1]), meaning=digest("a"))
    return CompiledPlan(name=name, digest=digest(name), file=f"{name}.plan.yaml", tasks=(task,))


def run_started(at: float = 1.0, **data: Json) -> Event:
    return Event("run_started", None, {"plan_digest": digest("demo"), "inputs": {}, "labels": {}} | data, at=at)


def run_finished(status: str = "succeeded", at: float = 9.0, **data: Json) -> Event:
    return Event("run_finished", None, {"status": status, "outputs": {}} | data, at=at)


def task_finished(instance: str, output: Json, at: float = 2.0, **data: Json) -> Event:
    """The fingerprint is made from the instance's name."""
    data = {"attempt": 1, "fingerprint": digest(instance), "output": output} | data
    return Event("task_finished", instance, data, at=at)


def begin(store: Store, run_id: str, holder: Holder, *events: Event, name: str = "demo") -> Journal:
    """A run whose first events are committed."""
    journal = store.create(run_id, small_plan(name), f"name: {name}\n", holder)
    journal.append([run_started(), *events])
    journal.commit()
    return journal


def complete(store: Store, run_id: str, holder: Holder, *events: Event, name: str = "demo") -> None:
    """A run that is finished and closed, unless `events` finish it otherwise."""
    ended = any(event.type == "run_finished" for event in events)
    journal = begin(store, run_id, holder, *events, *(() if ended else (run_finished(),)), name=name)
    journal.close()


def facts(events: list[Event]) -> list[tuple[int, str, str | None, Json]]:
    return [(event.seq, event.type, event.instance, event.data) for event in events]
