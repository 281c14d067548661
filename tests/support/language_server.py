"""A small client for yaml-language-server: what an editor says to it over stdin and stdout (LSP 3.17, JSON-RPC 2.0)."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

VERSION = "2.0.0"
PATIENCE = 120
TRIES = 3
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
_OPTIONS = ("--no-audit", "--no-fund", "--fetch-timeout=30000")
SETTINGS = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}


def find_server(cache: Path) -> tuple[list[str] | None, str]:
    """The command that starts the server, or None and why there is none.

    PLANC_YAML_LS names one; otherwise it is installed once with npm below `cache`, also when several processes ask.
    """
    named = os.environ.get("PLANC_YAML_LS")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or (npm is None and named is None):
        return None, "node and npm are not installed"
    program = Path(named) if named else _program(cache)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        problem = "" if program.exists() or npm is None else _install(npm, cache)
    return ([node, str(program), "--stdio"], "") if not problem else (None, problem)


def _install(npm: str, cache: Path) -> str:
    """Installs into a folder of its own, which takes its place when it is whole. Gives what went wrong, "" if nothing;
    a network that stalls is tried again."""
    new = cache / "new"
    command = [npm, "install", *_OPTIONS, "--prefix", str(new), f"yaml-language-server@{VERSION}"]
    problem = ""
    for _ in range(TRIES):
        shutil.rmtree(new, ignore_errors=True)
        try:
            subprocess.run(command, env=_environment(), capture_output=True, text=True, timeout=PATIENCE, check=True)
        except subprocess.CalledProcessError as error:
            problem = error.stderr.strip()[-300:]
        except subprocess.TimeoutExpired:
            problem = f"not done after {PATIENCE} s"
        else:
            (new / "node_modules").rename(cache / "node_modules")
            return ""
    return f"npm cannot install yaml-language-server: {problem}"


def _environment() -> dict[str, str]:
    """node has certificates of its own, and does not know those that the machine trusts besides."""
    trusted = {"NODE_EXTRA_CA_CERTS": str(TRUSTED)} if TRUSTED.exists() else {}
    return {**trusted, **os.environ}


def _program(cache: Path) -> Path:
    return cache / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


class LanguageServer:
    """A running server, as a context manager. `open` gives what it finds wrong with a file."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.number = 0

    def __enter__(self) -> LanguageServer:
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"publishDiagnostics": {}}}
        self.request("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities})
        self.notify("initialized", {})
        self.notify("workspace/didChangeConfiguration", {"settings": SETTINGS})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def open(self, path: Path, text: str) -> list[dict[str, Any]]:
        """Opens a file in the editor and waits for its problems: `{message, range: {start: {line, character}}}`."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                problems: list[dict[str, Any]] = message["params"]["diagnostics"]
                return problems

    def at(self, method: str, path: Path, line: int, character: int) -> Any:
        """The answer to `textDocument/hover` or `completion` at a place (both counted from 0)."""
        place = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}
        return self.request(f"textDocument/{method}", place)

    def request(self, method: str, parameters: object) -> Any:
        self.number += 1
        number = self.number
        self.send({"id": number, "method": method, "params": parameters})
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def notify(self, method: str, parameters: object) -> None:
        self.send({"method": method, "params": parameters})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """The next message; AssertionError when the server ends or says nothing for `PATIENCE` seconds."""
        silence = threading.Timer(PATIENCE, self.process.kill)
        silence.start()
        try:
            return self._receive()
        finally:
            silence.cancel()

    def _receive(self) -> dict[str, Any]:
        """What the server asks of the editor is answered here."""
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            assert line, f"the language server ended, or said nothing for {PATIENCE} s"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if "method" in message and "id" in message:
            items = message["params"].get("items", []) if isinstance(message.get("params"), dict) else []
            answer = [SETTINGS.get(item.get("section", ""), {}) for item in items]
            self.send(
                {"id": message["id"], "result": answer if message["method"] == "workspace/configuration" else None}
            )
        return message
