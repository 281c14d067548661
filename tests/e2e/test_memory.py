"""What agents remember, through the command line: kept beyond a run, looked at, emptied; never asked again by a replay
or a resumed run. The model's words are made up; processes, endpoint and store are real."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.values import Json
from tests.e2e.test_planning import settings
from tests.support.cli import planc, start_planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Hang, Reply, text, tool_call

PLAN = """\
version: 1
name: tea
tasks:
  keep:
    agent: What is liked?
    memory: plan
outputs: {said: "${{ tasks.keep.output }}"}
"""


def written(folder: Path) -> None:
    (folder / "tea.plan.yaml").write_text(PLAN, encoding="utf-8")


def answer(request: Request) -> Reply:
    """Remembers, recalls, and says what was recalled."""
    results = [message["content"] for message in request.messages if message["role"] == "tool"]
    steps: list[Reply] = [tool_call("remember", {"text": "Tea is liked."}), tool_call("recall", {"query": "liked"})]
    return steps[len(results)] if len(results) < 2 else text(f"{results[1].count('Tea')} notes say tea.")


def turns(folder: Path) -> list[dict[str, Json]]:
    store = SqliteStore(folder / ".planc")
    events = store.read(store.resolve("last"), whole=True)
    return [event.data for event in events if event.type == "turn_recorded"]


def test_it_outlives_the_run_and_can_be_looked_at_and_emptied(tmp_path: Path) -> None:
    written(tmp_path)
    assert "no agent has remembered anything" in planc("memory", "ls", folder=tmp_path).stderr
    with Endpoint(answer) as endpoint:
        for said in ("1 notes say tea.", "2 notes say tea."):
            done = planc("execute", "tea.plan.yaml", folder=tmp_path, **settings(endpoint))
            assert (done.returncode, done.stdout.strip()) == (0, said), done.stderr
        shown = planc("runs", "show", "last", folder=tmp_path).stdout
        assert "    turn 2: recall(query=" in shown and "turn 3: answered" in shown
        assert 'turn 1: remember(text="Tea is liked.") → remembered' in done.stderr
    assert json.loads(planc("memory", "ls", "--json", folder=tmp_path).stdout)[0]["entries"] == 2
    shown = planc("memory", "show", "plan:tea", "like", folder=tmp_path).stdout
    assert shown.count("Tea is liked.") == 2 and "keep" in shown
    assert "nothing is found" in planc("memory", "show", "plan:tea", "coffee", folder=tmp_path).stderr
    wrong = planc("memory", "show", "plan:te", folder=tmp_path)
    assert wrong.returncode == 2 and "did you mean `plan:tea`?" in wrong.stderr
    assert "forgot 2 entries" in planc("memory", "forget", "plan:tea", folder=tmp_path).stderr
    assert planc("memory", "show", "plan:tea", folder=tmp_path).returncode == 2


def test_a_replay_tells_the_turns_again_and_asks_no_memory(tmp_path: Path) -> None:
    written(tmp_path)
    with Endpoint(answer) as endpoint:
        assert planc("execute", "tea.plan.yaml", folder=tmp_path, **settings(endpoint)).returncode == 0
    recorded = turns(tmp_path)
    assert planc("memory", "forget", "plan:tea", folder=tmp_path).returncode == 0
    replayed = planc("replay", "last", folder=tmp_path)
    assert (replayed.returncode, replayed.stdout.strip()) == (0, "1 notes say tea."), replayed.stderr
    assert turns(tmp_path) == [{name: value for name, value in turn.items() if name != "usage"} for turn in recorded]
    assert json.loads(planc("memory", "ls", "--json", folder=tmp_path).stdout) == []


def test_a_cassette_holds_what_was_recalled(tmp_path: Path) -> None:
    written(tmp_path)
    with Endpoint(answer) as endpoint:
        given = ("execute", "tea.plan.yaml", "--record", "tea.cassette.yaml")
        assert planc(*given, folder=tmp_path, **settings(endpoint)).returncode == 0
    assert planc("memory", "forget", "plan:tea", folder=tmp_path).returncode == 0
    replayed = planc("execute", "tea.plan.yaml", "--replay", "tea.cassette.yaml", folder=tmp_path)
    assert (replayed.returncode, replayed.stdout.strip()) == (0, "1 notes say tea."), replayed.stderr
    assert json.loads(planc("memory", "ls", "--json", folder=tmp_path).stdout) == []


def test_a_killed_run_goes_on_with_what_it_had_recalled(tmp_path: Path) -> None:
    written(tmp_path)
    hung: list[bool] = []

    def hanging(request: Request) -> Reply:
        reply = answer(request)
        if (isinstance(reply, Answer) and reply.tool_calls) or hung:
            return reply
        hung.append(True)
        return Hang()

    with Endpoint(hanging) as endpoint:
        process = start_planc("execute", "tea.plan.yaml", folder=tmp_path, **settings(endpoint))
        endpoint.wait_for_requests(3)
        process.kill()
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        assert planc("memory", "forget", "plan:tea", folder=tmp_path).returncode == 0
        done = planc("resume", "last", folder=tmp_path, **settings(endpoint))
        assert (done.returncode, done.stdout.strip()) == (0, "1 notes say tea."), done.stderr
        assert len(endpoint.requests) == 4, "turns 1 and 2 are not asked again"
        assert endpoint.requests[3].messages == endpoint.requests[2].messages
    assert json.loads(planc("memory", "ls", "--json", folder=tmp_path).stdout) == [], "nothing is remembered twice"
