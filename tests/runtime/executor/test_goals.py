"""Goals while they are executed: planned once, within limits, approved by a person, resumed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from planc_runtime.clock import Clock
from planc_runtime.executor import Options, RunResult
from planc_runtime.executor.answering import answer_waiting_run
from planc_runtime.executor.answers import AnswerRefused
from planc_schemas.compiled import RunLimits
from planc_schemas.ports import ModelRequest, TaskError
from planc_schemas.values import Json
from tests.support.compiling import plan_of
from tests.support.goals import ScriptedPlanner
from tests.support.running import Bench, FakeModels, Reply

PARENT = """
tasks:
  research:
    goal: Find out about tea
    {more}
  report: {{prompt: "report ${{{{ tasks.research.output.x }}}}"}}
outputs: {{report: "${{{{ tasks.report.output }}}}"}}
"""
CHAIN = """
inputs: {topic: {type: string, default: tea}}
tasks:
  one: {prompt: "one ${{ inputs.topic }}"}
  two: {prompt: "two ${{ tasks.one.output }}"}
outputs: {x: "${{ tasks.two.output }}"}
"""


def parent(more: str = "tools: []") -> str:
    return PARENT.format(more=more)


def answer(bench: Bench, result: RunResult, value: Json, digest: str | None = None) -> None:
    (question,) = result.questions
    shown = question.digest if digest is None else digest
    options = Options(clock=Clock(now=lambda: 9.0))
    answer_waiting_run(result.run_id, question.instance, value, store=bench.store, options=options, digest=shown)


def test_a_goal_is_planned_and_its_tasks_are_children() -> None:
    bench, planner = Bench(), ScriptedPlanner([CHAIN])
    result = bench.run(plan_of(parent()), decompose=planner)
    assert result.status == "succeeded"
    assert bench.models.prompts == ["plan: Find out about tea", "one tea", *bench.models.prompts[2:]]
    story = bench.story(result.run_id)
    assert story.index("subplan_created research") < story.index("task_started research/one")
    assert story.index("task_finished research/two") < story.index("task_finished research")
    assert result.usage.calls == 4


def test_the_run_keeps_how_a_goals_plan_came_about() -> None:
    bench = Bench()
    result = bench.run(plan_of(parent()), decompose=ScriptedPlanner([CHAIN]))
    (created,) = [event for event in bench.events(result.run_id) if event.type == "subplan_created"]
    assert created.data["planning"] == {"attempts": 1}


def test_calls_of_a_goal_are_bounded_planning_included() -> None:
    bench = Bench()
    result = bench.run(plan_of(parent("limits: {calls: 2}")), decompose=ScriptedPlanner([CHAIN]))
    assert result.status == "failed"  # the run as such had no limit
    assert [failure.instance for failure in result.failures] == ["research/two", "research"]
    assert result.failures[0].error.code == "R204"
    assert "calls: 2 of 2 made" in result.failures[0].error.message
    assert len(bench.models.requests) == 2


def test_the_run_ends_by_its_own_budget_even_within_a_goal() -> None:
    bench = Bench()
    result = bench.run(
        plan_of(parent("limits: {calls: 9}")), decompose=ScriptedPlanner([CHAIN]), limits=RunLimits(calls=2)
    )
    assert result.status == "budget"


def test_what_a_goal_spent_counts_after_a_resume() -> None:
    fail = iter([TaskError("bad_request", "no")])
    bench = Bench(FakeModels(lambda request: next(fail, "fine") if "two" in _said(request) else "1"))
    plan, planner = plan_of(parent("limits: {calls: 3}")), ScriptedPlanner([CHAIN])
    first = bench.run(plan, decompose=planner)
    assert first.status == "failed"
    again = bench.resume(first.run_id, decompose=planner)
    assert "calls: 3 of 3 made" in again.failures[0].error.message
    more = bench.resume(first.run_id, plan_of(parent("limits: {calls: 4}")), decompose=planner)
    assert more.status == "succeeded"  # more to spend is no reason to plan again
    assert len(planner.requests) == 1


def test_resume_never_plans_again_and_repeats_no_child() -> None:
    fail = iter([TaskError("bad_request", "no")])
    bench = Bench(FakeModels(lambda request: next(fail, "fine") if "two" in _said(request) else "1"))
    planner = ScriptedPlanner([CHAIN])
    first = bench.run(plan_of(parent()), decompose=planner)
    assert [failure.instance for failure in first.failures] == ["research/two", "research"]
    assert bench.resume(first.run_id, decompose=planner).status == "succeeded"
    assert len(planner.requests) == 1
    assert bench.models.prompts.count("one tea") == 1


def test_a_goal_whose_upstream_ran_again_with_the_same_result_keeps_its_plan() -> None:
    fail = iter([TaskError("bad_request", "no")])
    bench = Bench(FakeModels(lambda request: next(fail, "fine") if "two" in _said(request) else "tea"))
    text = parent().replace("tasks:\n", "tasks:\n  ask: {prompt: what}\n").replace("about tea", "${{tasks.ask.output}}")
    planner = ScriptedPlanner([CHAIN])
    first = bench.run(plan_of(text), decompose=planner)
    again = bench.resume(first.run_id, fresh=frozenset({"ask"}), decompose=planner)
    assert again.status == "succeeded"
    assert len(planner.requests) == 1
    assert (bench.models.prompts.count("what"), bench.models.prompts.count("one tea")) == (2, 1)
    assert again.usage.calls == len(bench.models.requests)  # planning is counted once


def test_fresh_makes_another_plan() -> None:
    bench, planner = Bench(), ScriptedPlanner([CHAIN])
    first = bench.run(plan_of(parent()), decompose=planner)
    assert bench.resume(first.run_id, fresh=frozenset({"research"}), decompose=planner).status == "succeeded"
    assert len(planner.requests) == 2


# --- time -------------------------------------------------------------------------------------------------------------


def _said(request: ModelRequest) -> str:
    return request.messages[-1].content


def slow(seconds: float, words: str) -> FakeModels:
    """Requests with these words take some (virtual) seconds."""

    async def reply(request: ModelRequest) -> Reply:
        await asyncio.sleep(seconds if words in _said(request) else 0)
        return "fine"

    def script(request: ModelRequest) -> Awaitable[Reply]:
        return reply(request)

    return FakeModels(script)


@pytest.mark.parametrize("words", ["plan:", "one", "two"])
def test_the_time_of_a_goal_ends_its_planning_and_its_tasks(words: str) -> None:
    bench = Bench(slow(60, words))
    result = bench.run(plan_of(parent("limits: {time: 5s}")), decompose=ScriptedPlanner([CHAIN]))
    assert result.status == "failed"
    assert "the time of goal `research`, 5 s, is over" in result.failures[0].error.message
    assert len(bench.models.requests) == ["plan:", "one", "two"].index(words) + 1
    assert bench.models.at[-1] < 5


def test_time_that_is_left_is_enough() -> None:
    bench = Bench(slow(2, ""))
    assert bench.run(plan_of(parent("limits: {time: 7s}")), decompose=ScriptedPlanner([CHAIN])).status == "succeeded"


def test_a_task_whose_failure_is_made_up_for_does_not_start_another_one_after_the_time() -> None:
    bench = Bench(slow(60, "one"))
    chain = CHAIN.replace('"one ${{ inputs.topic }}"', '"one ${{ inputs.topic }}", on_error: {value: nothing}')
    result = bench.run(plan_of(parent("limits: {time: 5s}")), decompose=ScriptedPlanner([chain]))
    assert [failure.instance for failure in result.failures] == ["research/two", "research"]
    assert bench.models.prompts == ["plan: Find out about tea", "one tea"]


def test_a_question_within_a_goal_ends_with_its_time() -> None:
    chain = 'tasks:\n  one: {ask: Which tea?}\n  two: {prompt: slow}\noutputs: {x: "${{ tasks.one.output }}"}\n'
    bench = Bench(slow(60, "slow"))
    result = bench.run(plan_of(parent("limits: {time: 5s}")), decompose=ScriptedPlanner([chain]))
    assert result.status == "failed"
    assert {"research/one", "research/two"} <= {failure.instance for failure in result.failures}


# --- approval ---------------------------------------------------------------------------------------------------------

APPROVED = "approve: true"


def test_nothing_of_the_plan_runs_before_a_person_approves_it() -> None:
    bench, planner = Bench(), ScriptedPlanner([CHAIN])
    waiting = bench.run(plan_of(parent(APPROVED)), decompose=planner)
    assert waiting.status == "waiting"
    (question,) = waiting.questions
    assert (question.instance, question.schema) == ("research", {"type": "boolean"})
    assert "Find out about tea" in question.question
    assert 'one: {prompt: "one ${{ inputs.topic }}"}' in question.question
    assert bench.models.prompts == ["plan: Find out about tea"]
    answer(bench, waiting, True)
    assert bench.resume(waiting.run_id, decompose=planner).status == "succeeded"
    assert len(planner.requests) == 1


def test_an_approval_is_bound_to_what_was_shown() -> None:
    bench = Bench()
    waiting = bench.run(plan_of(parent(APPROVED)), decompose=ScriptedPlanner([CHAIN]))
    with pytest.raises(AnswerRefused, match="has changed since it was shown"):
        answer(bench, waiting, True, digest="another")
    with pytest.raises(AnswerRefused, match="does not fit"):
        answer(bench, waiting, "yes")


def test_a_refused_plan_fails_its_task_and_is_asked_about_again_never_planned_again() -> None:
    bench, planner = Bench(), ScriptedPlanner([CHAIN])
    plan = plan_of(parent(APPROVED))
    waiting = bench.run(plan, decompose=planner)
    answer(bench, waiting, False)
    refused = bench.resume(waiting.run_id, decompose=planner)
    assert refused.status == "failed"
    assert [(failure.instance, failure.error.code) for failure in refused.failures] == [("research", "R312")]
    asked = bench.resume(waiting.run_id, decompose=planner)
    assert (asked.status, asked.questions[0].question) == ("waiting", waiting.questions[0].question)
    answer(bench, asked, True)
    assert bench.resume(waiting.run_id, decompose=planner).status == "succeeded"
    assert len(planner.requests) == 1
    assert bench.models.prompts[0] == "plan: Find out about tea" and "plan:" not in "".join(bench.models.prompts[1:])


def test_an_approval_stands_when_a_task_of_the_plan_fails() -> None:
    fail = iter([TaskError("bad_request", "no")])
    bench = Bench(FakeModels(lambda request: next(fail, "fine") if "two" in _said(request) else "1"))
    planner = ScriptedPlanner([CHAIN])
    waiting = bench.run(plan_of(parent(APPROVED)), decompose=planner)
    answer(bench, waiting, True)
    assert bench.resume(waiting.run_id, decompose=planner).status == "failed"
    assert bench.resume(waiting.run_id, decompose=planner).status == "succeeded"
    assert len(planner.requests) == 1


def test_the_time_of_a_goal_stands_still_while_a_person_reads() -> None:
    bench, planner = Bench(), ScriptedPlanner([CHAIN])
    text = parent("limits: {time: 7s}\n    approve: true").replace("tasks:\n", "tasks:\n  other: {prompt: long}\n")
    bench.models.script = slow(60, "long").script  # the run goes on for a minute while the question is open
    waiting = bench.run(plan_of(text), decompose=planner)
    assert bench.models.at[-1] < 7 and waiting.status == "waiting"
    answer(bench, waiting, True)
    assert bench.resume(waiting.run_id, decompose=planner).status == "succeeded"
