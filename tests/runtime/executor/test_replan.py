"""What goes back to the planner after a failure, and what may come of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planc_compiler import compile_plan
from planc_runtime.executor import Edit, Environment, RunResult
from planc_runtime.executor.replan import failure_report, may_be_mended, replan
from planc_schemas.compiled import CompiledPlan, RunLimits
from planc_schemas.ports import ModelRequest, TaskError, TaskFailure
from tests.support.catalogue import Catalogue
from tests.support.compiling import HEAD, plan_of
from tests.support.goals import ScriptedPlanner
from tests.support.running import Bench, FakeModels, FakeTools, Reply
from tests.support.virtual_time import run_virtual

PLAN = """
tasks:
  a: {prompt: first}
  b: {prompt: "second ${{ tasks.a.output }}"}
outputs: {b: "${{ tasks.b.output }}"}
"""
BETTER = PLAN.replace("second", "another")


def answers(request: ModelRequest) -> Reply:
    return TaskError("bad_request", "no") if "second" in request.messages[-1].content else "fine"


def replanned(bench: Bench, result: RunResult, plan: CompiledPlan, planner: ScriptedPlanner, **more: object) -> Edit:
    options = bench.options(decompose=planner, **more)
    return run_virtual(replan(result, plan, "the text", Environment(bench.store, bench.models, bench.tools, options)))


def test_the_run_goes_on_with_the_new_plan_and_pays_for_it() -> None:
    bench, planner, plan = Bench(FakeModels(answers)), ScriptedPlanner([BETTER]), plan_of(PLAN)
    failed = bench.run(plan)
    assert may_be_mended(failed)
    made = replanned(bench, failed, plan, planner)
    (request,) = planner.requests
    assert (request.plan_text, request.failure) == ("the text", "- step b: bad_request: no")
    done = bench.resume(failed.run_id, made.plan, planning=made.usage)
    assert (done.status, bench.models.prompts.count("first")) == ("succeeded", 1)
    assert done.usage.calls == len(bench.models.requests) == 4
    assert bench.resume(failed.run_id).usage.calls == 4  # as the journal tells it
    assert bench.store.summary(failed.run_id).usage["calls"] == 4


def test_a_run_without_a_failure_is_never_planned_again() -> None:
    collected = 'tasks: {a: {foreach: {in: [1, 2], as: n, on_error: collect}, prompt: "second ${{ n }}"}}\n'
    for body, status in ((BETTER, "succeeded"), (collected, "succeeded"), ("tasks: {a: {ask: What?}}\n", "waiting")):
        result = Bench(FakeModels(answers)).run(plan_of(body))
        assert (result.status, may_be_mended(result)) == (status, False)
    assert not may_be_mended(Bench().run(plan_of(PLAN), limits=RunLimits(calls=1)))  # out of budget


def test_planning_again_keeps_to_what_is_left_of_the_budget() -> None:
    bench, plan = Bench(FakeModels(answers)), plan_of(PLAN)
    failed = bench.run(plan)
    with pytest.raises(TaskFailure, match="calls: 2 of 2 made"):
        replanned(bench, failed, plan, ScriptedPlanner([BETTER]), limits=RunLimits(calls=2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BETTER.replace("{prompt: first}", "{tool: arxiv_search, with: {query: x}}"), "rights that the old one"),
        ("tasks: {a: {prompt: '${{ nothing }}'}}\n", "nothing"),
    ],
)
def test_a_plan_that_may_not_be_is_refused(text: str, message: str) -> None:
    bench, plan = Bench(FakeModels(answers), FakeTools({"arxiv_search": lambda **_: []})), plan_of(PLAN)
    with pytest.raises(TaskFailure, match=message):
        replanned(bench, bench.run(plan), plan, ScriptedPlanner([text]))


def test_the_same_plan_again_is_none() -> None:
    bench = Bench(FakeModels(answers))
    plan = compile_plan(HEAD.replace("test", "sub") + PLAN, "sub.plan.yaml", Catalogue()).plan
    assert plan is not None
    with pytest.raises(TaskFailure, match="same plan again"):
        replanned(bench, bench.run(plan), plan, ScriptedPlanner([PLAN]))


def test_the_report_is_bounded() -> None:
    failed = Bench(FakeModels(lambda request: TaskError("bad_request", "x" * 5000))).run(plan_of(PLAN))
    many = replace(failed, failures=failed.failures * 50)
    report = failure_report(many)
    assert len(report) < 15_000 and report.endswith("- and 30 more")
