"""A run inside the server: executed as a task of its loop, stopped by its signal."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from planc.runs.tracing import Trace
from planc_runtime.executor import Execution, RunResult, StopSignal
from planc_runtime.executor.answers import AnswerRefused
from planc_runtime.server.problems import Problem
from planc_runtime.store.errors import StoreError
from planc_schemas.events import RunStatus
from planc_schemas.values import Json

_LOG = logging.getLogger("planc.server")


class Running:
    """`server.workbench.Execution` over the executor's. What ends it badly is in its journal, or in `error`."""

    def __init__(self, execution: Execution, stop: StopSignal, trace: Trace) -> None:
        self._stop = stop
        self._trace = trace
        self.result: RunResult | None = None
        """What became of it, once it has ended or waits."""
        self.error: Exception | None = None
        """Why nothing became of it: its journal could not be written, or a defect of ours."""
        self._execution = execution
        self._task = asyncio.create_task(self._run(execution), name=f"execute {execution.run_id}")

    async def _run(self, execution: Execution) -> RunStatus | None:
        try:
            self.result = await self._trace.over(execution.run())
            return self.result.status
        except StoreError as error:
            self.error = error
            _LOG.warning("run %s ended here, and can be resumed: %s", execution.run_id, error)
        except Exception as error:  # noqa: BLE001  # a defect: its reader is the operator
            self.error = error
            _LOG.exception("a defect ended run %s here; it can be resumed", execution.run_id)
        return None

    async def answer(self, instance: str, answer: Json, digest: str) -> bool:
        """The run may end, waiting, while the answer is on its way: then it has not taken it."""
        given = asyncio.create_task(
            self._execution.answer(instance, answer, digest=digest, by="a person at the server")
        )
        try:
            await asyncio.wait({given, self._task}, return_when=asyncio.FIRST_COMPLETED)
            if not given.done():
                return False
            given.result()
        except AnswerRefused as error:
            raise Problem(409, "The answer was not taken", error.what, help=error.help) from None
        finally:
            given.cancel()
        return True

    async def wait(self) -> RunStatus | None:
        return await asyncio.shield(self._task)

    def drain(self, seconds: float) -> None:
        """Asks it to end, resumable; what runs may take so long. May be called from any thread."""
        loop = self._task.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(partial(self._stop.request, "interrupted", drain_seconds=seconds))

    def stop(self, *, cancel: bool) -> None:
        self._stop.request(
            "cancelled by a person" if cancel else "the server stops",
            kind="cancelled" if cancel else "interrupted",
            drain_seconds=0.0 if cancel else 5.0,
        )
