"""Runs and their readers survive the server: killed or stopped in the middle, and started again."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Reply
from tests.support.served import PATIENCE, Server

COUNT = 12
PLAN = f"""version: 1
name: long
limits: {{concurrency: 2}}
tasks:
  each: {{foreach: {{in: "${{{{ {list(range(COUNT))} }}}}", as: n}}, prompt: "Say ${{{{ n }}}}"}}
outputs: {{all: "${{{{ tasks.each.output }}}}"}}
"""


class Gate:
    """Answers the first `free` calls at once and holds the others until it is opened."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._lock = threading.Lock()
        self._open = threading.Event()
        self.asked: Counter[str] = Counter()
        self.held = threading.Event()

    def __call__(self, request: Request) -> Reply:
        with self._lock:
            self.asked[request.prompt] += 1
            free = sum(self.asked.values()) <= self._free
        if not free:
            self.held.set()
            self._open.wait()  # a thread of the endpoint's, which is left behind when the test fails
        return Answer(f"answer to {request.prompt}")

    def open(self) -> None:
        self._open.set()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_goes_on_by_itself_and_repeats_nothing_that_was_completed(tmp_path: Path, number: int) -> None:
    gate = Gate(free=5)
    with Endpoint(gate) as endpoint, Server(tmp_path, "--no-reuse", base_url=endpoint.base_url) as server:
        run = server.post("/api/runs", {"text": PLAN})["run_id"]
        assert gate.held.wait(PATIENCE)
        before = server.get(f"/api/runs/{run}/events?limit=1000")["events"]
        done = {event["instance"] for event in before if event["type"] == "task_finished"}
        server.stop(number)
        gate.open()
        server.start()
        after = list(server.events(run, after=before[-1]["seq"]))
    numbers = [event["seq"] for event in (*before, *after)]
    assert numbers == list(range(1, len(numbers) + 1)), "a reader goes on without a gap"
    assert after[-1]["data"]["status"] == "succeeded"
    assert after[-1]["data"]["outputs"]["all"] == [f"answer to Say {n}" for n in range(COUNT)]
    again = {event["instance"] for event in after if event["type"] == "task_started"}
    assert len(done) >= 3
    assert not done & again, "what was completed is not run again"


def test_several_runs_and_their_readers_go_on_when_the_server_was_killed(tmp_path: Path) -> None:
    """Each run is in the middle, each reader goes on after the last event it has seen, as a browser does."""
    gate = Gate(free=9)
    with (
        Endpoint(gate) as endpoint,
        Server(tmp_path, "--no-reuse", "--at-once", "4", base_url=endpoint.base_url) as server,
    ):
        runs = [server.post("/api/runs", {"text": PLAN})["run_id"] for _ in range(3)]
        assert gate.held.wait(PATIENCE)
        before = {run: server.get(f"/api/runs/{run}/events?limit=1000")["events"] for run in runs}
        server.stop(signal.SIGKILL)
        gate.open()
        server.start()
        after = {run: list(server.events(run, after=before[run][-1]["seq"])) for run in runs}
    for run in runs:
        numbers = [event["seq"] for event in (*before[run], *after[run])]
        assert numbers == list(range(1, len(numbers) + 1))
        assert after[run][-1]["data"]["outputs"]["all"] == [f"answer to Say {n}" for n in range(COUNT)]
        done = {event["instance"] for event in before[run] if event["type"] == "task_finished"}
        assert not done & {event["instance"] for event in after[run] if event["type"] == "task_started"}


RIGHTS = """version: 1
name: rights
tasks:
  text: {tool: read_file, with: {path: words.txt}}
  sure: {ask: Is it well?, output: {type: boolean}}
  loud: {prompt: "Say ${{ tasks.text.output }} ${{ tasks.sure.output }}"}
outputs: {loud: "${{ tasks.loud.output }}"}
"""


def test_a_server_needs_no_rights_for_what_the_command_line_has_done(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("words")
    (tmp_path / "rights.plan.yaml").write_text(RIGHTS)
    with Endpoint(lambda request: Answer(request.prompt)) as endpoint:
        known = {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": "key"}
        begun = planc("execute", "rights.plan.yaml", "--allow-read=.", folder=tmp_path, **known)
        assert begun.returncode == 6, begun.stderr
        with Server(tmp_path, base_url=endpoint.base_url) as server:
            (run,) = [item["run_id"] for item in server.get("/api/runs")["runs"]]
            status, refused = server.request("POST", f"/api/runs/{run}/resume", {"fresh": ["text"]})
            assert (status, "--allow-read" in refused["help"]) == (403, True)
            (ask,) = server.get("/api/asks")["asks"]
            body = {"instance": "sure", "answer": True, "digest": ask["question"]["digest"]}
            server.post(f"/api/runs/{run}/answers", body)
            assert list(server.events(run))[-1]["data"]["outputs"] == {"loud": "Say words true"}
