"""A run whose only task waits at a limit goes on by itself."""

from __future__ import annotations

import asyncio

from planc_runtime.executor.environment import Environment
from planc_runtime.executor.execute import execute
from planc_runtime.executor.options import Options
from planc_runtime.store.memory import MemoryStore
from planc_schemas.ports import ModelRequest
from tests.support.agents import Models, Scripted, fails, registry, says
from tests.support.plans import compiled

PLAN = "version: 1\nname: one\ntasks:\n  a:\n    prompt: hi\n    retry: {max_attempts: 2, initial_delay: 1ms}\n"


def test_after_a_429_with_nothing_else_to_do_the_run_waits_and_goes_on() -> None:
    answers = [fails("rate_limit", retry_after=0.02), says("here")]

    def answer(request: ModelRequest) -> Scripted:
        return answers.pop(0)

    models = Models(answer)
    run = execute(compiled(PLAN), {}, Environment(MemoryStore(), models, registry([]), Options(reuse=False)))
    result = asyncio.run(run)
    assert (result.status, len(models.requests)) == ("succeeded", 2)
