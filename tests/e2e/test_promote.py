"""`planc promote`: what a run planned for a goal becomes a reviewed file. The model's words are made up."""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.test_planning import settings, step
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Reply, data, text

ROOT = Path(__file__).parents[2]
PLAN = """\
version: 1
name: marks
inputs:
  who: {type: string, default: kittens}
tasks:
  mood:
    prompt: Say a mood.

  # The interesting part.
  work:
    goal: Mark the word ${{ inputs.who }} and write about it, ${{ tasks.mood.output }}.
    # Nothing else is needed.
    tools: [mark]
    limits: {calls: 9}
    on_error: skip  # not important

outputs:
  said: ${{ tasks.work.output.about | default("nothing") }}
"""
DRAFT = {
    "name": "marks-made",
    "steps": [
        {**step("put", "mark"), "args": [{"name": "name", "value": "kittens"}]},
        step("about", text="Write about {put}, in a merry tone.", needs=["put"]),
    ],
}
TOOLS = ("--tools", "tests.support.marking_tools")


def answer(request: Request) -> Reply:
    if "steps" in (request.schema or {}).get("properties", {}):
        return data(DRAFT)
    return text("merry" if "mood" in request.prompt else "About that.")


def environment(folder: Path, endpoint: Endpoint) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**settings(endpoint), "MARKS": str(folder / "marks"), "PYTHONPATH": path}


def test_a_plan_made_for_a_goal_becomes_a_file_that_is_used(tmp_path: Path) -> None:
    file = tmp_path / "plans" / "marks.plan.yaml"
    file.parent.mkdir()
    file.write_text(PLAN, encoding="utf-8")
    with Endpoint(answer) as endpoint:
        given = environment(tmp_path, endpoint)
        first = planc("execute", "plans/marks.plan.yaml", *TOOLS, "-A", folder=tmp_path, **given)
        assert first.returncode == 0, first.stderr

        looked = planc("promote", "last", "work", "--dry-run", *TOOLS, folder=tmp_path, **given)
        assert looked.returncode == 0, looked.stderr
        assert "tool: mark" in looked.stdout and file.read_text(encoding="utf-8") == PLAN

        done = planc("promote", "last", "work", *TOOLS, folder=tmp_path, **given)
        assert done.returncode == 0, done.stderr
        assert "~ work" in done.stdout
        assert "note: ${{ tasks.mood.output }} stands in plans/work.plan.yaml" in done.stderr
        assert "inputs.who" not in done.stderr
        assert file.read_text(encoding="utf-8") == PLAN.replace(
            "    goal: Mark the word ${{ inputs.who }} and write about it, ${{ tasks.mood.output }}.\n",
            "    plan: work.plan.yaml\n    with:\n      name: ${{ inputs.who }}\n",
        ).replace("    tools: [mark]\n    limits: {calls: 9}\n", "")
        part = (tmp_path / "plans" / "work.plan.yaml").read_text(encoding="utf-8")
        assert "default: kittens" in part

        planned = len([request for request in endpoint.requests if request.schema])
        changed = ("-i", "who=puppies", *TOOLS, "-A")
        again = planc("execute", "plans/marks.plan.yaml", *changed, folder=tmp_path, **given)
        assert (again.returncode, again.stdout.strip()) == (0, "About that."), again.stderr
        assert len([request for request in endpoint.requests if request.schema]) == planned == 1
        assert (tmp_path / "marks").read_text(encoding="utf-8").split() == ["kittens", "puppies"]


def test_the_goal_of_an_imported_plan_is_rewired_in_its_own_file(tmp_path: Path) -> None:
    outer = "version: 1\nname: outer\ntasks:\n  part: {plan: parts/marks.plan.yaml}\n"
    outer += "outputs: {said: '${{ tasks.part.output.said }}'}\n"
    (tmp_path / "parts").mkdir()
    (tmp_path / "outer.plan.yaml").write_text(outer, encoding="utf-8")
    (tmp_path / "parts" / "marks.plan.yaml").write_text(PLAN, encoding="utf-8")
    with Endpoint(answer) as endpoint:
        given = environment(tmp_path, endpoint)
        assert planc("execute", "outer.plan.yaml", *TOOLS, "-A", folder=tmp_path, **given).returncode == 0
        done = planc("promote", "last", "part/work", *TOOLS, folder=tmp_path, **given)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "outer.plan.yaml").read_text(encoding="utf-8") == outer
    inner = (tmp_path / "parts" / "marks.plan.yaml").read_text(encoding="utf-8")
    assert "plan: work.plan.yaml" in inner and "# The interesting part." in inner
    assert (tmp_path / "parts" / "work.plan.yaml").is_file()
    assert planc("check", "outer.plan.yaml", *TOOLS, folder=tmp_path, **given).returncode == 0


def test_what_cannot_be_promoted_is_said(tmp_path: Path) -> None:
    (tmp_path / "marks.plan.yaml").write_text(PLAN, encoding="utf-8")
    with Endpoint(answer) as endpoint:
        given = environment(tmp_path, endpoint)
        assert planc("execute", "marks.plan.yaml", *TOOLS, "-A", folder=tmp_path, **given).returncode == 0
        unknown = planc("promote", "last", "mood", *TOOLS, folder=tmp_path, **given)
        assert unknown.returncode == 2
        assert "no plan was made for `mood`" in unknown.stderr and "made for: work" in unknown.stderr
        (tmp_path / "work.plan.yaml").write_text("mine", encoding="utf-8")
        there = planc("promote", "last", "work", *TOOLS, folder=tmp_path, **given)
        assert there.returncode == 2 and "is there already" in there.stderr
        assert (tmp_path / "work.plan.yaml").read_text(encoding="utf-8") == "mine"
        forced = planc("promote", "last", "work", "--force", *TOOLS, folder=tmp_path, **given)
        assert forced.returncode == 0, forced.stderr
        twice = planc("promote", "last", "work", "--force", *TOOLS, folder=tmp_path, **given)
        assert twice.returncode == 2 and "no goal in marks.plan.yaml any more" in twice.stderr
