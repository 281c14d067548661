"""Plan files over REST: pages, approvals, and a server that runs approved plans only."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.served import Server

PLAN = "version: 1\nname: hi\ntasks: {a: {prompt: Say hi}}\noutputs: {a: '${{ tasks.a.output }}'}\n"


def test_plan_lists_are_paged_by_path(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for name in ("c", "a", "more/b"):
        (tmp_path / f"{name}.plan.yaml").write_text(PLAN)
    with Server(tmp_path) as server:
        first = server.get("/api/plans?limit=2")
        assert [plan["path"] for plan in first["plans"]] == ["a.plan.yaml", "c.plan.yaml"]
        second = server.get(f"/api/plans?limit=2&after={first['next']}")
        assert ([plan["path"] for plan in second["plans"]], second["next"]) == (["more/b.plan.yaml"], None)


def test_two_plans_are_compared_with_the_plans_that_they_run(tmp_path: Path) -> None:
    main = "version: 1\nname: main\ntasks: {part: {plan: ./part.plan.yaml}}\n"
    for folder, words in (("old", "Say hi"), ("new", "Say hello")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.plan.yaml").write_text(main)
        (tmp_path / folder / "part.plan.yaml").write_text(PLAN.replace("Say hi", words))
    with Server(tmp_path) as server:
        sides = {"before": {"path": "old/main.plan.yaml"}, "after": {"path": "new/main.plan.yaml"}}
        answer = server.post("/api/diff", sides)
        shown = server.get("/api/plans/old%2Fmain.plan.yaml")
    assert (answer["empty"], answer["tasks"]) == (False, [])
    (change,) = answer["imports"]
    assert (change["previous_path"], change["path"]) == ("old/part.plan.yaml", "new/part.plan.yaml")
    assert (change["change"], change["run_by"]) == ("changed", ["part"])
    assert change["tasks"][0]["fields"][0]["pieces"] == [["same", "Say "], ["removed", "hi"], ["added", "hello"]]
    assert {node["id"]: node["mark"] for node in answer["graph"]["nodes"]} == {"part": "changed", "part/a": "changed"}
    assert shown["graph"]["nodes"][0]["detail"] == "plan part.plan.yaml", "no folder of this machine"


def test_a_plan_with_sub_plans_that_was_approved_on_the_command_line_is_approved_here(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "part.plan.yaml").write_text(PLAN)
    main = "version: 1\nname: main\ntasks: {part: {plan: part.plan.yaml}}\n"
    (tmp_path / "plans" / "main.plan.yaml").write_text(main)
    done = planc("approve", "plans/main.plan.yaml", "--by", "Ada", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    with Server(tmp_path) as server:
        approval = server.get("/api/plans/plans%2Fmain.plan.yaml")["approval"]
        assert (approval["state"], approval["drift"]) == ("approved", [])
        server.post("/api/plans/plans%2Fmain.plan.yaml/approve", {"digest": approval["digest"]})
    assert planc("approve", "--check", "plans/main.plan.yaml", folder=tmp_path).returncode == 0


def test_problems_carry_what_the_compiler_says(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        status, problem = server.request(
            "POST", "/api/runs", {"text": PLAN.replace("tasks.a.output", "tasks.b.output")}
        )
    (diagnostic,) = problem["diagnostics"]
    assert status == 422
    assert (diagnostic["code"], diagnostic["slug"], diagnostic["line"]) == ("P201", "unknown-task", 4)
    assert diagnostic["labels"][0]["end_column"] > diagnostic["labels"][0]["column"]
    assert diagnostic["help"]


def test_a_plan_is_approved_as_it_was_shown_and_nothing_else_runs(tmp_path: Path) -> None:
    path = tmp_path / "hi.plan.yaml"
    path.write_text(PLAN)
    with Endpoint() as endpoint, Server(tmp_path, "--locked", base_url=endpoint.base_url) as server:
        assert server.get("/api/session")["only_approved"] is True
        shown = server.get("/api/plans/hi.plan.yaml")["approval"]
        assert shown["state"] == "none"
        assert server.request("POST", "/api/runs", {"path": "hi.plan.yaml"})[0] == 403
        path.write_text(PLAN.replace("Say hi", "Say ho"))
        late = {"digest": shown["digest"], "by": "Ada"}
        assert server.request("POST", "/api/plans/hi.plan.yaml/approve", late)[0] == 409
        path.write_text(PLAN)
        approved = server.post("/api/plans/hi.plan.yaml/approve", late)
        assert (approved["state"], approved["by"]) == ("approved", "Ada")
        assert server.get("/api/plans")["plans"][0]["approval"] == "approved"
        run = server.post("/api/runs", {"path": "hi.plan.yaml"})["run_id"]
        assert server.finished(run)["data"]["status"] == "succeeded"
        for other in ({"text": PLAN}, {"goal": "Say hi"}):
            assert server.request("POST", "/api/runs", other)[0] == 403
        path.write_text(PLAN.replace("Say hi", "Say hu"))
        assert server.get("/api/plans/hi.plan.yaml")["approval"]["state"] == "changed"
        status, refused = server.request("POST", "/api/runs", {"path": "hi.plan.yaml"})
        assert (status, "changed" in refused["detail"]) == (403, True)
        assert server.request("POST", f"/api/runs/{run}/resume", {"text": PLAN})[0] == 403
