"""From a goal to a run through the command line. The model's words are made up; everything else is real."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

import planc as package
from planc.demo import GOAL
from planc_runtime.tools.feed.server import start_feed
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Reply, data, text

TITLE = re.compile(r"Title: (.+)")


def step(id: str, do: str = "write", **more: object) -> dict[str, object]:
    return {"id": id, "for_each": "", "do": do, "args": [], "text": "", "needs": [], "when": "", "gives": [], **more}


DRAFT = {
    "name": "review",
    "steps": [
        step("find", "arxiv_search", args=[{"name": "query", "value": "large language models software engineering"}]),
        step("summarise", for_each="find", text="Summarise the paper: {item.title} {item.abstract}", needs=["find"]),
        step("review", text="Write a review of {summarise}.", needs=["summarise"]),
    ],
}


def answer(request: Request) -> Reply:
    """The draft when a schema with steps is asked for, else some words."""
    schema = request.schema or {}
    return data(DRAFT) if "steps" in schema.get("properties", {}) else text("Some words about it.")


def settings(endpoint: Endpoint) -> dict[str, str]:
    return {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": "k", "PLANC_MODEL": "scripted"}


def test_a_goal_becomes_a_file_that_is_checked_and_executed(tmp_path: Path) -> None:
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {**settings(endpoint), "PLANC_ARXIV_URL": feed.url}
        planned = planc("plan", GOAL, "-o", "review.plan.yaml", folder=tmp_path, **environment)
        assert planned.returncode == 0, planned.stderr
        assert "summarise: write, each of find" in planned.stderr
        assert "stage 2" in planned.stderr
        written = (tmp_path / "review.plan.yaml").read_text(encoding="utf-8")
        assert "tool: arxiv_search" in written
        assert planc("check", folder=tmp_path, **environment).returncode == 0
        arguments = ["execute", "review.plan.yaml", "--allow-net", "export.arxiv.org", "--json"]
        done = planc(*arguments, folder=tmp_path, **environment)
        assert done.returncode == 0, done.stderr
        assert "Some words about it." in json.dumps(json.loads(done.stdout)["outputs"])


def test_the_plan_goes_to_stdout_and_a_file_is_not_written_over(tmp_path: Path) -> None:
    with Endpoint(answer) as endpoint:
        shown = planc("plan", "-", folder=tmp_path, stdin=GOAL, **settings(endpoint))
        assert shown.returncode == 0, shown.stderr
        assert shown.stdout.startswith("version: 1\n")
        (tmp_path / "a.plan.yaml").write_text("mine\n", encoding="utf-8")
        refused = planc("plan", GOAL, "-o", "a.plan.yaml", folder=tmp_path, **settings(endpoint))
        assert refused.returncode == 2
        assert "--force" in refused.stderr
        assert (tmp_path / "a.plan.yaml").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize(
    ("reply", "code", "message"),
    [
        (text("I would rather not."), 3, "there is no plan"),
        (Answer(refusal="I cannot help with that."), 1, "there is no plan"),
        (data({"name": "x", "steps": []}), 3, "there is no plan"),
    ],
    ids=["words", "refusal", "no steps"],
)
def test_a_model_that_gives_no_plan_leaves_no_file(tmp_path: Path, reply: Reply, code: int, message: str) -> None:
    with Endpoint(reply) as endpoint:
        done = planc("plan", GOAL, "-o", "a.plan.yaml", folder=tmp_path, **settings(endpoint))
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a.plan.yaml").exists()


def test_run_plans_and_executes_and_keeps_the_file(tmp_path: Path) -> None:
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {**settings(endpoint), "PLANC_ARXIV_URL": feed.url}
        arguments = ["run", "Review new papers", "--allow-net", "export.arxiv.org", "--json"]
        done = planc(*arguments, folder=tmp_path, **environment)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["status"] == "succeeded"
        assert (tmp_path / "review-new-papers.plan.yaml").is_file()
        asked = len(endpoint.requests)
        again = planc(*arguments, folder=tmp_path, **environment)
        assert again.returncode == 0, again.stderr
        assert "no model is asked: review-new-papers.plan.yaml was planned for this very goal" in again.stderr
        assert len(endpoint.requests) == asked
        (tmp_path / "review-new-papers.plan.yaml").write_text("mine\n", encoding="utf-8")
        refused = planc(*arguments, folder=tmp_path, **environment)
        assert refused.returncode == 2
        assert "planc execute review-new-papers.plan.yaml" in refused.stderr


def test_the_demo_with_an_endpoint_makes_a_review_and_a_second_one_reuses(tmp_path: Path) -> None:
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {**settings(endpoint), "PLANC_ARXIV_URL": feed.url}
        first = planc("demo", folder=tmp_path, **environment)
        assert first.returncode == 0, first.stderr
        assert endpoint.base_url.split("/")[2] in first.stderr
        assert feed.url in first.stderr
        assert "Some words about it." in first.stdout
        assert (tmp_path / "demo" / "llm4se-review.plan.yaml").is_file()
        asked = len(endpoint.requests)
        second = planc("demo", folder=tmp_path, **environment)
        assert second.returncode == 0, second.stderr
        assert "taking the plan of last time" in second.stderr
        assert len(endpoint.requests) == asked


def test_the_demo_says_when_it_takes_the_reviewed_plan(tmp_path: Path) -> None:
    def stubborn(request: Request) -> Reply:
        return text("no") if request.schema else text("Some words about it.")

    with start_feed() as feed, Endpoint(stubborn) as endpoint:
        done = planc("demo", folder=tmp_path, **settings(endpoint), PLANC_ARXIV_URL=feed.url)
    assert done.returncode == 0, done.stderr
    assert "planning failed" in done.stderr
    assert "The reviewed plan of the same goal that comes with planc is used instead." in done.stderr
    assert "review:" in done.stdout


def test_the_python_api_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(answer) as endpoint:
        for name, value in settings(endpoint).items():
            monkeypatch.setenv(name, value)
        steps: list[str] = []
        planned = asyncio.run(package.plan(GOAL, folder=tmp_path, on_step=lambda one: steps.append(one.id)))
    assert planned.failure is None
    assert steps == ["find", "summarise", "review"]
    assert planned.compilation is not None
