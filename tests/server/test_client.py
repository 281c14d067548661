"""The example client as a user runs it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_goal_task import answer
from tests.server.test_restart import Gate
from tests.support.cli import clean_environment
from tests.support.endpoint import Endpoint
from tests.support.served import PATIENCE, TOKEN, Server

pytest.importorskip("httpx", reason="the example client needs httpx")
CLIENT = Path(__file__).parents[2] / "examples" / "client.py"
PLAN = "version: 1\nname: hi\ntasks: {a: {prompt: Say hi}}\noutputs: {a: '${{ tasks.a.output }}'}\n"
LONG = "version: 1\nname: long\ntasks: {a: {foreach: {in: [1, 2, 3, 4, 5, 6], as: n}, prompt: 'Say ${{ n }}'}}\n"


def client(server: Server, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CLIENT), "--url", server.url, "--token", TOKEN, *arguments],
        env=clean_environment(server.folder),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, said = process.communicate(timeout=PATIENCE)
    return process.returncode, out, said


def test_a_plan_is_submitted_followed_and_its_outputs_printed(tmp_path: Path) -> None:
    (tmp_path / "hi.plan.yaml").write_text(PLAN)
    with Endpoint() as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        code, out, said = ended(client(server, "--plan", str(tmp_path / "hi.plan.yaml")))
        refused = ended(client(server, "--plan", str(CLIENT)))
    assert code == 0, said
    assert "echo: Say hi" in out
    assert "run_finished" in said
    assert refused[0] == 1
    assert "refused" in refused[2]
    assert "P005" in refused[2], "what the compiler found is told"


def test_a_goal_is_submitted_and_followed_to_its_outputs(tmp_path: Path) -> None:
    with Endpoint(answer) as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        code, out, said = ended(client(server, "--goal", "Write a rhyme about cats and improve it."))
    assert code == 0, said
    assert "A cat in a hat." in out
    assert "goal/better" in said, "the tasks that were planned are followed too"


def test_a_goal_s_plan_is_shown_and_approved_first(tmp_path: Path) -> None:
    with Endpoint(answer) as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        process = client(server, "--goal", "Write a rhyme about cats and improve it.", "--approve")
        out, said = process.communicate("yes\n", timeout=PATIENCE)
    assert process.returncode == 0, said
    assert "name: rhyme" in said
    assert "A cat in a hat." in out


def test_following_goes_on_over_a_restart_of_the_server(tmp_path: Path) -> None:
    """The server is killed while the client follows; the run and the client go on."""
    (tmp_path / "long.plan.yaml").write_text(LONG)
    gate = Gate(free=3)
    with (
        Endpoint(gate) as endpoint,
        Server(tmp_path, "--no-reuse", "--at-once", "2", base_url=endpoint.base_url) as server,
    ):
        process = client(server, "--plan", str(tmp_path / "long.plan.yaml"))
        assert gate.held.wait(PATIENCE)
        server.stop(signal.SIGKILL)
        gate.open()
        server.start()
        code, _, said = ended(process)
    assert code == 0, said
    numbers = [int(line.split()[0]) for line in said.splitlines() if line.split()[0].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "run_resumed" in said
