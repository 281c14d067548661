"""One run of the command line with the live page beside it (`planc execute --web`).

The server executes the run, so that the page may cancel it and answer its questions; the terminal hears it as well.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from planc.project import Project
from planc_runtime.executor import Options, RunResult, Shared, StopSignal
from planc_runtime.server import shapes
from planc_runtime.server.app import create_app
from planc_runtime.server.guard import COOKIE
from planc_runtime.server.service import Service
from planc_runtime.server.workbench import OnEvents, Submit
from planc_runtime.store.base import Store

from .bench import Bench
from .running import Running
from .serve import config_of
from .shared import SharedModels

LOOPBACK = "127.0.0.1"


async def execute_beside(
    project: Project,
    submit: Submit,
    options: Options,
    stop: StopSignal,
    *,
    hear: OnEvents,
    announce: Callable[[str], None],
    ended: Callable[[RunResult], None],
    stay: bool,
) -> RunResult:
    """What became of the run. `announce` is given the page's address, `hear` the events, `ended` the result.

    With `stay` the page stays after that, until `stop` is requested; before that a request drains the run. Raises
    server.problems.Problem, and StoreError.
    """
    options = replace(options, shared=options.shared or Shared())
    bench = _OneRun(project, SharedModels(project.models()), options)
    service = Service(project.store, bench, takes_up=False)
    token, listener = secrets.token_urlsafe(24), socket.create_server((LOOPBACK, 0))
    port = listener.getsockname()[1]
    hosts, cookie = {LOOPBACK, "localhost"}, f"{COOKIE}_{port}"
    server = _Quiet(config_of(create_app(project.store, bench, service, token=token, hosts=hosts, cookie=cookie)))
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="page")
    leaving = asyncio.Event()

    def on_stop() -> None:
        leaving.set()
        service.readers.let_go()
        bench.drain(stop.drain_seconds)

    unlisten = stop.listen(on_stop)
    told = _Telling(project.store, hear)
    try:
        await server.up.wait()
        run_id = await service.start(submit, None)
        announce(f"http://{LOOPBACK}:{port}/?token={token}#/runs/{run_id}")
        async for frames in service.readers.follow(run_id, 0):
            if frames:
                await told.rest(run_id)
        if stop.kind is None:
            ended(bench.result())
            if stay:
                await leaving.wait()
    finally:
        server.should_exit = True
        await serving
        unlisten()
        listener.close()
    await told.rest(run_id)
    return bench.result()


class _Telling:
    """Hands on what a run's journal has had since the last time."""

    def __init__(self, store: Store, hear: OnEvents) -> None:
        self._store = store
        self._hear = hear
        self._after = 0

    async def rest(self, run_id: str) -> None:
        events = await asyncio.to_thread(self._store.read, run_id, self._after)
        if events:
            self._after = events[-1].seq
            self._hear(events)


class _OneRun(Bench):
    """Keeps what it executes: the run, or the part of it that followed an answer in the page."""

    _running: Running | None = None

    async def start(self, run_id: str, submit: Submit, labels: Mapping[str, str], on_events: OnEvents) -> Running:
        """Without the server's own labels: no later server takes this run up by itself."""
        self._running = await super().start(run_id, submit, submit.labels, on_events)
        return self._running

    async def resume(self, run_id: str, how: shapes.ResumeRequest, on_events: OnEvents) -> Running | None:
        self._running = await super().resume(run_id, how, on_events) or self._running
        return self._running

    def drain(self, seconds: float) -> None:
        if self._running is not None:
            self._running.drain(seconds)

    def result(self) -> RunResult:
        """What became of the run. Raises what ended it without a result: StoreError, or a defect."""
        assert self._running is not None, "asked for before it began"
        if self._running.error is not None:
            raise self._running.error
        assert self._running.result is not None, "asked for before it was over"
        return self._running.result


class _Quiet(uvicorn.Server):
    """Leaves the signals to the command, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
