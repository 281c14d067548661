"""Goals decomposed while runs go on, with real processes and a real endpoint; only the model's words are made up."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

from planc_runtime.store.sqlite import SqliteStore
from tests.e2e.test_planning import settings, step
from tests.support.cli import planc, start_planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Hang, Reply, data, text
from tests.support.served import Server

PLAN = """\
version: 1
name: later
tasks:
  work:
    goal: Write a rhyme about cats and improve it.
    {more}
outputs:
  result: ${{{{ tasks.work.output.better }}}}
"""
DRAFT = {
    "name": "rhyme",
    "steps": [step("rhyme", text="Write a rhyme about cats."), step("better", text="Improve it.", needs=["rhyme"])],
}


def write_plan(folder: Path, more: str = "limits: {calls: 9}") -> None:
    (folder / "later.plan.yaml").write_text(PLAN.format(more=more), encoding="utf-8")


def kind_of(request: Request) -> str:
    if "steps" in (request.schema or {}).get("properties", {}):
        return "planning"
    return "better" if "Improve it." in request.prompt else "rhyme"


def answering(first_try: Callable[[], Reply] | None = None) -> Callable[[Request], Reply]:
    """Plans and answers; the first request for the second task gets `first_try`."""
    tries = [first_try] if first_try is not None else []

    def answer(request: Request) -> Reply:
        kind = kind_of(request)
        if kind == "better" and tries:
            reply = tries.pop()
            assert reply is not None
            return reply()
        return data(DRAFT) if kind == "planning" else text("A cat in a hat.")

    return answer


def asked(endpoint: Endpoint) -> list[str]:
    return [kind_of(request) for request in endpoint.requests]


def events(folder: Path) -> list[tuple[str, str | None]]:
    store = SqliteStore(folder / ".planc")
    return [(event.type, event.instance) for event in store.read(store.resolve("last"))]


def test_killed_after_planning_it_is_never_planned_again_and_no_child_is_repeated(tmp_path: Path) -> None:
    write_plan(tmp_path)
    with Endpoint(answering(Hang)) as endpoint:
        process = start_planc("execute", "later.plan.yaml", folder=tmp_path, **settings(endpoint))
        endpoint.wait_for_requests(3)
        process.kill()
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        done = planc("resume", "last", "--json", folder=tmp_path, **settings(endpoint))
        assert done.returncode == 0, done.stderr
        assert asked(endpoint) == ["planning", "rhyme", "better", "better"]
    assert json.loads(done.stdout)["outputs"]["result"] == "A cat in a hat."
    assert events(tmp_path).count(("subplan_created", "work")) == 1
    shown = planc("runs", "show", "last", folder=tmp_path).stdout
    assert "2 of 2 subtasks done" in shown and "  work/rhyme" in shown and "  work/better" in shown
    assert (
        "prompt: Write a rhyme about cats."
        in planc("runs", "show", "last", "--plan", "--task", "work", folder=tmp_path).stdout
    )
    replayed = planc("replay", "last", folder=tmp_path)
    assert (replayed.returncode, replayed.stdout.strip()) == (0, "A cat in a hat."), replayed.stderr


def test_a_person_approves_the_plan_of_a_goal_on_the_command_line(tmp_path: Path) -> None:
    write_plan(tmp_path, "approve: true")
    with Endpoint(answering()) as endpoint:
        waiting = planc("execute", "later.plan.yaml", folder=tmp_path, **settings(endpoint))
        assert waiting.returncode == 6, waiting.stderr
        shown = planc("answer", "last", folder=tmp_path).stdout
        assert "May this plan run?" in shown and "prompt: Write a rhyme about cats." in shown
        assert planc("answer", "last", "work", "perhaps", folder=tmp_path).returncode == 2
        assert planc("answer", "last", "work", "no", folder=tmp_path).returncode == 0
        refused = planc("resume", "last", folder=tmp_path, **settings(endpoint))
        assert refused.returncode == 1 and "did not approve" in refused.stderr
        again = planc("resume", "last", folder=tmp_path, **settings(endpoint))
        assert again.returncode == 6, again.stderr
        assert planc("answer", "last", "work", "yes", folder=tmp_path).returncode == 0
        done = planc("resume", "last", folder=tmp_path, **settings(endpoint))
        assert (done.returncode, done.stdout.strip()) == (0, "A cat in a hat."), done.stderr
        assert asked(endpoint) == ["planning", "rhyme", "better"]


def test_the_server_plans_shows_and_executes_goals(tmp_path: Path) -> None:
    write_plan(tmp_path, "approve: true")
    with Endpoint(answering()) as endpoint, Server(tmp_path, base_url=endpoint.base_url) as server:
        run = server.post("/api/runs", {"path": "later.plan.yaml"})["run_id"]
        waiting = server.finished(run)
        assert waiting["type"] == "task_waiting" and "Write a rhyme about cats." in waiting["data"]["question"]
        (ask,) = server.get("/api/asks")["asks"]
        assert ask["instance"] == "work"
        body = {"instance": "work", "answer": True, "digest": waiting["data"]["digest"]}
        server.post(f"/api/runs/{run}/answers", body)
        *_, ended = server.events(run, waiting["seq"])
        assert (ended["type"], ended["data"]["outputs"]) == ("run_finished", {"result": "A cat in a hat."})
        graph = server.get(f"/api/runs/{run}/graph")
        assert [(node["id"], node["parent"]) for node in graph["nodes"]] == [
            ("work", None),
            ("work/rhyme", "work"),
            ("work/better", "work"),
        ]
        assert graph["file"] == "later.plan.yaml"  # the name alone: reports are mailed
        assert all(node["lines"] for node in graph["nodes"])
        assert [(edge["source"], edge["target"]) for edge in graph["edges"]] == [("work/rhyme", "work/better")]
        assert graph["name"] == "later" and "approve: true" in graph["text"]  # the run's plan, not the goal's
        child = server.get(f"/api/runs/{run}/instances/work%2Fbetter")
        assert (child["instance"], child["output"]) == ("work/better", "A cat in a hat.")
        report = planc("report", run, "-o", "run.html", folder=tmp_path)
        assert report.returncode == 0 and '"work/better"' in (tmp_path / "run.html").read_text(encoding="utf-8")
