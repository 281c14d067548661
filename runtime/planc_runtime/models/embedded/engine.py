"""The parent's side of the embedded engine: started when it is first needed, noticed when it ends, ended with us."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from planc_schemas.ports import TaskFailure

from ...extras import install
from ..base import EmbeddedConfig
from ..failure import failure
from .serve import PASSIVE, Settings

MODULE = "planc_runtime.models.embedded.serve"
START_SECONDS = 300.0
"""A cold disk may take a minute for a gigabyte; after this the engine counts as broken."""
END_SECONDS = 5.0
NOTICE_SECONDS = 1.0
"""A connection breaks a moment before its process is seen to have ended."""
_INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_",
    "TMPDIR",
    "LD_",
    "DYLD_",
    "PYTHON",
    "VIRTUAL_ENV",
    "OMP_",
    "GGML_",
    "LLAMA_",
)
_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running engine answers; `base_url` ends in /v1, `token` is its key."""

    base_url: str
    token: str


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[str]
    log: IO[bytes]
    address: Address | None = None


class Engine:
    """One engine process for one file of weights. May be used from any event loop."""

    def __init__(self, model: Path, config: EmbeddedConfig) -> None:
        self.model = model
        self._config = config
        self._child: _Child | None = None
        self._starting = threading.Lock()
        self._closed = False

    async def start(self) -> Address:
        """The address of the running engine, which is started if it does not run. Raises TaskFailure."""
        child = self._child
        if child is not None and child.address is not None and child.process.poll() is None:
            return child.address
        return await asyncio.to_thread(self._start)

    @property
    def pid(self) -> int | None:
        """The engine's process id while it runs."""
        child = self._child
        return child.process.pid if child is not None and child.process.poll() is None else None

    async def how_it_ended(self, address: Address) -> str | None:
        """`SIGKILL` or `exit status 1` of the process that answered at `address`; None while it runs."""
        return await asyncio.to_thread(self._how_it_ended, address)

    def _how_it_ended(self, address: Address) -> str | None:
        child = self._child
        if child is None or child.address != address:
            return "it was ended"
        try:
            return _ending(child.process.wait(NOTICE_SECONDS))
        except subprocess.TimeoutExpired:
            return None

    async def close(self) -> None:
        """Ends the process and waits for its end. Safe to call twice."""
        self._closed = True
        child, self._child = self._child, None
        if child is not None:
            await asyncio.to_thread(_end, child)

    def _start(self) -> Address:
        with self._starting:
            child = self._child
            if child is not None and child.address is not None and child.process.poll() is None:
                return child.address
            if child is not None:
                _end(child)
            check_installed()
            settings = Settings(
                model=str(self.model),
                token=secrets.token_urlsafe(24),
                slots=self._config.slots,
                context=self._config.context,
                threads=self._config.threads or usable_cores(),
            )
            self._child = child = _spawn(settings)
            child.address = _await_address(child, settings)
            if self._closed:
                _end(child)
            return child.address


def check_installed() -> None:
    """Raises TaskFailure when the engine's package is not installed; does not import it."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise failure(
            "unsupported",
            "the embedded model needs the package xllamacpp, which is not installed",
            f"{install('local')}, or set OPENAI_API_KEY or OPENAI_BASE_URL to use an endpoint",
            code="R520",
        )


def usable_cores() -> int:
    """Cores this process may use, which in a container can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spawn(settings: Settings) -> _Child:
    """`-P`: a folder with an `xllamacpp.py` in it must not become the engine. A session of its own: Ctrl-C is ours."""
    log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _end
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={name: value for name, value in os.environ.items() if name.startswith(_INHERITED)} | PASSIVE,
        start_new_session=True,
    )
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it is dead already; _await_address says how
        process.stdin.write(settings.to_line())
        process.stdin.flush()
    return _Child(process, log)


def _await_address(child: _Child, settings: Settings) -> Address:
    assert child.process.stdout is not None
    readable, _, _ = select.select([child.process.stdout], [], [], START_SECONDS)
    line = child.process.stdout.readline() if readable else ""
    try:
        told = json.loads(line)
    except ValueError:
        told = {}
    if "address" in told:
        return Address(f"{told['address']}/v1", settings.token)
    reason = told.get("error") or (f"nothing heard for {START_SECONDS:.0f} s" if not readable else "")
    raise _start_failure(child, reason, settings.model)


def _start_failure(child: _Child, reason: str, model: str) -> TaskFailure:
    if not reason:
        reason = _ending(child.process.wait())
    child.log.seek(0)
    said = [line.strip() for line in child.log.read().decode("utf-8", "replace").splitlines() if line.strip()]
    last = f" ({said[-1]})" if said else ""
    _end(child)
    return failure(
        "server_error",
        f"the embedded model did not start with {model}: {reason}{last}"[:_SHOWN],
        "`planc doctor` checks its weights; too little memory? try --model-size small",
        code="R524",
    )


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    name = signal.Signals(-code).name if -code in signal.Signals.__members__.values() else f"signal {-code}"
    return f"{name}; it may have been killed for want of memory" if name == "SIGKILL" else name


def _end(child: _Child) -> None:
    """Closes the child's stdin, upon which it ends; kills it when it does not."""
    assert child.process.stdin is not None and child.process.stdout is not None
    with suppress(BrokenPipeError):
        child.process.stdin.close()
    try:
        child.process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()
    child.process.stdout.close()
    child.log.close()
