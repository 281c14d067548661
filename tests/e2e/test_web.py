"""`planc execute --web`: the terminal and the page beside one run, with a real process and a real endpoint."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_planning import settings
from tests.support.cli import planc, start_planc
from tests.support.endpoint import Endpoint
from tests.support.replies import Answer, Hang, Held
from tests.support.served import PATIENCE, STREAM_PATIENCE

ASK = """version: 1
name: ask
tasks:
  text: {prompt: Write something}
  ok: {needs: [text], ask: "Publish it?", output: boolean}
  end: {if: "${{ tasks.ok.output }}", value: "${{ tasks.text.output }}"}
outputs: {end: "${{ tasks.end.output | default('kept') }}"}
"""


class Browser:
    """What the page does, without its looks: logs in by the address that was printed, reads, acts."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        line = next(line for line in process.stderr if line.startswith("page: "))
        found = re.match(r"page: (http://127\.0\.0\.1:\d+)/\?token=\S+#/runs/(\w+)", line)
        assert found, line
        self.base, self.run = found.groups()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with self._opener.open(line.removeprefix("page: ").strip(), timeout=30) as page:
            assert b'<div id="app">' in page.read()

    def request(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"content-type": "application/json"})
        with self._opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def event(self, kind: str) -> dict[str, Any]:
        """Follows the run until an event of this kind."""
        until = time.monotonic() + STREAM_PATIENCE
        with self._opener.open(f"{self.base}/api/runs/{self.run}/stream", timeout=PATIENCE) as stream:
            for raw in stream:
                assert time.monotonic() < until, f"no {kind} comes"
                if raw.startswith(b"data: ") and (event := json.loads(raw[6:])).get("type") == kind:
                    return dict(event)
        raise AssertionError(f"no {kind}")


def test_a_run_is_watched_and_answered_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "ask.plan.yaml").write_text(ASK)
    gate = threading.Event()
    with Endpoint(Held(Answer("Read me."), gate)) as endpoint:
        process = start_planc("execute", "ask.plan.yaml", "--web", folder=tmp_path, **settings(endpoint))
        browser = Browser(process)
        assert browser.request(f"/api/runs/{browser.run}")["status"] == "running"
        gate.set()
        waiting = browser.event("task_waiting")
        answer = {"instance": "ok", "answer": True, "digest": waiting["data"]["digest"]}
        browser.request(f"/api/runs/{browser.run}/answers", answer)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.strip() == "Read me."
    assert "text" in err and "succeeded" in err, "the terminal hears the run as well"
    assert browser.run in planc("runs", "show", "last", folder=tmp_path).stdout


def test_it_is_cancelled_in_the_page_and_interrupted_in_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "ask.plan.yaml").write_text(ASK)
    with Endpoint(Hang()) as endpoint:
        process = start_planc("execute", "ask.plan.yaml", "--web", folder=tmp_path, **settings(endpoint))
        browser = Browser(process)
        browser.request(f"/api/runs/{browser.run}/cancel", {})
        _, err = process.communicate(timeout=120)
        assert process.returncode == 130, err
        assert "cancelled" in err
        process = start_planc("execute", "ask.plan.yaml", "--web", folder=tmp_path, **settings(endpoint))
        Browser(process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert any("stopping" in line for line in process.stderr)  # two at once may be one to the system
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 130, err
        assert "planc resume" in err


def test_what_it_does_not_go_with_is_said(tmp_path: Path) -> None:
    (tmp_path / "ask.plan.yaml").write_text(ASK)
    done = planc("execute", "ask.plan.yaml", "--web", "--record", "calls.yaml", folder=tmp_path)
    assert done.returncode == 2
    assert "--web does not go with" in done.stderr


@pytest.mark.parametrize("path", ["/api/runs", "/api/session"])
def test_the_page_needs_its_token(tmp_path: Path, path: str) -> None:
    (tmp_path / "ask.plan.yaml").write_text(ASK)
    with Endpoint(Hang()) as endpoint:
        process = start_planc("execute", "ask.plan.yaml", "--web", folder=tmp_path, **settings(endpoint))
        browser = Browser(process)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(browser.base + path, timeout=30)
        assert refused.value.code == 401
        refused.value.close()
        process.kill()
        process.communicate(timeout=120)
