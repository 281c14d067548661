"""From a ready instance to its start: inputs rendered, fingerprint, reuse; or the failure that stands in the way."""

from __future__ import annotations

from typing import NamedTuple

from planc_schemas.compiled import CompiledTask
from planc_schemas.events import Event
from planc_schemas.ports import TaskFailure
from planc_schemas.values import Json

from ..fingerprints import fingerprint
from ..machine import Instance, Machine, occurrence, upstream_fingerprints
from ..models.base import ModelProvider
from ..recover import Memory, is_among
from ..store.base import KeptResults


class Named(NamedTuple):
    """Rendered inputs with the fingerprint of what will come of them. `model` is who answers, "" for no model."""

    rendered: Json
    fingerprint: str
    model: str = ""


def name_result(instance: Instance, rendered: Json, model: str) -> Named:
    """The fingerprint of an instance that is ready."""
    upstream = upstream_fingerprints(instance.node)
    name = fingerprint(instance.task.meaning, rendered, upstream, model=model, occurrence=occurrence(instance))
    return Named(rendered, name, model)


def model_name(task: CompiledTask, models: ModelProvider) -> str:
    """Who will answer a task's calls: part of the fingerprint, because the operator's default may change.

    Raises TaskFailure for a provider that is not known.
    """
    work = task.work
    if work.kind == "prompt" or work.kind == "agent":
        return models.model_for(work.model).name
    return "planner" if work.kind == "goal" else ""


class Reuse:
    """Results that may take the place of running: earlier ones of this run, and kept ones of other runs."""

    def __init__(
        self,
        machine: Machine,
        memory: Memory | None,
        kept: KeptResults | None,
        fresh: frozenset[str],
        once_fresh: frozenset[str] = frozenset(),
    ) -> None:
        """`memory` is of the earlier parts of this run; it has forgotten what was `once_fresh`."""
        self._run_id = machine.run_id
        self._memory = memory or Memory()
        self._kept = kept
        self._fresh = fresh
        self._once_fresh = once_fresh

    @property
    def looks_elsewhere(self) -> bool:
        """May results of other runs be used?"""
        return self._kept is not None

    def find(self, instance: Instance, named: Named, now: float) -> dict[str, Json] | None:
        """The data of a `task_reused` event, or None. Raises StoreError."""
        if is_fresh(instance, self._fresh):
            return None
        earlier = self._memory.results.get(instance.id)
        if earlier is not None and "output" in earlier.data and self.matches(instance, named, earlier):
            return {**_result(earlier), "from_run": self._run_id}
        task = instance.task
        if self._kept is None or not task.cache or is_fresh(instance, self._once_fresh):
            return None
        kept = self._kept.find(named.fingerprint, instance.id, max_age=task.cache_ttl, now=now)
        if kept is None:
            return None
        data: dict[str, Json] = {"fingerprint": named.fingerprint, "output": kept.output, "from_run": kept.run_id}
        return data | {"recorded_at": kept.at} | ({"model": named.model} if named.model else {})

    def sub_plan(self, instance: Instance, named: Named) -> list[Event]:
        """The events that stand for planning a goal once more, when an earlier part of this run has planned it: the
        plan, the question about it, its approval. What they used is paid and not counted again."""
        if instance.task.work.kind != "goal":
            return []
        planned = None if is_fresh(instance, self._fresh) else self._memory.planned(instance.id)
        if planned is None or not self.matches(instance, named, planned[0]):
            return []
        return [Event(each.type, each.instance, _unpaid(each.data)) for each in planned]

    def matches(self, instance: Instance, named: Named, earlier: Event) -> bool:
        """Is this earlier event of the same run the result that running would stand for? Who answered is left out
        of account: what is done in a run stays done when it is resumed with another model."""
        known = earlier.data.get("fingerprint")
        if known == named.fingerprint:
            return True
        model = earlier.data.get("model", "")
        return model != named.model and known == name_result(instance, named.rendered, model).fingerprint

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()


def is_fresh(instance: Instance, fresh: frozenset[str]) -> bool:
    """Was it asked that this instance (or its task, or a task around it) runs again?"""
    return bool(fresh) and is_among(instance.id, fresh)


def _unpaid(data: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in data.items() if name != "usage"}


def _result(event: Event) -> dict[str, Json]:
    return {name: event.data[name] for name in ("fingerprint", "output", "model") if name in event.data}


def unrunnable(machine: Machine, instance: Instance, failure: TaskFailure) -> Event:
    """The event of an instance that fails before its first attempt."""
    return machine.failed(instance, failure.error, {"attempt": instance.attempt})
