"""An agent in a real process that is killed in turn 7: the next process asks turn 7 again, and nothing before it.

The model's words are made up; the command, the endpoint, the tool and the journal are real.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from tests.e2e.test_planning import settings
from tests.support.cli import planc, start_planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Hang, Reply, text, tool_call

ROOT = Path(__file__).parents[2]
TOOLS = ("--tools", "tests.support.marking_tools", "-A")
PLAN = """\
version: 1
name: marks
tasks:
  work:
    agent: Leave eight marks.
    tools: [mark]
    max_turns: 12
outputs: {said: "${{ tasks.work.output }}"}
"""
MARKS, KILLED_IN = 8, 7


def turn_of(request: Request) -> int:
    return 1 + sum(message["role"] == "assistant" for message in request.messages)


def test_KILLED_IN_turn_7_it_goes_on_in_turn_7(tmp_path: Path) -> None:
    (tmp_path / "marks.plan.yaml").write_text(PLAN, encoding="utf-8")
    hangs = [True]

    def answer(request: Request) -> Reply:
        turn = turn_of(request)
        if turn == KILLED_IN and hangs:
            hangs.clear()
            return Hang()
        return tool_call("mark", {"name": f"m{turn}"}) if turn <= MARKS else text("All eight are there.")

    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with Endpoint(answer) as endpoint:
        given = {**settings(endpoint), "MARKS": str(tmp_path / "marks"), "PYTHONPATH": path}
        process = start_planc("execute", "marks.plan.yaml", *TOOLS, folder=tmp_path, **given)
        endpoint.wait_for_requests(KILLED_IN)
        process.kill()
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        done = planc("resume", "last", *TOOLS, "--json", folder=tmp_path, **given)
        assert done.returncode == 0, done.stderr
        turns = [turn_of(request) for request in endpoint.requests]
        before, after = endpoint.requests[KILLED_IN - 1], endpoint.requests[KILLED_IN]
    assert turns == [*range(1, KILLED_IN + 1), *range(KILLED_IN, MARKS + 2)]
    assert before.messages == after.messages, "the model is asked just what it was asked"
    assert (tmp_path / "marks").read_text(encoding="utf-8").split() == [f"m{turn}" for turn in range(1, MARKS + 1)]
    result = json.loads(done.stdout)
    assert result["outputs"] == {"said": "All eight are there."}
    assert result["usage"]["calls"] == MARKS + 2, "turns before the crash are counted once, the one cut off as made"
