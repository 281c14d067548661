"""The runs and their readers, on two event loops.

Runs are executed on a loop of their own, in a thread: however much they compute (a hundred model answers may arrive in
the same moment), requests are answered meanwhile. What the routes ask of the runs crosses over and back here.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from planc_runtime.store.base import Store
from planc_schemas.values import Json

from . import shapes
from .readers import Readers
from .supervisor import Supervisor
from .workbench import Emit, Submit, Workbench

T = TypeVar("T")
SWITCH_SECONDS = 0.001
"""How long the runs' thread may compute while another waits (Python's default is 5 ms, and a request waits often)."""


class Service:
    """What the routes have of runs. Between `open` and `close` its methods are called on the loop of the requests."""

    def __init__(
        self, store: Store, workbench: Workbench, clock: Callable[[], float] = time.time, *, takes_up: bool = True
    ) -> None:
        """`takes_up`: it goes on with the runs that an earlier server left."""
        self._takes_up = takes_up
        self._workbench = workbench
        self._supervisor = Supervisor(store, workbench, self._told, clock)
        self.readers = Readers(store, self._supervisor.executes)
        self._ours: asyncio.AbstractEventLoop
        self._runs: asyncio.AbstractEventLoop
        self._thread: threading.Thread

    async def open(self) -> None:
        """Starts the thread of the runs."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._ours = asyncio.get_running_loop()
        self._runs = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._execute, name="planc-runs", daemon=True)
        self._thread.start()
        if self._takes_up:
            self._runs.call_soon_threadsafe(self._supervisor.take_up)

    async def close(self) -> None:
        """Drains the runs, leaves them resumable, and ends the thread."""
        self.readers.let_go()
        try:
            await self._across(self._supervisor.shut_down())
            await self._across(self._workbench.close())
        finally:
            self._runs.call_soon_threadsafe(self._runs.stop)
            await asyncio.to_thread(self._thread.join)

    def _execute(self) -> None:
        asyncio.set_event_loop(self._runs)
        try:
            self._runs.run_forever()
            self._runs.run_until_complete(self._runs.shutdown_asyncgens())
            self._runs.run_until_complete(self._runs.shutdown_default_executor())
        finally:
            self._runs.close()

    async def _across(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of work on the runs' loop. When the caller is cancelled, the work is."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._runs))

    def _told(self, run_id: str) -> None:
        """On the runs' loop: something of a run is new."""
        if self.readers.has_readers(run_id):
            with suppress(RuntimeError):  # the other loop has ended
                self._ours.call_soon_threadsafe(self.readers.wake, run_id)

    # --- what routes ask ------------------------------------------------------------------------------------------

    async def start(self, submit: Submit, key: tuple[str, str] | None) -> str:
        """See `Supervisor`, as for all of these."""
        return await self._across(self._supervisor.start(submit, key))

    async def resume(self, run_id: str, how: shapes.ResumeRequest) -> None:
        await self._across(self._supervisor.resume(run_id, how))

    async def replay(self, run_id: str, how: shapes.ReplayRequest) -> str:
        return await self._across(self._supervisor.replay(run_id, how))

    async def answer(self, run_id: str, instance: str, answer: Json, digest: str) -> None:
        await self._across(self._supervisor.answer(run_id, instance, answer, digest))

    async def cancel(self, run_id: str) -> None:
        await self._across(self._supervisor.cancel(run_id))

    async def plan_goal(self, goal: str, emit: Emit) -> None:
        """Plans where the models are; `emit` is called here."""
        ours = asyncio.get_running_loop()

        async def back(item: dict[str, Json]) -> None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_awaited(emit, item), ours))

        await self._across(self._workbench.plan_goal(goal, back))


async def _awaited(emit: Emit, item: dict[str, Json]) -> None:
    await emit(item)
