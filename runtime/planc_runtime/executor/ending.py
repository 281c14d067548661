"""What ends a run before its tasks have: a stop, its time, its budget, a plan that came to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from planc_schemas.events import Event, RunStatus
from planc_schemas.ports import TaskError, Usage
from planc_schemas.values import Json

from ..machine import Machine
from .options import RunResult
from .outcomes import run_result
from .stop import StopSignal

DRAIN_SECONDS: Final = 10.0
"""How long what runs may take when the run's time is over."""


class Ending:
    """Why a run ends early; until `status` is set it does not. Nothing further is started then, and what runs may end
    within some seconds before `cancel` is called."""

    def __init__(self, stop: StopSignal | None, wake: Callable[[], None], cancel: Callable[[], None]) -> None:
        self.status: RunStatus | None = None
        self.error: TaskError | None = None
        self._reason = ""
        self._stop = stop
        self._wake = wake
        self._cancel = cancel
        self._unlisten: Callable[[], None] | None = None
        self._time: asyncio.TimerHandle | None = None
        self._drain: asyncio.TimerHandle | None = None

    @property
    def reason(self) -> str:
        return self._reason or (self._stop.reason if self._stop is not None else "")

    def watch(self, limit: float | None, spent: float) -> None:
        """From now on a stop is heard, and the run's time goes by: `limit` seconds, `spent` by its earlier parts."""
        if self._stop is not None:
            self._unlisten = self._stop.listen(self._stop_requested)
            if self._stop.kind is not None:
                self._stop_requested()
        if limit is not None:
            self._time = asyncio.get_running_loop().call_later(max(0.0, limit - spent), self._out_of_time, limit)

    def decide(self, status: RunStatus, error: TaskError | None = None, reason: str = "") -> None:
        """The run ends with this status, whatever was decided before."""
        self.status, self.error, self._reason = status, error, reason
        self._wake()

    def out_of_budget(self, error: TaskError | None) -> None:
        """A call was not made; the run ends when what is under way has ended."""
        if self.status is None:
            self.decide("budget", error)

    def close(self) -> None:
        if self._unlisten is not None:
            self._unlisten()
        for timer in (self._time, self._drain):
            if timer is not None:
                timer.cancel()

    def _out_of_time(self, limit: float) -> None:
        if self.status is None:
            message = f"the run's time of {limit:g} s is over"
            help_ = "resume with a higher limit to go on (--time DURATION)"
            self.decide("budget", TaskError("budget", message, "R204", help_))
            self._drain_within(DRAIN_SECONDS)

    def _stop_requested(self) -> None:
        stop = self._stop
        assert stop is not None and stop.kind is not None
        if self.status in (None, "interrupted"):
            self.decide(stop.kind)
        self._drain_within(stop.drain_seconds)

    def _drain_within(self, seconds: float) -> None:
        if self._drain is not None:
            self._drain.cancel()
        self._drain = asyncio.get_running_loop().call_later(seconds, self._cancel)
        self._wake()


def end_of_run(
    machine: Machine, ending: Ending, usage: Usage, final_before: Collection[str]
) -> tuple[RunResult, Event | None]:
    """What became of a run in which nothing is left to do, and the event that says so; a run that waits for a person
    has none. `final_before` as in `run_result`."""
    outputs: dict[str, Json] = {}
    status, error = ending.status or "waiting", ending.error
    if machine.finished:
        end = machine.end()
        status, outputs, error = end.status, end.outputs, end.error
    result = run_result(machine, status, outputs, error, usage, ending.reason, final_before)
    if status == "waiting":
        return result, None
    if status == "interrupted":
        return result, Event("run_interrupted", None, {"reason": ending.reason})
    data: dict[str, Json] = {"status": status, "outputs": outputs}
    if error is not None:
        data["error"] = error.to_json()
    return result, Event("run_finished", None, data)
