"""A real `planc serve` process with a client for it; models are the loopback endpoint's scripted answers."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.cli import clean_environment

TOKEN = "token-of-the-tests"
PATIENCE = 120.0
"""Seconds for one answer, and for the end of the process: it only bounds how long a failure takes."""
STREAM_PATIENCE = 300.0
"""Seconds for a whole stream, which is kept alive for ever when a run does not end."""
_ADDRESS = re.compile(r"at (http://\S+)/")


class Server:
    """A context manager around the process, which may be stopped and started again within it: the port stays its own.
    `port` 0 takes a free one."""

    def __init__(self, folder: Path, *arguments: str, base_url: str = "", port: int = 0) -> None:
        self.folder = folder
        self._arguments = arguments
        self._environment = clean_environment(folder, PLANC_TOKEN=TOKEN)
        if base_url:
            self._environment |= {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "key"}
        self.port = port
        self._reserved: socket.socket | None = None
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        process = self._process = subprocess.Popen(
            [sys.executable, "-m", "planc", "serve", "--port", str(self.port), *self._arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if _ADDRESS.search(line):
                    break
            else:
                raise AssertionError(f"the server did not start: {''.join(said)}")
            self._await_answer()
        except BaseException:
            self.stop(signal.SIGKILL)
            raise

    def _await_answer(self) -> None:
        """The socket listens before the application is up: the connection waits, so one request is enough."""
        with urllib.request.urlopen(f"{self.url}/api/health", timeout=PATIENCE) as answer:
            assert json.load(answer)["status"] == "ok"

    def stop(self, number: int = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            assert process.stderr is not None
            process.stderr.close()

    def __enter__(self) -> Server:
        # A bound socket that does not listen: nobody else is given the port while the server is down, and no client
        # that looks for it then connects to itself.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", self.port))
        self.port = self._reserved.getsockname()[1]
        try:
            self.start()
        except BaseException:
            self._reserved.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            assert self._reserved is not None
            self._reserved.close()

    def request(
        self, method: str, path: str, body: Any = None, *, token: str | None = TOKEN, **headers: str
    ) -> tuple[int, Any]:
        """Status and parsed answer. Header names are given with `_` for `-`."""
        data = None if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            given.setdefault("content-type", "application/json")
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=given)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, _parsed(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _parsed(error.read())

    def get(self, path: str) -> Any:
        status, answer = self.request("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        status, answer = self.request("POST", path, body if body is not None else {}, **headers)
        assert status < 300, answer
        return answer

    def events(self, run: str, after: int = 0) -> Iterator[dict[str, Any]]:
        """Server-sent events of a run until the server says that it has ended. AssertionError when it never does."""
        request = urllib.request.Request(
            f"{self.url}/api/runs/{run}/stream?after={after}", headers={"authorization": f"Bearer {TOKEN}"}
        )
        last, until = "none", time.monotonic() + STREAM_PATIENCE
        with urllib.request.urlopen(request, timeout=PATIENCE) as stream:
            for raw in stream:
                assert time.monotonic() < until, f"run {run} does not end; its last event: {last[:500]}"
                line = raw.decode()
                if line.startswith("event: end"):
                    return
                if line.startswith("data: "):
                    last = line
                    yield json.loads(line[6:])

    def finished(self, run: str) -> dict[str, Any]:
        """Follows a run to its last event and gives that event."""
        last: dict[str, Any] = {}
        for event in self.events(run):
            last = event
            if event["type"] == "task_waiting":
                break
        return last


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
