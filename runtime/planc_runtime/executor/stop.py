"""Asking a run to stop, from a signal handler, a server or a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

StopKind: TypeAlias = Literal["interrupted", "cancelled"]
DRAIN_SECONDS: Final = 10.0


class StopSignal:
    """Hand one to `Options`, call `request` on the event loop's thread.

    Nothing further is started; what runs may end within `drain_seconds`, then it is cancelled. Asking again cancels
    at once. `interrupted` leaves a run that `resume` goes on with; `cancelled` ends it.
    """

    def __init__(self) -> None:
        self.kind: StopKind | None = None
        self.reason = ""
        self.drain_seconds = DRAIN_SECONDS
        self._listeners: list[Callable[[], None]] = []

    def request(
        self, reason: str = "interrupted", *, kind: StopKind = "interrupted", drain_seconds: float = DRAIN_SECONDS
    ) -> None:
        self.drain_seconds = drain_seconds if self.kind is None else 0.0
        self.kind = kind
        self.reason = reason
        for listener in list(self._listeners):
            listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` at every request; returns how to stop listening."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
