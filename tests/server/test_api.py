"""The REST API of a real `planc serve` process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.endpoint import Endpoint
from tests.support.served import Server

PLAN = """version: 1
name: shout
inputs: {words: {type: array, items: {type: string}, default: [one, two, three]}}
tasks:
  each: {foreach: {in: "${{ inputs.words }}", as: word}, prompt: "Shout ${{ word }}"}
  all: {value: "${{ tasks.each.output | join(', ') }}"}
outputs: {all: "${{ tasks.all.output }}"}
"""
ASK = """version: 1
name: ask
tasks:
  ok: {ask: "Go on?", output: boolean}
  end: {if: "${{ tasks.ok.output }}", value: went on}
outputs: {end: "${{ tasks.end.output | default('stopped') }}"}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "shout.plan.yaml").write_text(PLAN)
    (folder / "ask.plan.yaml").write_text(ASK)
    (folder / "broken.plan.yaml").write_text(PLAN.replace("tasks.each.output", "tasks.eech.output"))
    (folder / "secret.txt").write_text("not a plan")
    with Endpoint() as endpoint, Server(folder, base_url=endpoint.base_url) as running:
        yield running


def test_a_run_from_submit_to_its_last_event(server: Server) -> None:
    run = server.post("/api/runs", {"path": "shout.plan.yaml", "inputs": {"words": ["hi", "ho"]}})["run_id"]
    events = list(server.events(run))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "run_finished"
    assert events[-1]["data"]["outputs"] == {"all": "echo: Shout hi, echo: Shout ho"}
    summary = server.get(f"/api/runs/{run}")
    assert (summary["status"], summary["usage"]["calls"]) == ("succeeded", 2)
    graph = server.get(f"/api/runs/{run}/graph")
    assert [node["id"] for node in graph["nodes"]] == ["each", "all"]
    detail = server.get(f"/api/runs/{run}/instances/each%5B1%5D")
    assert detail["output"] == "echo: Shout ho"
    assert "Shout ho" in str(detail["request"])
    page = server.get(f"/api/runs/{run}/events?after=2&limit=3")
    assert ([event["seq"] for event in page["events"]], page["more"]) == ([3, 4, 5], True)


def test_streams_go_on_where_a_reader_stopped(server: Server) -> None:
    run = server.post("/api/runs", {"text": PLAN})["run_id"]
    whole = [event["seq"] for event in server.events(run)]
    assert [event["seq"] for event in server.events(run, after=4)] == whole[4:]


