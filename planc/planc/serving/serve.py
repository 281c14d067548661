"""Runs the server on a listening socket until it is asked to stop."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Iterable
from types import FrameType

import uvicorn

from planc.project import Project
from planc_runtime.executor import Options
from planc_runtime.server.app import create_app
from planc_runtime.server.guard import COOKIE, Guard
from planc_runtime.server.readers import Readers
from planc_runtime.server.service import Service

from .bench import Bench
from .connections import BoundedConnection
from .shared import SharedModels

GRACE_SECONDS = 3
"""How long answers under way are waited for when the server stops."""
FILES = 65_536
"""Open files asked for: a run needs about six, a reader two."""


def serve(
    project: Project,
    options: Options,
    listener: socket.socket,
    *,
    token: str,
    hosts: Iterable[str],
    only_approved: bool = False,
) -> None:
    """Serves until SIGINT or SIGTERM; runs are then drained and left resumable."""
    _allow_files()
    asyncio.run(_serve(project, options, listener, token, frozenset(hosts), only_approved))


async def _serve(
    project: Project,
    options: Options,
    listener: socket.socket,
    token: str,
    hosts: frozenset[str],
    only_approved: bool,
) -> None:
    bench = Bench(project, SharedModels(project.models()), options, only_approved=only_approved)
    service = Service(project.store, bench)
    port = listener.getsockname()[1]
    app = create_app(project.store, bench, service, token=token, hosts=hosts, cookie=f"{COOKIE}_{port}")
    try:
        await _Server(config_of(app), service.readers).serve(sockets=[listener])
    finally:
        listener.close()


def config_of(app: Guard) -> uvicorn.Config:
    """How every server of planc listens."""
    return uvicorn.Config(
        app,
        http=BoundedConnection,
        ws="none",
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        h11_max_incomplete_event_size=65_536,
    )


class _Server(uvicorn.Server):
    """Lets the readers of streams go as soon as it is asked to stop, instead of waiting for them."""

    def __init__(self, config: uvicorn.Config, readers: Readers) -> None:
        super().__init__(config)
        self._readers = readers
        self._loop = asyncio.get_running_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._readers.let_go)
        super().handle_exit(sig, frame)


def _allow_files() -> None:
    """As many open files as this process may have: the usual 1024 are few for a hundred runs with their readers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
