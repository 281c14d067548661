"""A plan is changed by a wish, or found again by its goal. The model's words are made up; everything else is real."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from planc.demo import GOAL
from tests.e2e.test_planning import answer, settings, step
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Reply, data

PLANS = Path(__file__).parents[2] / "plans"
FLAGSHIP = "01-llm4se-review.plan.yaml"
WISH = "also say under which licence each paper stands"
LICENCES = step("licences", for_each="papers", text="Say under which licence this paper stands.", needs=["papers"])


def editing(request: Request) -> Reply:
    return data({"remove": [], "steps": [LICENCES]})


def with_plans(folder: Path) -> str:
    """A project with the flagship plan among its plans."""
    (folder / "plans").mkdir()
    shutil.copy(PLANS / FLAGSHIP, folder / "plans")
    return (PLANS / FLAGSHIP).read_text(encoding="utf-8")


def test_a_plan_is_revised_in_place_and_the_change_is_told(tmp_path: Path) -> None:
    before = with_plans(tmp_path)
    with Endpoint(editing) as endpoint:
        done = planc("plan", "--revise", f"plans/{FLAGSHIP}", WISH, folder=tmp_path, **settings(endpoint))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "+ licences" in done.stderr
    after = (tmp_path / "plans" / FLAGSHIP).read_text(encoding="utf-8")
    lines = after.split("\n")
    assert [line for line in before.split("\n") if line not in lines] == []
    assert "# Data first, instruction last: small models follow what they read last." in after
    assert "      Say under which licence this paper stands." in lines


def test_a_revision_may_go_to_another_file(tmp_path: Path) -> None:
    before = with_plans(tmp_path)
    with Endpoint(editing) as endpoint:
        arguments = ["plan", "--revise", f"plans/{FLAGSHIP}", WISH, "-o", "new.plan.yaml"]
        assert planc(*arguments, folder=tmp_path, **settings(endpoint)).returncode == 0
    assert (tmp_path / "plans" / FLAGSHIP).read_text(encoding="utf-8") == before
    assert "licences:" in (tmp_path / "new.plan.yaml").read_text(encoding="utf-8")


def test_without_a_revision_the_file_stays(tmp_path: Path) -> None:
    before = with_plans(tmp_path)
    with Endpoint(lambda request: data({"remove": [], "steps": []})) as endpoint:
        done = planc("plan", "--revise", f"plans/{FLAGSHIP}", WISH, folder=tmp_path, **settings(endpoint))
    assert done.returncode == 3
    assert "changes nothing" in done.stderr
    assert (tmp_path / "plans" / FLAGSHIP).read_text(encoding="utf-8") == before


def test_a_goal_that_was_planned_before_asks_no_model(tmp_path: Path) -> None:
    text = with_plans(tmp_path)
    done = planc("plan", GOAL, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == text
    assert f"no model is asked: plans/{FLAGSHIP} was planned for this very goal" in done.stderr


def test_the_same_goal_with_other_inputs(tmp_path: Path) -> None:
    with_plans(tmp_path)
    goal = GOAL.replace("Applications of Large Language Models in Software Engineering", "Fuzzing of Compilers")
    done = planc("plan", goal, "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["inputs"] == {"topic": "Fuzzing of Compilers"}
    assert f"planc execute plans/{FLAGSHIP} -i topic='Fuzzing of Compilers' --allow-net" in done.stderr


def test_a_constraint_or_anew_asks_the_model(tmp_path: Path) -> None:
    with_plans(tmp_path)
    with Endpoint(answer) as endpoint:
        for extra in (["--anew"], ["--budget", "0.5", "--max-calls", "30"]):
            done = planc("plan", GOAL, *extra, folder=tmp_path, **settings(endpoint))
            assert done.returncode == 0, done.stderr
            assert "no model is asked" not in done.stderr
        assert "limits: {calls: 30, usd: 0.5}" in done.stdout


def test_explained(tmp_path: Path) -> None:
    with_plans(tmp_path)
    with Endpoint(answer) as endpoint:
        done = planc("plan", "Find papers on arXiv.", "--explain", folder=tmp_path, **settings(endpoint))
    assert "saved plans looked at: 1; none was made for this goal" in done.stderr
    assert "tools that the model sees: arxiv_search" in done.stderr
    assert "the nearest last: " in done.stderr


def test_what_stands_in_a_plan_is_not_a_flag_of_its_revision(tmp_path: Path) -> None:
    before = with_plans(tmp_path)
    done = planc("plan", "--revise", f"plans/{FLAGSHIP}", WISH, "--budget", "0.5", folder=tmp_path)
    assert done.returncode == 2
    assert "--budget is for new plans" in done.stderr
    assert (tmp_path / "plans" / FLAGSHIP).read_text(encoding="utf-8") == before
