"""Store and journal → the shapes of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

from planc_runtime.executor.resume import untried
from planc_runtime.recover import RecoveryError
from planc_runtime.store.base import RunFilter, RunSummary, Store
from planc_runtime.store.current import current_plan, plans_of_goals
from planc_schemas.events import RESUMABLE, Event
from planc_schemas.values import Json

from . import shapes

OWN_LABELS = "planc."
"""Labels that begin so are the server's own; requests cannot set them and answers do not show them."""
_DONE = ("task_finished", "task_reused", "task_failed", "task_skipped")


Named: TypeAlias = Callable[[str], str]
"""A plan's file as others may know it; see `workbench.Plans.named`."""


def run_summary(run: RunSummary, now: float, named: Named) -> shapes.RunSummary:
    done = sum(run.counts.get(name, 0) for name in _DONE)
    usage = run.usage
    return shapes.RunSummary(
        run_id=run.run_id,
        plan=run.name,
        file=named(run.file),
        status=run.status,
        labels={name: value for name, value in run.labels.items() if not name.startswith(OWN_LABELS)},
        error=run_error(run.error),
        problem=run.problem,
        started_at=run.started_at,
        ended_at=run.finished_at,
        now=now,
        done=done,
        total=max(done, _begun(run.counts)),
        usage=shapes.UsageShape(**{name: usage[name] for name in shapes.UsageShape.model_fields if name in usage}),
    )


def _begun(counts: Mapping[str, int]) -> int:
    """How many tasks have begun or will not have to: an attempt that follows another one is no further task."""
    again = counts.get("attempt_failed", 0) + counts.get("task_interrupted", 0)
    started = counts.get("task_started", 0) - again
    return started + counts.get("task_reused", 0) + counts.get("task_skipped", 0)


def run_error(error: Json) -> shapes.RunError | None:
    return shapes.RunError.model_validate(error) if isinstance(error, dict) and "kind" in error else None


def run_page(store: Store, which: RunFilter, limit: int, now: float, named: Named) -> shapes.RunPage:
    runs = store.runs(replace(which, limit=limit + 1))
    following = runs[limit - 1].run_id if len(runs) > limit else None
    return shapes.RunPage(runs=[run_summary(run, now, named) for run in runs[:limit]], next=following)


def run_outputs(store: Store, run_id: str) -> shapes.RunOutputs:
    """The outputs out of the run's last event, and what of it is final."""
    run = store.summary(run_id)
    last = store.read(run_id, max(0, run.last_seq - 1), whole=True) if run.finished_at is not None else []
    outputs: dict[str, Json] = last[-1].data.get("outputs", {}) if last else {}
    final: tuple[str, ...] = ()
    if run.status in RESUMABLE:
        with suppress(RecoveryError):
            final = untried(run_id, store)
    error = run_error(run.error)
    return shapes.RunOutputs(run_id=run_id, status=run.status, outputs=outputs, error=error, final=list(final))


def artefacts(store: Store, run_id: str) -> shapes.ArtefactList:
    """What the events refer to, each once, in the order of the events."""
    found: dict[str, shapes.Artefact] = {}
    for event in store.read(run_id):
        for name, ref in event.data.items():
            if name.endswith("_ref") and isinstance(ref, dict) and {"sha256", "bytes"} <= ref.keys():
                member, digest, size = name.removesuffix("_ref"), str(ref["sha256"]), int(ref["bytes"])
                artefact = shapes.Artefact(
                    sha256=digest, bytes=size, member=member, instance=event.instance, seq=event.seq
                )
                found.setdefault(digest, artefact)
    return shapes.ArtefactList(artefacts=list(found.values()))


def run_plan(store: Store, run_id: str, named: Named) -> shapes.RunPlan:
    kept = current_plan(store, run_id)
    made = [
        shapes.MadePlan(instance=instance, digest=plan.digest, text=plan.text)
        for instance, plan in sorted(plans_of_goals(store, run_id).items())
    ]
    return shapes.RunPlan(
        name=kept.plan.name,
        file=named(kept.plan.file),
        digest=kept.digest,
        text=kept.text,
        rights=list(kept.plan.rights),
        inputs=kept.plan.inputs,
        made=made,
    )


def event_shape(event: Event) -> shapes.EventShape:
    return shapes.EventShape(seq=event.seq, at=event.at, type=event.type, instance=event.instance, data=event.data)


def instance(store: Store, run_id: str, instance_id: str) -> shapes.InstanceShape | None:
    """What one task instance was asked and gave; None when the run has no such instance."""
    return instances(store, run_id, only=instance_id).get(instance_id)


def instances(store: Store, run_id: str, *, only: str | None = None) -> dict[str, shapes.InstanceShape]:
    """What the instances of a run were asked and gave, by id, in one pass over its events."""
    found: dict[str, shapes.InstanceShape] = {}
    for event in store.read(run_id):
        name = event.instance
        if name is None or (only is not None and name != only):
            continue
        shape = found.setdefault(name, shapes.InstanceShape(instance=name, request=None, output=None))
        if event.type == "task_started":
            shape.request = _whole(store, run_id, event.data, "request", shape.request)
        elif event.type in ("task_finished", "task_reused"):
            shape.output = _whole(store, run_id, event.data, "output", None)
    return found


def _whole(store: Store, run_id: str, data: dict[str, Json], name: str, otherwise: Json) -> Json:
    if f"{name}_ref" in data:
        return store.content(run_id, data[f"{name}_ref"])
    return data.get(name, otherwise)


def ask_page(store: Store, after: str | None, limit: int) -> shapes.AskPage:
    """The questions that runs wait for, oldest run first; `after` is the `next` of the page before."""
    asks = questions(store)
    if after is not None:
        asks = [ask for ask in asks if _ask_key(ask) > after]
    following = _ask_key(asks[limit - 1]) if len(asks) > limit else None
    return shapes.AskPage(asks=asks[:limit], next=following)


def _ask_key(ask: shapes.Ask) -> str:
    return f"{ask.run_id}:{ask.instance}"


def questions(store: Store) -> list[shapes.Ask]:
    """All of them, by run (ids sort by time) and instance."""
    asks: list[shapes.Ask] = []
    for run in store.runs(RunFilter(statuses=frozenset({"waiting", "running"}))):
        if run.counts.get("task_waiting"):
            waiting = waiting_for(store.read(run.run_id))
            asks.extend(
                shapes.Ask(run_id=run.run_id, plan=run.name, instance=name, question=question)
                for name, question in waiting.items()
            )
    return sorted(asks, key=_ask_key)


def waiting_for(events: Iterable[Event]) -> dict[str, dict[str, Json]]:
    """The questions without an answer, by instance."""
    waiting: dict[str, dict[str, Json]] = {}
    for event in events:
        if event.instance is None:
            continue
        if event.type == "task_waiting":
            waiting[event.instance] = event.data
        elif event.type in ("task_answered", *_DONE):
            waiting.pop(event.instance, None)
    return waiting
