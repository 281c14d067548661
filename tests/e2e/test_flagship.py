"""The main job through the command line: real processes, real HTTP, real files. Only the model's words are made up."""

from __future__ import annotations

import json
import re
import shutil
import threading
from pathlib import Path

import pytest

import planc as package
from planc_runtime.tools.feed.server import start_feed
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request

PLAN = Path(package.__file__).parent / "templates" / "llm4se-review.plan.yaml"
ALL_FIVE = threading.Barrier(5)
TITLE = re.compile(r"Title: (.+)")


def answer(request: Request) -> str:
    """Summaries are only answered when all five have been asked for: they must be made at the same time."""
    title = TITLE.search(request.prompt)
    if title:
        ALL_FIVE.wait(timeout=120)
    return f"Summary of {title.group(1)}." if title else "The papers have one thing in common. [1] [2] [3] [4] [5]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(PLAN, tmp_path / "review.plan.yaml")
    return tmp_path


def test_find_summarise_review(folder: Path) -> None:
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": "k", "PLANC_ARXIV_URL": feed.url}
        arguments = ["execute", "review.plan.yaml", "--allow-net", "export.arxiv.org", "--json", "--save", "out"]
        first = planc(*arguments, folder=folder, **environment)
        assert first.returncode == 0, first.stderr
        result = json.loads(first.stdout)
        assert len(result["outputs"]["papers"]) == 5
        assert result["usage"]["calls"] == len(endpoint.requests) == 6
        review = endpoint.requests[-1].prompt
        for number, title in enumerate(result["outputs"]["papers"], start=1):
            assert f"[{number}] {title}\nSummary of {title}." in review
        assert (folder / "out" / "review.md").read_text(encoding="utf-8").startswith("The papers have one thing")

        again = planc(*arguments, folder=folder, **environment)
        assert again.returncode == 0, again.stderr
        assert len(endpoint.requests) == 6
        assert "reused" in again.stderr
        assert json.loads(again.stdout)["outputs"] == result["outputs"]


def test_an_edited_task_is_the_only_one_that_runs_again(folder: Path) -> None:
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {"OPENAI_BASE_URL": endpoint.base_url, "PLANC_ARXIV_URL": feed.url}
        arguments = ["execute", "review.plan.yaml", "--allow-net", "export.arxiv.org", "--json"]
        assert planc(*arguments, folder=folder, **environment).returncode == 0
        path = folder / "review.plan.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("one sentence that", "two sentences that"), "utf-8")
        looked = planc(*arguments, "--dry-run", folder=folder, **environment)
        steps = {step["instance"]: step["reason"] for step in json.loads(looked.stdout)}
        assert steps == {
            "papers": "cache: false",
            "summaries": "reads papers, which runs",
            "review": "reads papers, which runs",
        }
        done = planc(*arguments, folder=folder, **environment)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("reused") == 5
        assert len(endpoint.requests) == 7
        assert "two sentences" in endpoint.requests[-1].prompt
