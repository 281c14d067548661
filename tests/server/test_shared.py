"""Several runs of one server at once, under the limits that the server's flags give all of them."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Held, Reply
from tests.support.served import Server

PLAN = """version: 1
name: some
limits: {calls: 9}
tasks: {each: {foreach: {in: [1, 2, 3, 4], as: n}, prompt: "Say ${{ n }}"}}
outputs: {all: "${{ tasks.each.output }}"}
"""


def test_calls_of_all_runs_are_counted_together(tmp_path: Path) -> None:
    gate = threading.Event()

    def held(request: Request) -> Reply:
        return Held(Answer("ok"), gate)

    with (
        Endpoint(held) as endpoint,
        Server(tmp_path, "--at-once", "3", "--no-reuse", base_url=endpoint.base_url) as server,
    ):
        runs = [server.post("/api/runs", {"text": PLAN})["run_id"] for _ in range(3)]
        endpoint.wait_for_requests(3)
        gate.set()
        ends = [server.finished(run)["data"]["status"] for run in runs]
    assert ends == ["succeeded"] * 3
    assert len(endpoint.requests) == 12
    assert endpoint.max_in_flight == 3


def test_the_server_s_limit_is_not_raised_by_a_plan_and_does_not_raise_a_plan_s(tmp_path: Path) -> None:
    with Endpoint() as endpoint:
        for flag, status, calls in (("2", "budget", 2), ("100", "succeeded", 4)):
            with Server(tmp_path, "--calls", flag, "--no-reuse", base_url=endpoint.base_url) as server:
                before = len(endpoint.requests)
                run = server.post("/api/runs", {"text": PLAN})["run_id"]
                assert server.finished(run)["data"]["status"] == status
                assert len(endpoint.requests) - before == calls
                started = server.get(f"/api/runs/{run}/events?limit=1")["events"][0]
                assert started["data"]["limits"]["calls"] == min(int(flag), 9)
