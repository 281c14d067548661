"""Who follows runs, and how they are woken.

A reader of a run in this process is woken by its commits; a run that another process executes is looked at now and
then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from planc_runtime.store.base import Store
from planc_schemas.events import RunStatus

from .feed import Feed
from .problems import Problem

POLL_SECONDS = 0.5
"""How often the store is looked at for runs of other processes."""
KEEP_ALIVE_SECONDS = 15.0
ENDED: frozenset[RunStatus] = frozenset({"succeeded", "failed", "cancelled", "budget"})
MAX_READERS = 1000


class Readers:
    """All open streams. `executes` says whether a run is executed in this process."""

    def __init__(self, store: Store, executes: Callable[[str], bool]) -> None:
        self._store = store
        self._executes = executes
        self._feeds: dict[str, Feed] = {}
        self.stopping = False
        """The server goes down: streams end without saying that the run has ended."""

    def has_readers(self, run_id: str) -> bool:
        """May be asked from any thread."""
        return run_id in self._feeds

    def wake(self, run_id: str) -> None:
        feed = self._feeds.get(run_id)
        if feed is not None:
            feed.bell.ring()

    def let_go(self) -> None:
        """The server is about to go down: readers are let go, so that they look for the next one."""
        self.stopping = True
        for feed in self._feeds.values():
            feed.bell.ring()

    def require_room(self) -> None:
        """Raises Problem 503 when there are as many readers as may be."""
        if sum(feed.readers for feed in self._feeds.values()) >= MAX_READERS:
            raise Problem(503, "Too many readers", f"{MAX_READERS} streams are open", help="close some of them")

    async def follow(self, run_id: str, after: int) -> AsyncIterator[bytes]:
        """Frames of committed events after `after`, in order, until the run has ended. Empty bytes mean that nothing
        happened for a while, so that the connection can be kept alive."""
        feed = self._feeds.setdefault(run_id, Feed(self._store, run_id))
        feed.readers += 1
        try:
            while not self.stopping:
                seen = feed.bell.rung
                here = self._executes(run_id)
                # Looked at before reading: what a run wrote last is read before its end is believed.
                over = not here and (await asyncio.to_thread(self._store.summary, run_id)).status in ENDED
                after, frames = await feed.after(after)
                if frames:
                    yield frames
                elif over:
                    return
                elif not await feed.bell.wait(seen, KEEP_ALIVE_SECONDS if here else POLL_SECONDS):
                    yield b""
        finally:
            feed.readers -= 1
            if not feed.readers:
                self._feeds.pop(run_id, None)
                asyncio.get_running_loop().run_in_executor(None, feed.close)
