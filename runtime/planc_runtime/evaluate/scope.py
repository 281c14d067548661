"""What an expression can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from planc_schemas.values import Json


class TaskView(Protocol):
    """A task as expressions see it: `tasks.<id>.output`, `.status` and `.errors`."""

    @property
    def output(self) -> Json: ...

    @property
    def status(self) -> str: ...

    @property
    def errors(self) -> list[Json]: ...


@dataclass(slots=True)
class Scope:
    """Names of one task instance. `variables` holds the foreach item, `loop`, `previous`, `output`."""

    inputs: Mapping[str, Json]
    tasks: Mapping[str, TaskView]
    run_id: str
    variables: dict[str, Json] = field(default_factory=dict)