def test_the_same_idempotency_key_is_the_same_run(server: Server) -> None:
    body = {"path": "shout.plan.yaml"}
    runs: list[str] = []
    threads = [
        threading.Thread(target=lambda: runs.append(server.post("/api/runs", body, idempotency_key="k1")["run_id"]))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 5
    assert len(set(runs)) == 1
    assert server.post("/api/runs", body, idempotency_key="k2")["run_id"] not in runs


def test_lists_are_paged(server: Server) -> None:
    made = [server.post("/api/runs", {"text": PLAN})["run_id"] for _ in range(3)]
    first = server.get("/api/runs?limit=2")
    assert [run["run_id"] for run in first["runs"]] == [made[2], made[1]]
    second = server.get(f"/api/runs?limit=2&after={first['next']}")
    assert second["runs"][0]["run_id"] == made[0]


def test_questions_are_answered_through_the_api(server: Server) -> None:
    run = server.post("/api/runs", {"path": "ask.plan.yaml"})["run_id"]
    assert server.finished(run)["type"] == "task_waiting"
    (ask,) = [item for item in server.get("/api/asks")["asks"] if item["run_id"] == run]
    answer = {"instance": "ok", "digest": ask["question"]["digest"]}
    assert server.request("POST", f"/api/runs/{run}/answers", {**answer, "answer": "perhaps"})[0] == 409
    assert server.request("POST", f"/api/runs/{run}/answers", {**answer, "answer": True, "digest": "other"})[0] == 409
    server.post(f"/api/runs/{run}/answers", {**answer, "answer": True})
    events = list(server.events(run))
    assert events[-1]["data"]["outputs"] == {"end": "went on"}


def test_plans_are_checked_listed_and_compared(server: Server) -> None:
    plans = {plan["path"]: plan["errors"] for plan in server.get("/api/plans")["plans"]}
    assert plans == {"shout.plan.yaml": 0, "ask.plan.yaml": 0, "broken.plan.yaml": 1}
    broken = server.get("/api/plans/broken.plan.yaml")
    assert broken["graph"] is None
    assert broken["diagnostics"][0]["code"] == "P201"
    assert broken["diagnostics"][0]["line"] == 6
    checked = server.post("/api/check", {"text": PLAN})
    assert checked["estimate"]["calls"] == [3, 3]
    diff = server.post(
        "/api/diff", {"before": {"path": "shout.plan.yaml"}, "after": {"text": PLAN.replace("Shout", "Sing")}}
    )
    assert [(change["id"], change["change"]) for change in diff["tasks"]] == [("each", "changed")]
    assert diff["before"]["calls"] == diff["after"]["calls"] == [3, 3]


def test_replay_asks_nobody(server: Server) -> None:
    run = server.post("/api/runs", {"path": "shout.plan.yaml"})["run_id"]
    server.finished(run)
    again = server.post(f"/api/runs/{run}/replay")["run_id"]
    last = server.finished(again)
    assert last["data"]["status"] == "succeeded"
    assert server.get(f"/api/runs/{again}")["usage"]["calls"] == 0
    status, problem = server.request("POST", f"/api/runs/{again}/resume", {})
    assert (status, problem["help"]) == (409, f"replay {run} again, or resume it")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/runs", {"path": "broken.plan.yaml"}, 422),
        ("POST", "/api/runs", {"path": "missing.plan.yaml"}, 404),
        ("POST", "/api/runs", {"path": "../../etc/passwd"}, 404),
        ("POST", "/api/runs", {"path": "secret.txt"}, 404),
        ("POST", "/api/runs", {}, 422),
        ("POST", "/api/runs", {"path": "shout.plan.yaml", "inputs": {"words": 3}}, 422),
        ("POST", "/api/runs", {"path": "shout.plan.yaml", "rights": ["net:*"]}, 422),
        ("POST", "/api/runs", {"text": "tasks: ["}, 422),
        ("GET", "/api/runs/nothing", None, 404),
        ("GET", "/api/nothing", None, 404),
        ("POST", "/api/runs/nothing/cancel", {}, 404),
        ("DELETE", "/api/runs", None, 405),
    ],
)
def test_errors_are_problems_with_words(server: Server, method: str, path: str, body: object, status: int) -> None:
    code, answer = server.request(method, path, body)
    assert code == status
    assert answer["status"] == status
    assert answer["title"]
    assert answer["detail"]


def test_a_plan_that_needs_rights_is_refused_with_the_flag_of_the_server(server: Server) -> None:
    task = "{f: {tool: arxiv_search, with: {query: x}}}"
    text = f"version: 1\nname: net\ntasks: {task}\noutputs: {{f: '${{{{ tasks.f.output }}}}'}}\n"
    status, answer = server.request("POST", "/api/runs", {"text": text})
    assert status == 403
    assert "--allow-net=export.arxiv.org" in answer["help"]


def test_cancel_ends_a_run_for_good(tmp_path: Path) -> None:
    hang = "version: 1\nname: wait\ntasks: {a: {prompt: Wait}}\noutputs: {a: '${{ tasks.a.output }}'}\n"
    from tests.support.replies import Hang

    with Endpoint(Hang()) as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        run = server.post("/api/runs", {"text": hang})["run_id"]
        endpoint.wait_for_requests(1)
        server.post(f"/api/runs/{run}/cancel")
        assert server.finished(run)["data"]["status"] == "cancelled"
        assert server.request("POST", f"/api/runs/{run}/cancel", {})[0] == 409
