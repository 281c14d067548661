"""What a tool call is given besides its arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from planc_schemas.values import Json

from .cancelled import Cancelled
from .rights import Grants, Right
from .secrets import Secrets


@dataclass(frozen=True, slots=True)
class Memo:
    """Something remembered. `at` is in seconds since the epoch, `instance` is who remembered it."""

    text: str
    at: float
    instance: str


class Memory(Protocol):
    """What one task may remember and recall: bound to its scope and to its limits.

    `right` is what using it needs besides (a named store of the operator), None for nothing.
    """

    @property
    def right(self) -> Right | None: ...

    @property
    def max_entry_chars(self) -> int: ...

    def remember(self, text: str, key: str) -> None:
        """Keeps a text; the same `key` is kept once. The oldest entries go when there are too many."""
        ...

    def recall(self, query: str, limit: int) -> list[Memo]:
        """Entries with words of the query, the best first; the newest entries when the query has no words."""
        ...


class Prepared(NamedTuple):
    """Arguments that fit a tool, checked once: as JSON with defaults filled in, which the rights of the call follow
    from, and as the Python values that the tool is called with."""

    arguments: dict[str, Json]
    values: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class ToolContext:
    """The circumstances of one tool call, made anew for each. A tool gets it through a parameter of this type.

    `grants` is all the call may do; `idempotency_key` names this task instance of this run, the same in every attempt
    and after a crash (an agent's calls have one each); `memory` is what the task may remember, None if its plan does
    not say so; `timeout` is in seconds, None for no limit of its own; `cancelled` is set when the result is no
    longer wanted (a function in a thread should look at it).
    """

    grants: Grants = field(default_factory=Grants)
    idempotency_key: str = ""
    run_id: str = ""
    instance: str = ""
    timeout: float | None = None
    secrets: Secrets = field(default_factory=Secrets)
    memory: Memory | None = None
    cancelled: Cancelled = field(default_factory=Cancelled)

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.grants.folder
