"""A run that is cancelled the moment it leaves its process is cancelled all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast

from planc_runtime.executor.answering import cancel_idle_run
from planc_runtime.server.supervisor import Supervisor
from planc_runtime.server.workbench import Execution, OnEvents, Runs, Submit
from planc_schemas.events import RunStatus
from planc_schemas.values import Json
from tests.support.compiling import plan_of
from tests.support.running import Bench

PLAN = plan_of("tasks: {ok: {ask: Go on?}}\n")


class Leaving:
    """An execution that has ended, waiting for a person, while nobody has heard of that yet."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()

    async def wait(self) -> RunStatus | None:
        await self.heard.wait()
        return "waiting"

    async def answer(self, instance: str, answer: Json, digest: str) -> bool:
        return False

    def stop(self, *, cancel: bool) -> None:
        """It comes too late."""


class Desk:
    """The part of a workbench that cancelling needs; its run waits in a store."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.run_id = self.bench.run(PLAN).run_id
        self.execution = Leaving()

    def new_run_id(self) -> str:
        return self.run_id

    async def start(self, run_id: str, submit: Submit, labels: Mapping[str, str], on_events: OnEvents) -> Execution:
        return self.execution

    def cancel(self, run_id: str) -> None:
        assert cancel_idle_run(run_id, store=self.bench.store, options=self.bench.options()) is None


def test_a_run_that_is_cancelled_while_it_leaves_is_cancelled() -> None:
    desk = Desk()
    store = desk.bench.store

    async def go() -> None:
        supervisor = Supervisor(store, cast(Runs, desk), lambda run_id: None)
        await supervisor.start(Submit(PLAN, "", {}, {}), None)
        await supervisor.cancel(desk.run_id)
        desk.execution.heard.set()
        async with asyncio.timeout(120):
            while store.summary(desk.run_id).status != "cancelled":
                await asyncio.to_thread(lambda: None)
        await supervisor.shut_down()

    assert store.summary(desk.run_id).status == "waiting"
    asyncio.run(go())
