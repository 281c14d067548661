"""A flag that says a tool's result is no longer wanted."""

from __future__ import annotations

import threading

_MAKING = threading.Lock()


class Cancelled:
    """`threading.Event` for looking at and waiting; its lock is made only when somebody waits, because every tool
    call has a flag and hardly any is waited for."""

    __slots__ = ("_event", "_set")

    def __init__(self) -> None:
        self._set = False
        self._event: threading.Event | None = None

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        if self._event is not None:
            self._event.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Blocks the calling thread until the flag is set, for `timeout` seconds at most; says whether it is set."""
        with _MAKING:
            if self._event is None:
                self._event = threading.Event()
        if self._set:  # it may have been set before there was an event to tell
            self._event.set()
        return self._event.wait(timeout)
