"""`planc execute --replan`: a run that fails is given another plan. The model's words are made up, the rest is real."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.test_planning import settings, step
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Error, Reply, data, text

PLAN = """\
version: 1
name: teas
goal: Describe a tea.
tasks:
  choose:
    prompt: Choose a tea.  # stays
  describe:
    prompt: Describe in detail ${{ tasks.choose.output }}
outputs:
  text: ${{ tasks.describe.output }}
"""


def edit(words: str) -> dict[str, Any]:
    return {"remove": [], "steps": [step("describe", text=words, needs=["choose"])]}


def answering(*edits: dict[str, Any]) -> Callable[[Request], Reply]:
    """The detailed description is refused; plans are given in order, the last one for ever."""
    left = list(edits)

    def answer(request: Request) -> Reply:
        if request.schema is not None:
            return data(left.pop(0) if len(left) > 1 else left[0])
        return Error(400, "too long a wish") if "in detail" in request.prompt else text("Assam.")

    return answer


def written(folder: Path) -> None:
    (folder / "teas.plan.yaml").write_text(PLAN, encoding="utf-8")


def plannings(endpoint: Endpoint) -> int:
    return sum(request.schema is not None for request in endpoint.requests)


def test_a_failed_run_goes_on_with_a_mended_plan_and_keeps_what_was_done(tmp_path: Path) -> None:
    written(tmp_path)
    with Endpoint(answering(edit("Describe in a word {choose}"))) as endpoint:
        given = settings(endpoint)
        done = planc("execute", "teas.plan.yaml", "--replan", "2", "--json", folder=tmp_path, **given)
        assert done.returncode == 0, done.stderr
        said = [request.prompt for request in endpoint.requests if request.schema is None]
        assert said.count("Choose a tea.") == 1
        (planning,) = [request for request in endpoint.requests if request.schema is not None]
        assert "too long a wish" in planning.prompt and "arxiv_search" not in planning.prompt
    result = json.loads(done.stdout)
    assert (result["status"], result["outputs"]) == ("succeeded", {"text": "Assam."})
    assert result["usage"]["calls"] == 4  # planning is paid by the run
    assert "replanning, 1 of at most 2" in done.stderr and "~ describe" in done.stderr
    assert "choose    reuses" in done.stderr
    assert (tmp_path / "teas.plan.yaml").read_text(encoding="utf-8") == PLAN
    kept = planc("runs", "show", "last", "--plan", folder=tmp_path).stdout
    assert "Describe in a word" in kept and "# stays" in kept
    assert "4 calls" in planc("runs", "show", "last", folder=tmp_path).stdout


def test_resuming_a_mended_run_goes_on_with_the_mended_plan(tmp_path: Path) -> None:
    written(tmp_path)
    refusing = [True]

    def answer(request: Request) -> Reply:
        if request.schema is not None:
            return data(edit("Describe in a word {choose}"))
        if "in a word" in request.prompt and refusing:
            return Error(400, "no words either")
        return answering(edit(""))(request)

    with Endpoint(answer) as endpoint:
        given = settings(endpoint)
        assert planc("execute", "teas.plan.yaml", "--replan", "1", folder=tmp_path, **given).returncode == 1
        refusing.clear()
        done = planc("resume", "last", folder=tmp_path, **given)
        assert (done.returncode, done.stdout.strip()) == (0, "Assam."), done.stderr
        assert "replanning made" in done.stderr
        assert [request.prompt for request in endpoint.requests].count("Choose a tea.") == 1

        edited = PLAN.replace("in detail", "shortly")
        (tmp_path / "teas.plan.yaml").write_text(edited, encoding="utf-8")
        again = planc("resume", "last", folder=tmp_path, **given)
        assert again.returncode == 0 and "was edited since" in again.stderr, again.stderr
        assert "Describe shortly Assam." in endpoint.requests[-1].prompt


def test_replanning_is_off_by_default_and_never_without_a_failure(tmp_path: Path) -> None:
    written(tmp_path)
    with Endpoint(answering(edit("Describe in a word {choose}"))) as endpoint:
        given = settings(endpoint)
        assert planc("execute", "teas.plan.yaml", folder=tmp_path, **given).returncode == 1
        assert plannings(endpoint) == 0
        (tmp_path / "teas.plan.yaml").write_text(PLAN.replace("in detail", "shortly"), encoding="utf-8")
        assert planc("execute", "teas.plan.yaml", "--replan", "3", folder=tmp_path, **given).returncode == 0
        assert plannings(endpoint) == 0


def test_replanning_is_bounded(tmp_path: Path) -> None:
    written(tmp_path)
    edits = [edit(f"Describe in detail {number} {{choose}}") for number in range(5)]
    with Endpoint(answering(*edits)) as endpoint:
        done = planc("execute", "teas.plan.yaml", "--replan", "2", folder=tmp_path, **settings(endpoint))
        assert done.returncode == 1
        assert plannings(endpoint) == 2


def test_a_plan_with_further_tools_is_no_plan(tmp_path: Path) -> None:
    written(tmp_path)
    wider = {"remove": [], "steps": [{**step("describe", "run_command"), "args": [{"name": "command", "value": "ls"}]}]}
    with Endpoint(answering(wider)) as endpoint:
        done = planc("execute", "teas.plan.yaml", "--replan", "2", "-A", folder=tmp_path, **settings(endpoint))
        assert done.returncode == 1
        assert "there is no other plan" in done.stderr


def test_planning_keeps_to_the_budget_of_the_run(tmp_path: Path) -> None:
    written(tmp_path)
    with Endpoint(answering(edit("Describe in a word {choose}"))) as endpoint:
        given = settings(endpoint)
        done = planc("execute", "teas.plan.yaml", "--replan", "2", "--calls", "2", folder=tmp_path, **given)
        assert done.returncode == 1
        assert "calls: 2 of 2 made" in done.stderr and plannings(endpoint) == 0
        wrong = planc("execute", "teas.plan.yaml", "--replan", "1", "--only", "choose", folder=tmp_path, **given)
        assert wrong.returncode == 2 and "--replan excludes" in wrong.stderr
