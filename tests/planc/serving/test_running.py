"""A run of the server whose journal fails, or that meets a defect, says why: to the log and to whoever waits for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from planc.runs.tracing import Trace
from planc.serving.beside import _OneRun
from planc.serving.running import Running
from planc_runtime.executor import Options, StopSignal
from planc_runtime.store.errors import StoreFull
from planc_runtime.store.memory import MemoryStore
from tests.support.compiling import plan_of


class Failing:
    """An execution that ends with an error."""

    run_id = "R"

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def run(self) -> None:
        raise self._error


@pytest.mark.parametrize("error", [StoreFull("no space left"), KeyError("each[3]")])
def test_what_ended_it_is_logged_and_raised_where_its_result_is_asked_for(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def ended() -> Running:
        trace = Trace(Options(), "R", plan_of("tasks: {a: {prompt: x}}\n"), MemoryStore())
        execution: Any = Failing(error)
        running = Running(execution, StopSignal(), trace)
        assert await running.wait() is None
        return running

    beside = _OneRun.__new__(_OneRun)  # only its result is looked at
    beside._running = asyncio.run(ended())
    assert "run R" in caplog.text and "can be resumed" in caplog.text
    with pytest.raises(type(error)):
        beside.result()
