"""The question of a run that a process executes is answered from elsewhere while that process goes on: real processes;
the model is a loopback endpoint that holds its answer back."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from planc.runs.answering import questions_of
from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.events import Event
from tests.support.cli import planc, start_planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.processes import wait_until
from tests.support.replies import Answer, Held, Reply
from tests.support.served import Server
from tests.support.terminal import Terminal

PLAN = """\
version: 1
name: busy
tasks:
  work: {prompt: Work}
  sure: {ask: Sure?, output: boolean}
  then: {prompt: "Then ${{ tasks.sure.output }}"}
outputs: {work: "${{ tasks.work.output }}", then: "${{ tasks.then.output }}"}
"""


class Busy:
    """A run that `planc execute` is at work on, its question asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = threading.Event()
        self.endpoint = Endpoint(self._reply)
        (folder / "busy.plan.yaml").write_text(PLAN, encoding="utf-8")

    def _reply(self, request: Request) -> Reply:
        answer = Answer(f"answer to {request.prompt}")
        return Held(answer, self.gate) if request.prompt == "Work" else answer

    def begin(self) -> None:
        self.environment = {"OPENAI_BASE_URL": self.endpoint.base_url, "OPENAI_API_KEY": "key"}
        self.process = start_planc("execute", "busy.plan.yaml", folder=self.folder, **self.environment)
        self.endpoint.wait_for_requests(1, timeout=60)
        self.store = SqliteStore(self.folder / ".planc")
        self.run_id = self.store.resolve("last")
        wait_until(lambda: "sure" in questions_of(self.store, self.run_id))
        self.inbox = self.folder / ".planc" / "runs" / self.run_id / "inbox"

    def answer(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return planc("answer", "last", "sure", *arguments, folder=self.folder)

    def start_answer(self, value: str) -> subprocess.Popen[str]:
        """An answer that is under way: the run's process has been stopped, so nobody takes it."""
        before = len(self.letters())
        process = start_planc("answer", "last", "sure", value, folder=self.folder)
        wait_until(lambda: len(self.letters()) > before)
        return process

    def letters(self) -> list[Path]:
        return list(self.inbox.iterdir()) if self.inbox.exists() else []

    def end(self) -> str:
        """Lets the model answer; what the run gave."""
        self.gate.set()
        stdout, stderr = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, stderr
        return stdout

    def events(self) -> list[Event]:
        return self.store.read(self.run_id, whole=True)

    def answers(self) -> list[object]:
        return [event.data["answer"] for event in self.events() if event.type == "task_answered"]


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    made = Busy(tmp_path)
    with made.endpoint:
        made.begin()
        try:
            yield made
        finally:
            made.process.kill()
            made.process.communicate()


def test_it_is_answered_from_another_terminal_and_goes_on_meanwhile(busy: Busy) -> None:
    given = busy.answer("yes", "--by", "Ada")
    assert given.returncode == 0 and f"answered; run {busy.run_id} goes on" in given.stderr, given.stderr
    busy.endpoint.wait_for_requests(2)
    assert busy.endpoint.requests[1].prompt == "Then true"
    assert not busy.gate.is_set()
    assert "answer to Work" in busy.end()
    (answered,) = [event.data for event in busy.events() if event.type == "task_answered"]
    assert (answered["answer"], answered["by"]) == (True, "Ada")
    assert busy.letters() == []


def test_what_is_refused_is_told_and_the_first_answer_counts(busy: Busy) -> None:
    refusals = {
        ("3",): "the answer does not fit",
        ("yes", "--digest", "abc"): "the question has changed since it was shown",
    }
    for arguments, words in refusals.items():
        refused = busy.answer(*arguments)
        assert refused.returncode == 2 and words in refused.stderr, refused.stderr
    nobody = planc("answer", "last", "work", "yes", folder=busy.folder)
    assert nobody.returncode == 2 and "waiting: sure" in nobody.stderr
    assert busy.answer("no").returncode == 0
    again = busy.answer("yes")
    assert again.returncode == 2 and "`sure` has been answered already" in again.stderr
    busy.end()
    assert busy.answers() == [False]


def test_of_two_answers_at_once_one_is_taken_and_the_other_is_told_so(busy: Busy) -> None:
    busy.process.send_signal(signal.SIGSTOP)
    both = [busy.start_answer(value) for value in ("yes", "no")]
    busy.process.send_signal(signal.SIGCONT)
    told = [(process.communicate(timeout=60)[1], process.returncode) for process in both]
    assert sorted(code for _, code in told) == [0, 2], told
    assert any("answered already" in words for words, code in told if code == 2), told
    busy.end()
    assert busy.answers() == [told[0][1] == 0]


def test_when_the_process_is_killed_meanwhile_the_answer_is_kept_for_resuming(busy: Busy) -> None:
    busy.process.send_signal(signal.SIGSTOP)
    answering = busy.start_answer("yes")
    busy.process.kill()
    busy.process.communicate()
    _, stderr = answering.communicate(timeout=60)
    assert answering.returncode == 0 and f"go on with: planc resume {busy.run_id}" in stderr, stderr
    assert (busy.answers(), busy.letters()) == ([True], [])
    busy.gate.set()
    resumed = planc("resume", "last", folder=busy.folder, **busy.environment)
    assert resumed.returncode == 0 and "answer to Then true" in resumed.stdout, resumed.stderr


def test_what_a_killed_answering_process_left_behind_answers_nothing(busy: Busy) -> None:
    busy.process.send_signal(signal.SIGSTOP)
    answering = busy.start_answer("no")
    answering.kill()
    answering.communicate()
    assert len(busy.letters()) == 1
    busy.process.send_signal(signal.SIGCONT)
    wait_until(lambda: busy.letters() == [])
    assert busy.answers() == []
    assert busy.answer("yes").returncode == 0
    busy.end()
    assert busy.answers() == [True]


def test_who_stops_waiting_takes_the_answer_back(busy: Busy) -> None:
    busy.process.send_signal(signal.SIGSTOP)
    answering = busy.start_answer("no")
    answering.send_signal(signal.SIGINT)
    _, stderr = answering.communicate(timeout=60)
    assert answering.returncode == 130 and "whether the question is still open" in stderr, stderr
    assert busy.letters() == []
    busy.process.send_signal(signal.SIGCONT)
    assert busy.answer("yes").returncode == 0
    busy.end()


def test_a_server_that_does_not_execute_the_run_passes_the_answer_on(busy: Busy) -> None:
    with Server(busy.folder, base_url=busy.endpoint.base_url) as server:
        path = f"/api/runs/{busy.run_id}/answers"
        status, refused = server.request("POST", path, {"instance": "sure", "answer": "perhaps", "digest": ""})
        assert status == 409 and "does not fit" in refused["detail"], refused
        server.post(path, {"instance": "sure", "answer": True, "digest": ""})
        busy.endpoint.wait_for_requests(2)
        busy.end()
    assert busy.answers() == [True]
    assert [event.type for event in busy.events()].count("run_resumed") == 0


def test_a_run_of_the_server_is_answered_from_a_terminal(tmp_path: Path) -> None:
    gate = threading.Event()
    (tmp_path / "busy.plan.yaml").write_text(PLAN, encoding="utf-8")

    def reply(request: Request) -> Reply:
        answer = Answer(f"answer to {request.prompt}")
        return Held(answer, gate) if request.prompt == "Work" else answer

    with Endpoint(reply) as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        run = server.post("/api/runs", {"path": "busy.plan.yaml"})["run_id"]
        asked = (event for event in server.events(run) if event["type"] == "task_waiting")
        assert next(asked)["instance"] == "sure"
        given = planc("answer", run, "sure", "yes", folder=tmp_path)
        assert given.returncode == 0 and "goes on" in given.stderr, given.stderr
        gate.set()
        *_, last = server.events(run)
        assert last["data"]["outputs"]["then"] == "answer to Then true"


def test_on_its_own_terminal_a_run_goes_on_when_it_is_answered_elsewhere(tmp_path: Path) -> None:
    two = (
        "version: 1\nname: s\ntasks:\n  a: {ask: First?}\n  b: {ask: Second?}\noutputs: {a: '${{ tasks.a.output }}'}\n"
    )
    (tmp_path / "two.plan.yaml").write_text(two, encoding="utf-8")
    for entered in ("mine", ""):
        with Terminal("execute", "two.plan.yaml", folder=tmp_path) as terminal:
            terminal.expect("empty: later")
            assert planc("answer", "last", "a", "elsewhere", folder=tmp_path).returncode == 0
            terminal.enter(entered)
            terminal.expect("answered elsewhere meanwhile")
            terminal.expect("Second?")
            terminal.enter("here")
            code, stdout = terminal.end()
        assert (code, stdout.rstrip("\n")) == (0, "elsewhere")
