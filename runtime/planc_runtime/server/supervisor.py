"""The runs that this server executes.

What was left by an earlier server goes on by itself, and so does a run whose question nobody answered in time.
Everything here happens on one event loop, that of the runs (see `service`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine

from planc_runtime.store.base import RunFilter, RunSummary, Store
from planc_runtime.store.errors import StoreError
from planc_schemas.events import RunStatus
from planc_schemas.values import Json

from . import shapes, views
from .problems import Problem
from .workbench import Execution, OnEvents, Runs, Submit

SERVED = "planc.served"
"""Label of runs that a server started: the next server resumes them by itself."""
KEY = "planc.key"
KEY_OF = "planc.key_of"
"""Labels of a run that was submitted with an idempotency key: the key, and the digest of what was submitted."""
LEFT: frozenset[RunStatus] = frozenset({"abandoned", "interrupted", "waiting"})
REMEMBERED_KEYS = 1000
_LOG = logging.getLogger("planc.server")


class Supervisor:
    """Starts, resumes and stops runs. One per server process."""

    def __init__(
        self, store: Store, workbench: Runs, told: Callable[[str], None], clock: Callable[[], float] = time.time
    ) -> None:
        """`told` is called with a run's id after each of its commits and when it begins or ends here."""
        self._store = store
        self._workbench = workbench
        self._told = told
        self._clock = clock
        self._executions: dict[str, Execution] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._submitted: OrderedDict[str, tuple[str, asyncio.Future[str]]] = OrderedDict()
        self._expiries: dict[str, asyncio.TimerHandle] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._stopping = False

    # --- starting -------------------------------------------------------------------------------------------------

    async def start(self, submit: Submit, key: tuple[str, str] | None) -> str:
        """A new run's id. The same idempotency key gives the same run, also while the first submit is under way;
        `key` comes with the digest of what was submitted, and is refused for anything else."""
        if key is None:
            return await self._start(submit, None)
        name, body = key
        if name in self._submitted:
            known, promise = self._submitted[name]
            _require_same(name, known, body)
            return await asyncio.shield(promise)
        promise = asyncio.get_running_loop().create_future()
        self._submitted[name] = (body, promise)
        try:
            run_id = await self._by_key(name, body) or await self._start(submit, key)
        except BaseException as error:
            del self._submitted[name]
            if not promise.cancelled():
                promise.set_exception(error)
                promise.exception()  # nobody may be waiting for it
            raise
        promise.set_result(run_id)
        while len(self._submitted) > REMEMBERED_KEYS:
            self._submitted.popitem(last=False)
        return run_id

    async def _by_key(self, name: str, body: str) -> str | None:
        which = RunFilter(labels={KEY: name}, limit=1)
        for run in await asyncio.to_thread(self._store.runs, which):
            _require_same(name, run.labels.get(KEY_OF, ""), body)
            return run.run_id
        return None

    async def _start(self, submit: Submit, key: tuple[str, str] | None) -> str:
        run_id = self._workbench.new_run_id()
        labels = {**submit.labels, SERVED: "1", **({KEY: key[0], KEY_OF: key[1]} if key else {})}
        execution = await self._workbench.start(run_id, submit, labels, self._hear(run_id))
        self._adopt(run_id, execution)
        return run_id

    async def resume(self, run_id: str, how: shapes.ResumeRequest) -> None:
        if run_id in self._executions:
            raise Problem(409, "The run is being executed", f"run {run_id} is running in this server")
        execution = await self._workbench.resume(run_id, how, self._hear(run_id))
        if execution is not None:
            self._adopt(run_id, execution)

    async def replay(self, run_id: str, how: shapes.ReplayRequest) -> str:
        new_id = self._workbench.new_run_id()
        execution = await self._workbench.replay(run_id, new_id, how, self._hear(new_id))
        self._adopt(new_id, execution)
        return new_id

    async def answer(self, run_id: str, instance: str, answer: Json, digest: str) -> None:
        """Gives the answer to the run, whoever executes it; one that waited without a process goes on here."""
        execution = self._executions.get(run_id)
        if execution is not None:
            if await execution.answer(instance, answer, digest):
                return
            watcher = self._watchers.get(run_id)  # it has just ended, waiting for this
            if watcher is not None:
                await watcher
        if not await asyncio.to_thread(self._workbench.answer, run_id, instance, answer, digest):
            await self.resume(run_id, shapes.ResumeRequest())

    async def cancel(self, run_id: str) -> None:
        """Ends a run for good, also one that nobody executes. Raises Problem 409 for one that has ended."""
        execution = self._executions.get(run_id)
        if execution is not None:
            execution.stop(cancel=True)
            self._in_background(self._cancel_what_is_left(run_id, self._watchers[run_id]))
            return
        await self._cancel_idle(run_id)

    async def _cancel_what_is_left(self, run_id: str, watcher: asyncio.Task[None]) -> None:
        """The run may just have ended, waiting for a person: what it was asked to do came too late for it then."""
        await asyncio.wait({watcher})
        if (await asyncio.to_thread(self._store.summary, run_id)).status in LEFT:
            await self._cancel_idle(run_id)

    async def _cancel_idle(self, run_id: str) -> None:
        await asyncio.to_thread(self._workbench.cancel, run_id)
        self._told(run_id)

    # --- what goes on by itself -----------------------------------------------------------------------------------

    def take_up(self) -> None:
        """Begins to go on with the runs that an earlier server left. Those that cannot go on stay as they are."""
        self._in_background(self._take_up())

    async def _take_up(self) -> None:
        which = RunFilter(statuses=LEFT, labels={SERVED: "1"})
        for run in reversed(await asyncio.to_thread(self._store.runs, which)):
            if run.status == "waiting":
                await self._await_expiry(run.run_id)
            else:
                await self._go_on(run)

    async def _go_on(self, run: RunSummary) -> None:
        if self._stopping or run.run_id in self._executions:
            return
        try:
            await self.resume(run.run_id, shapes.ResumeRequest())
        except Exception as error:  # noqa: BLE001  # one that cannot go on must not keep the others from it
            _LOG.warning("run %s is left as it is: %s", run.run_id, error or type(error).__name__)

    async def _await_expiry(self, run_id: str) -> None:
        """A question of a waiting run may have a time, after which the run goes on without the answer."""
        events = await asyncio.to_thread(self._store.read, run_id)
        times = [question.get("expires_at") for question in views.waiting_for(events).values()]
        due = min((at for at in times if at is not None), default=None)
        if due is None or self._stopping:
            return
        loop = asyncio.get_running_loop()
        delay = max(0.0, due - self._clock()) + 0.001
        self._expiries[run_id] = loop.call_later(delay, lambda: self._in_background(self._expired(run_id)))

    async def _expired(self, run_id: str) -> None:
        self._expiries.pop(run_id, None)
        run = await asyncio.to_thread(self._store.summary, run_id)
        if run.status == "waiting":
            await self._go_on(run)

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(_logged(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # --- the end --------------------------------------------------------------------------------------------------

    async def shut_down(self) -> None:
        """Drains every run and leaves it resumable."""
        self._stopping = True
        for timer in self._expiries.values():
            timer.cancel()
        for task in self._background:
            task.cancel()
        for execution in list(self._executions.values()):
            execution.stop(cancel=False)
        await asyncio.gather(*self._background, *self._watchers.values(), return_exceptions=True)

    # --- executions -----------------------------------------------------------------------------------------------

    def _hear(self, run_id: str) -> OnEvents:
        return lambda events: self._told(run_id)

    def executes(self, run_id: str) -> bool:
        return run_id in self._executions

    def _adopt(self, run_id: str, execution: Execution) -> None:
        self._executions[run_id] = execution
        self._watchers[run_id] = asyncio.create_task(self._watch(run_id, execution), name=f"run {run_id}")
        self._told(run_id)

    async def _watch(self, run_id: str, execution: Execution) -> None:
        try:
            waits = await execution.wait() == "waiting"
        finally:
            self._executions.pop(run_id, None)
            self._watchers.pop(run_id, None)
            self._told(run_id)
        if waits:
            self._in_background(self._await_expiry(run_id))


def _require_same(name: str, known: str, given: str) -> None:
    if known != given:
        detail = f"the idempotency key {name!r} was used for another submit"
        raise Problem(409, "The key was used before", detail, help="use a new key for each run that is wanted")


async def _logged(work: Coroutine[None, None, None]) -> None:
    """Nobody waits for what goes on by itself: what stops it is written to the log."""
    try:
        await work
    except StoreError as error:
        _LOG.warning("%s", error)
