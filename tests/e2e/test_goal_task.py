"""A `goal` task is planned and executed by the command line. The model's words are made up; the rest is real."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.test_planning import settings, step
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Reply, data, text

PLAN = """\
version: 1
name: later
tasks:
  topic: {value: cats}
  work:
    goal: Write a rhyme about ${{ tasks.topic.output }} and improve it.
outputs:
  result: ${{ tasks.work.output }}
"""
DRAFT = {
    "name": "rhyme",
    "steps": [step("rhyme", text="Write a rhyme about cats."), step("better", text="Improve it.", needs=["rhyme"])],
}


def answer(request: Request) -> Reply:
    planning = "steps" in (request.schema or {}).get("properties", {})
    return data(DRAFT) if planning else text("A cat in a hat.")


def test_a_goal_is_planned_when_it_is_known_and_run(tmp_path: Path) -> None:
    (tmp_path / "later.plan.yaml").write_text(PLAN, encoding="utf-8")
    with Endpoint(answer) as endpoint:
        done = planc("execute", "later.plan.yaml", "--json", folder=tmp_path, **settings(endpoint))
        asked = [request.prompt for request in endpoint.requests]
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outputs"]["result"]["better"] == "A cat in a hat."
    assert asked[0].endswith("Goal: Write a rhyme about cats and improve it.")
    assert asked[1:] == ["Write a rhyme about cats.", "Rhyme:\nA cat in a hat.\n\nImprove it."]
