"""An agent in a process of its own that kills itself on the way.

    python -m tests.support.agent_process FOLDER execute|resume [--die model:4|tool:3] [--harmless] [--rerun]

The model wants five steps, one a turn, then answers. `--die model:4` kills the process when the model is asked for
turn 4, `--die tool:3` inside step 3, after it left its mark. Marks are lines `step key` in FOLDER/marks. The last line
of output is JSON: status, output, error, and how often the model was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from planc_runtime.executor.environment import Environment
from planc_runtime.executor.execute import execute
from planc_runtime.executor.options import Options
from planc_runtime.executor.resume import resume
from planc_runtime.store.sqlite import SqliteStore
from planc_runtime.tools.declare import IdempotencyKey, tool
from planc_schemas.ports import ModelRequest
from tests.support.agents import Models, Scripted, agent_plan, registry, says, wants

STEPS = 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("verb")
    parser.add_argument("--die", default="")
    parser.add_argument("--harmless", action="store_true")
    parser.add_argument("--rerun", action="store_true")
    given = parser.parse_args()

    @tool(changes_world=not given.harmless)
    def step(number: int, key: IdempotencyKey) -> int:
        with (given.folder / "marks").open("a") as marks:
            marks.write(f"{number} {key}\n")
        if given.die == f"tool:{number}":
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    def answer(request: ModelRequest) -> Scripted:
        done = sum(message.role == "tool" for message in request.messages)
        if given.die == f"model:{done + 1}":
            os.kill(os.getpid(), signal.SIGKILL)
        return wants(("step", {"number": done + 1})) if done < STEPS else says("all done")

    tools, store = registry([step]), SqliteStore(given.folder / ".planc")
    models = Models(answer)
    env = Environment(store, models, tools, Options(reuse=False))
    if given.verb == "execute":
        plan = agent_plan("tools: [step]" + ("\non_interrupt: rerun" if given.rerun else ""), tools)
        run = execute(plan, {}, env)
    else:
        run = resume(store.resolve("last"), env)
    result = asyncio.run(run)
    error = result.failures[0].error.to_json() if result.failures else None
    data = {"status": result.status, "output": result.outputs.get("answer"), "error": error}
    print(json.dumps({**data, "asked": len(models.requests), "calls": result.usage.calls}))


if __name__ == "__main__":
    main()
