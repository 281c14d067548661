"""The order of fields in canonical text: that of the models, and within a task what it is before how it is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from planc_schemas.plan import TASK_MODELS, Plan, Task

from ..node import Node

_LIMITS = ("concurrency", "calls", "tokens", "usd", "time", "models", "tools")
_BEFORE = ("description", "needs", "if", "run", "foreach", "repeat")
_AFTER = ("output", "retry", "timeout", "on_error", "on_interrupt", "cache")


@dataclass(slots=True)
class Place:
    """What is known of a mapping somewhere in a plan.

    `fields`: its keys in order, empty if they are free. `inner`: the places of single fields; `others`: that of every
    other value. `kinds`: the places to choose from by the key that they have, for tasks.
    """

    fields: tuple[str, ...] = ()
    inner: dict[str, Place] = field(default_factory=dict)
    others: Place | None = None
    kinds: dict[str, Place] = field(default_factory=dict)

    def at(self, key: str) -> Place | None:
        return self.inner.get(key, self.others)

    def of(self, node: Node) -> Place:
        """This place, or the one of the kind that `node` is."""
        for kind, place in self.kinds.items():
            if node.get(kind) is not None:
                return place
        return self


def ordered(node: Node, place: Place | None) -> Sequence[tuple[Node, Node]]:
    """The entries of a mapping in canonical order; unknown keys come last, in the order they have."""
    if place is None or not place.fields:
        return node.entries
    ranks = {name: rank for rank, name in enumerate(place.fields)}
    return sorted(node.entries, key=lambda entry: ranks.get(str(entry[0].value), len(ranks)))


@cache
def plan_place() -> Place:
    """The place of the whole plan."""
    plan = _model_place(Plan)
    kinds = {kind: _task_place(model) for kind, model in TASK_MODELS.items()}
    plan.inner["limits"].fields = _LIMITS
    plan.inner["tasks"] = Place(others=Place(kinds=kinds))
    return plan


def task_order(kind: str) -> tuple[str, ...]:
    """The keys of a task of this kind in canonical order."""
    own = [_key(name, info) for name, info in TASK_MODELS[kind].model_fields.items() if name not in Task.model_fields]
    return (*_BEFORE, *own, *_AFTER)


def _key(name: str, info: Any) -> str:
    return str(info.alias or name)


def _task_place(model: type[Task]) -> Place:
    place = _model_place(model)
    place.fields = task_order(model.kind)
    return place


def _model_place(model: type[BaseModel]) -> Place:
    place = Place(tuple(_key(name, info) for name, info in model.model_fields.items()))
    for name, info in model.model_fields.items():
        inner = _place(info.annotation)
        if inner is not None:
            place.inner[_key(name, info)] = inner
    return place


def _place(annotation: Any) -> Place | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model_place(annotation)
    if get_origin(annotation) is dict:
        others = _place(get_args(annotation)[1])
        return Place(others=others) if others else None
    for part in get_args(annotation):
        place = _place(part)
        if place is not None:
            return place
    return None
