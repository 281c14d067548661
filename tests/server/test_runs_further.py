"""What the REST API does with runs beyond starting and watching them: goals, results, going on, ending."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_goal_task import answer
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.processes import wait_until
from tests.support.replies import Answer, Error, Held, Reply
from tests.support.served import Server

ASK = """version: 1
name: ask
tasks:
  ok: {ask: "Go on?", output: boolean}
  end: {if: "${{ tasks.ok.output }}", value: went on}
outputs: {end: "${{ tasks.end.output | default('stopped') }}"}
"""
BOTH = """version: 1
name: both
tasks:
  first: {prompt: First}
  second: {prompt: "Second after ${{ tasks.first.output }}"}
outputs: {second: "${{ tasks.second.output }}"}
"""
LATE = """version: 1
name: late
tasks:
  quick: {ask: How many?, timeout: 100ms}
  some: {foreach: {in: "${{ [1, 2] }}", on_error: collect}, ask: "${{ item }}?", timeout: 100ms}
"""
LARGE = "x" * 1_500_000


def scripted(request: Request) -> Reply:
    if "steps" in (request.schema or {}).get("properties", {}):
        return answer(request)
    if request.prompt == "Be long":
        return Answer(LARGE)
    if request.prompt == "Fail":
        return Error(400, "no")
    return Answer(f"answer to {request.prompt}")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(scripted) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, endpoint: Endpoint) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "both.plan.yaml").write_text(BOTH)
    with Server(folder, "--no-reuse", base_url=endpoint.base_url) as running:
        yield running


def test_a_goal_is_a_run_that_is_planned_approved_and_executed(server: Server) -> None:
    run = server.post("/api/runs", {"goal": "Write a rhyme about ${{ cats }}.", "approve": True})["run_id"]
    assert server.finished(run)["type"] == "task_waiting"
    (ask,) = [item for item in server.get("/api/asks")["asks"] if item["run_id"] == run]
    assert "name: rhyme" in ask["question"]["question"]
    body = {"instance": ask["instance"], "answer": True, "digest": ask["question"]["digest"]}
    server.post(f"/api/runs/{run}/answers", body)
    assert list(server.events(run))[-1]["data"]["status"] == "succeeded"
    plan = server.get(f"/api/runs/{run}/plan")
    assert [made["instance"] for made in plan["made"]] == ["goal"]
    assert "Improve it." in plan["made"][0]["text"]
    outputs = server.get(f"/api/runs/{run}/outputs")
    assert outputs["status"] == "succeeded"
    assert "Improve it." in outputs["outputs"]["result"]["better"]
    started = server.get(f"/api/runs/{run}/events?limit=1")["events"][0]
    assert started["data"]["inputs"]["goal"] == "Write a rhyme about ${{ cats }}."


def test_a_goal_may_use_no_tool_that_the_server_does_not_allow(server: Server) -> None:
    run = server.post("/api/runs", {"goal": "Find papers"})["run_id"]
    assert server.get(f"/api/runs/{run}/plan")["rights"] == []
    status, refused = server.request("POST", "/api/runs", {"goal": "Find papers", "tools": ["arxiv_search"]})
    assert (status, "--allow-net" in refused["help"]) == (403, True)
    assert server.request("POST", "/api/runs", {"goal": "Find papers", "tools": ["nothing"]})[0] == 422
    assert server.request("POST", "/api/runs", {"goal": "Find papers", "text": BOTH})[0] == 422
    server.finished(run)  # its calls are not to come in while another test counts


def test_what_only_a_wish_tries_again_is_told_and_what_a_foreach_collects_is_not_among_it(server: Server) -> None:
    run = server.post("/api/runs", {"text": LATE})["run_id"]
    assert list(server.events(run))[-1]["data"]["status"] == "failed"
    assert server.get(f"/api/runs/{run}/outputs")["final"] == ["quick"]
    run = server.post("/api/runs", {"text": BOTH})["run_id"]
    server.finished(run)
    assert server.get(f"/api/runs/{run}/outputs")["final"] == []


def test_what_is_too_large_for_an_event_is_an_artefact(server: Server) -> None:
    text = "version: 1\nname: long\ntasks: {a: {prompt: Be long}}\noutputs: {a: '${{ tasks.a.output }}'}\n"
    run = server.post("/api/runs", {"text": text})["run_id"]
    server.finished(run)
    artefacts = server.get(f"/api/runs/{run}/artefacts")["artefacts"]
    output = next(item for item in artefacts if item["instance"] == "a")
    assert (output["member"], output["bytes"]) == ("output", len(LARGE) + 2)
    status, content = server.request("GET", f"/api/runs/{run}/artefacts/{output['sha256']}")
    assert (status, content) == (200, LARGE)
    assert server.get(f"/api/runs/{run}/outputs")["outputs"] == {"a": LARGE}
    assert server.request("GET", f"/api/runs/{run}/artefacts/{'0' * 64}")[0] == 404
    assert server.request("GET", f"/api/runs/{run}/artefacts/..%2f..%2fjournal.db")[0] in (404, 422)


def test_outputs_of_a_run_that_failed_and_its_report(server: Server) -> None:
    text = "version: 1\nname: bad\ntasks: {a: {prompt: Fail}}\noutputs: {a: '${{ tasks.a.output }}'}\n"
    run = server.post("/api/runs", {"text": text})["run_id"]
    server.finished(run)
    outputs = server.get(f"/api/runs/{run}/outputs")
    assert (outputs["status"], outputs["outputs"]) == ("failed", {"a": None})
    status, page = server.request("GET", f"/api/runs/{run}/report")
    assert status == 200
    assert page.startswith("<!doctype html>")


def test_a_failed_run_goes_on_with_an_edited_plan_and_keeps_what_was_done(server: Server, endpoint: Endpoint) -> None:
    text = BOTH.replace("Second after ${{ tasks.first.output }}", "Fail")
    run = server.post("/api/runs", {"text": text})["run_id"]
    assert server.finished(run)["data"]["status"] == "failed"
    before = len(endpoint.requests)
    server.post(f"/api/runs/{run}/resume", {"path": "both.plan.yaml"})
    assert server.finished(run)["data"]["outputs"] == {"second": "answer to Second after answer to First"}
    assert len(endpoint.requests) == before + 1
    server.post(f"/api/runs/{run}/resume", {"fresh": ["second"]})
    server.finished(run)
    assert len(endpoint.requests) == before + 2
    assert server.request("POST", f"/api/runs/{run}/resume", {"fresh": ["third"]})[0] == 422
    diff = server.post("/api/diff", {"before": {"text": text}, "after": {"run": run}})
    assert [change["id"] for change in diff["tasks"]] == ["second"]


def test_a_run_out_of_budget_goes_on_with_another_limit(server: Server) -> None:
    run = server.post("/api/runs", {"path": "both.plan.yaml", "limits": {"calls": 1}})["run_id"]
    assert server.finished(run)["data"]["status"] == "budget"
    server.post(f"/api/runs/{run}/resume", {"limits": {"calls": 2}})
    assert server.finished(run)["data"]["status"] == "succeeded"


def test_a_run_that_waits_without_a_process_can_be_ended(server: Server) -> None:
    run = server.post("/api/runs", {"text": ASK})["run_id"]
    server.finished(run)
    wait_until(lambda: server.get(f"/api/runs/{run}")["status"] != "running")
    assert server.get(f"/api/runs/{run}")["status"] == "waiting"
    server.post(f"/api/runs/{run}/cancel")
    assert list(server.events(run))[-1]["data"]["status"] == "cancelled"
    assert server.get(f"/api/runs/{run}")["status"] == "cancelled"
    assert server.request("POST", f"/api/runs/{run}/cancel", {})[0] == 409
    assert all(ask["run_id"] != run for ask in server.get("/api/asks")["asks"])


def test_answers_that_come_at_once_are_not_lost(server: Server) -> None:
    """The answer is sent the moment the question is heard, while the run is about to leave its process."""
    for _ in range(15):
        run = server.post("/api/runs", {"text": ASK})["run_id"]
        question = server.finished(run)["data"]
        server.post(f"/api/runs/{run}/answers", {"instance": "ok", "answer": True, "digest": question["digest"]})
        last = list(server.events(run))[-1]
        assert last["data"]["outputs"] == {"end": "went on"}


def test_a_question_whose_time_is_over_ends_by_itself(server: Server) -> None:
    text = ASK.replace("output: boolean}", "output: boolean, timeout: 200ms}")
    run = server.post("/api/runs", {"text": text})["run_id"]
    events = list(server.events(run))
    (failed,) = [event for event in events if event["type"] == "task_failed"]
    assert failed["data"]["error"]["kind"] == "expired"


def test_lists_are_filtered_and_labels_are_the_users_own(server: Server) -> None:
    run = server.post("/api/runs", {"path": "both.plan.yaml", "labels": {"team": "blue"}})["run_id"]
    found = server.get("/api/runs?label=team%3Dblue&name=both")["runs"]
    assert [(item["run_id"], item["labels"], item["file"]) for item in found] == [
        (run, {"team": "blue"}, "both.plan.yaml")
    ]
    assert server.get("/api/runs?label=team%3Dred")["runs"] == []
    assert server.request("GET", "/api/runs?label=team")[0] == 422
    assert server.request("POST", "/api/runs", {"text": BOTH, "labels": {"planc.served": "1"}})[0] == 422
    server.finished(run)  # its calls are not to come in while another test counts


def test_a_key_is_for_one_submit_also_after_a_restart(tmp_path: Path) -> None:
    with Endpoint(scripted) as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        run = server.post("/api/runs", {"text": BOTH}, idempotency_key="k")["run_id"]
        server.stop()
        server.start()
        assert server.post("/api/runs", {"text": BOTH}, idempotency_key="k")["run_id"] == run
        status, refused = server.request("POST", "/api/runs", {"text": ASK}, idempotency_key="k")
        assert (status, refused["title"]) == (409, "The key was used before")
        assert len(server.get("/api/runs")["runs"]) == 1


def test_a_damaged_journal_does_not_keep_the_server_from_starting(tmp_path: Path) -> None:
    gate = threading.Event()

    def held(request: Request) -> Reply:
        return Held(Answer("ok"), gate)

    with Endpoint(held) as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        runs = [server.post("/api/runs", {"text": BOTH})["run_id"] for _ in range(2)]
        endpoint.wait_for_requests(2)
        server.stop(9)
        journal = tmp_path / ".planc" / "runs" / runs[0] / "journal.db"
        journal.write_bytes(b"no database" * 1000)
        journal.with_name("journal.db-wal").unlink(missing_ok=True)
        gate.set()
        server.start()
        assert server.finished(runs[1])["data"]["status"] == "succeeded"
        listed = {run["run_id"]: run["problem"] for run in server.get("/api/runs")["runs"]}
        assert listed[runs[0]]
        assert listed[runs[1]] is None
        assert server.request("GET", f"/api/runs/{runs[0]}")[0] == 503
