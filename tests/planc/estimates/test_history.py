"""What earlier runs took is what the next estimate says."""

from __future__ import annotations

import asyncio
from pathlib import Path

from planc.estimates.estimating import estimate_plan
from planc.estimates.history import history_of, seconds_of
from planc.files.plans import compile_file
from planc.project import Project
from planc.runs.running import execute_plan, with_durations
from planc_runtime.executor.options import Options
from planc_schemas.compiled import RunLimits
from tests.support.endpoint import Endpoint
from tests.support.replies import Answer

PLAN = """\
version: 1
name: words
inputs:
  names: {type: array, items: {type: string}, default: [Ada, Grace, Edsger]}
tasks:
  greet:
    foreach: {in: "${{ inputs.names }}", as: name}
    prompt: "Greet ${{ name }}."
  all:
    prompt: "Put together: ${{ tasks.greet.output | join(' ') }}"
outputs: {all: "${{ tasks.all.output }}"}
"""


def project_in(folder: Path, endpoint: Endpoint) -> Project:
    (folder / "words.plan.yaml").write_text(PLAN, encoding="utf-8")
    (folder / ".env").write_text(f"OPENAI_BASE_URL={endpoint.base_url}\nOPENAI_API_KEY=k\n", encoding="utf-8")
    return Project.here(folder, store=str(folder / ".planc"))


def test_estimates_and_the_order_of_starts_use_earlier_runs(tmp_path: Path) -> None:
    with Endpoint(Answer("Hello there.")) as endpoint:
        project = project_in(tmp_path, endpoint)
        plan = compile_file(tmp_path / "words.plan.yaml", project.tools).plan()
        assert history_of(project.store, plan) == {}
        assert not (tmp_path / ".planc").exists(), "looking for earlier runs writes nothing"

        result = asyncio.run(execute_plan(project, plan, {}, Options()))
        assert result.status == "succeeded"
        history = history_of(project.store, plan)
        assert history["greet"].instances == 3
        assert history["greet"].output_tokens > 0
        estimated = estimate_plan(project, plan)
        assert estimated.tasks["greet"].basis == ("items as in earlier runs", "medians of earlier runs")
        assert estimated.calls.low == estimated.calls.high == 4

        assert with_durations(project, plan, Options()).durations == {}, "two tasks do not compete for places"
        narrow = Options(limits=RunLimits(concurrency=1))
        assert with_durations(project, plan, narrow).durations == seconds_of(history)


def test_an_input_that_is_given_counts_more_than_earlier_runs(tmp_path: Path) -> None:
    with Endpoint(Answer("Hello there.")) as endpoint:
        project = project_in(tmp_path, endpoint)
        plan = compile_file(tmp_path / "words.plan.yaml", project.tools).plan()
        asyncio.run(execute_plan(project, plan, {}, Options()))
        assert estimate_plan(project, plan, {"names": ["Ada"]}).tasks["greet"].instances.high == 1
