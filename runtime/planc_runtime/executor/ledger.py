"""The way of an event: masked, applied to the machine, buffered, committed with others, told to whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from planc_schemas.events import Event

from ..clock import Clock
from ..machine import Machine
from ..store.base import HEARTBEAT_SECONDS, Journal
from ..tools.secrets import Masker
from .options import OnEvents


class Ledger:
    """One run's events on their way into its journal. State is ahead of the journal only between `emit` and
    `commit`; nothing leaves the process in between."""

    def __init__(
        self, machine: Machine, journal: Journal, clock: Clock, masker: Masker, on_events: OnEvents | None
    ) -> None:
        self.machine = machine
        self.journal = journal
        self.now = clock.now()
        self._clock = clock
        self._mask = masker.mask_json
        self._on_events = on_events
        self._buffer: list[Event] = []
        self._durable: list[asyncio.Future[None]] = []
        self._thread: ThreadPoolExecutor | None = None

    @property
    def pending(self) -> bool:
        return bool(self._buffer)

    @property
    def is_quick(self) -> bool:
        """Does a commit cost next to nothing?"""
        return self.journal.is_quick

    def turn(self) -> None:
        """Reads the clock: events of one turn of the loop carry the same time."""
        self.now = self._clock.now()

    def emit(self, event: Event) -> None:
        """A new fact. Raises MachineError when it does not fit."""
        event.at = self.now
        event.data = self._mask(event.data)
        self.machine.apply(event)
        self._buffer.append(event)

    def durable(self) -> asyncio.Future[None]:
        """Done when everything emitted so far is committed."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._durable.append(future)
        return future

    async def commit(self, *, block: bool) -> None:
        """Group commit of everything emitted. `block` writes on the loop's own thread, which is quicker when
        nothing else could run meanwhile. Raises StoreError."""
        if not self._buffer:
            return
        events, self._buffer = self._buffer, []
        waiters, self._durable = self._durable, []
        await self._write(events, block)
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def write(self, events: Sequence[Event]) -> None:
        """Commits events that the machine knows already. Raises StoreError."""
        for event in events:
            event.at = self.now
            event.data = self._mask(event.data)
        await self._write(events, block=False)

    async def _write(self, events: Sequence[Event], block: bool) -> None:
        self.journal.append(events)
        if block or self.is_quick:
            self.journal.commit()
        else:
            await self._in_thread()
        if self._on_events is not None:
            with suppress(Exception):
                self._on_events(list(events))

    async def _in_thread(self) -> None:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="planc-journal")
        await asyncio.get_running_loop().run_in_executor(self._thread, self.journal.commit)

    async def keep_lease(self) -> None:
        """Renews the lease until cancelled. Raises LeaseLost and other StoreErrors."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if self.is_quick:
                self.journal.heartbeat()
            else:
                await asyncio.to_thread(self.journal.heartbeat)

    def close(self) -> None:
        """Closes the journal. Raises StoreError."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        self.journal.close()
