"""Many runs and readers at once, small enough for every run of the tests: nothing is lost or out of order, and readers
that do not read hold up nobody. What it costs is measured in experiments/080-server-load."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.endpoint import Endpoint
from tests.support.served import TOKEN, Server

RUNS = 6
TASKS = 12
READERS = 2
PLAN = f"""version: 1
name: load
tasks:
  each: {{foreach: {{in: {list(range(TASKS))}, as: n}}, prompt: "Say ${{{{ n }}}}"}}
  all: {{value: "${{{{ tasks.each.output }}}}"}}
outputs: {{all: "${{{{ tasks.all.output }}}}"}}
"""


@contextmanager
def reading_nothing(server: Server, run: str) -> Iterator[None]:
    """A reader that asks for the events of a run and takes none of them, with the smallest buffer there is."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        client.connect(("127.0.0.1", server.port))
        head = f"GET /api/runs/{run}/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        client.sendall(head.encode())
        yield


def test_many_runs_and_readers_at_once(tmp_path: Path) -> None:
    with (
        Endpoint() as endpoint,
        Server(tmp_path, "--no-reuse", "--at-once", "8", base_url=endpoint.base_url) as server,
        ThreadPoolExecutor(RUNS * READERS) as pool,
    ):
        runs = list(pool.map(lambda _: server.post("/api/runs", {"text": PLAN})["run_id"], range(RUNS)))
        with reading_nothing(server, runs[0]), reading_nothing(server, runs[1]):
            followed: list[list[dict[str, Any]]] = list(
                pool.map(lambda run: list(server.events(run)), [run for run in runs for _ in range(READERS)])
            )
        for run, events in zip([run for run in runs for _ in range(READERS)], followed, strict=True):
            assert events == server.get(f"/api/runs/{run}/events")["events"]
            assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
            assert events[-1]["data"]["outputs"]["all"] == [f"echo: Say {n}" for n in range(TASKS)]
    assert endpoint.max_in_flight <= 8
    assert len(endpoint.requests) == RUNS * TASKS


def test_a_reader_far_behind_gets_everything(tmp_path: Path) -> None:
    """It comes when others have read the run to its end, and outgrows what is kept for them."""
    text = "x" * 20_000
    plan = (
        f"version: 1\nname: wide\ntasks: {{each: {{foreach: {{in: {list(range(300))}, as: n}}, "
        f"value: '{text} ${{{{ n }}}}'}}}}\noutputs: {{n: '${{{{ tasks.each.output | length }}}}'}}\n"
    )
    with Server(tmp_path) as server, ThreadPoolExecutor(3) as pool:
        run = server.post("/api/runs", {"text": plan})["run_id"]
        first = pool.submit(lambda: list(server.events(run)))
        late = [event["seq"] for event in server.events(run, after=150)]
        events = first.result()
        again = list(server.events(run))
    assert events == again
    assert len(events) > 300
    assert late == [event["seq"] for event in events][150:]
