"""A planner of the user's own: held to the same constraints, checks and repairs as the built-in one."""

from __future__ import annotations

import asyncio

import pytest

from planc_compiler.planner import PlannedGoal, PlannerOptions, PlanRequest, own_decomposer, plan_with
from planc_schemas.plan import Limits
from planc_schemas.ports import DecomposeRequest, TaskFailure
from tests.support.planning import TOOLS, ScriptedModel, failure

GOOD = """\
version: 1
name: haiku
goal: Write a haiku.
tasks:
  haiku: # mine
    prompt: Write a haiku.
outputs:
  haiku: ${{ tasks.haiku.output }}
"""


class Own:
    """Gives its answers in turn, and keeps what it was asked."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[PlanRequest] = []

    async def __call__(self, request: PlanRequest) -> str:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def planned(planner: Own, options: PlannerOptions | None = None, goal: str = "Write a haiku.") -> PlannedGoal:
    return asyncio.run(plan_with(planner, goal, TOOLS, options))


def test_its_text_is_the_plan() -> None:
    own = Own(GOOD)
    result = planned(own, PlannerOptions(max_tasks=3, context="Ours are short."))
    assert result.failure is None and result.plan is not None
    assert (result.text, result.attempts, result.repairs) == (GOOD, 1, ())
    request = own.asked[0]
    assert (request.goal, request.max_tasks, request.context) == ("Write a haiku.", 3, "Ours are short.")
    assert [tool.name for tool in request.tools] == list(TOOLS.names())


def test_what_is_wrong_goes_back_to_it() -> None:
    own = Own(GOOD.replace("tasks.haiku.output", "tasks.poem.output"), GOOD)
    result = planned(own)
    assert result.failure is None and result.attempts == 2
    assert "no task `poem`" in own.asked[1].problems[0] or "`poem`" in own.asked[1].problems[0]
    assert own.asked[1].text.endswith("${{ tasks.poem.output }}\n")
    assert [repair.by for repair in result.repairs] == ["model"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (["tasks: ["] * 2, "stalled"),
        (["a: 1", "b: 1", "c: 1"], "invalid"),
        ([failure("timeout", "it took too long")], "model"),
    ],
)
def test_what_never_becomes_a_plan_fails(answers: list[str | Exception], reason: str) -> None:
    result = planned(Own(*answers))
    assert result.failure is not None and result.failure.reason == reason


def test_it_cannot_use_tools_that_are_not_allowed() -> None:
    writes = GOOD.replace("    prompt: Write a haiku.\n", "    tool: write_file\n    with: {path: a.txt, text: b}\n")
    assert planned(Own(writes)).failure is None
    own = Own(writes, writes)
    result = planned(own, PlannerOptions(tools=("read_file",)))
    assert result.failure is not None and [tool.name for tool in own.asked[0].tools] == ["read_file"]


def test_it_cannot_pass_the_number_of_tasks() -> None:
    two = GOOD.replace("outputs:", "  more:\n    prompt: Write ${{ tasks.haiku.output }} again.\noutputs:")
    result = planned(Own(two, GOOD), PlannerOptions(max_tasks=1))
    assert (result.failure, result.attempts) == (None, 2)


def test_what_was_asked_for_is_written_into_its_plan() -> None:
    options = PlannerOptions(limits=Limits(usd=0.5), model="fast")
    result = planned(Own(GOOD.replace("goal: Write a haiku.\n", "limits:\n  usd: 9\n  calls: 3\n")), options)
    assert result.plan is not None and result.plan.limits is not None and result.plan.defaults is not None
    assert (result.plan.limits.usd, result.plan.limits.calls) == (0.5, 3)
    assert (result.plan.defaults.model, result.plan.goal) == ("fast", "Write a haiku.")


def test_it_plans_the_goals_of_a_run() -> None:
    own = Own(GOOD)
    request = DecomposeRequest(goal="Write a haiku.", max_tasks=2, plan_text="old", failure="it broke")
    made = asyncio.run(own_decomposer(own)(request, ScriptedModel([])))
    assert made.plan is not None and made.text == GOOD
    assert (own.asked[0].max_tasks, own.asked[0].text, own.asked[0].failure) == (2, "old", "it broke")


def test_its_own_defect_is_told_as_such() -> None:
    with pytest.raises(ZeroDivisionError):
        planned(Own(ZeroDivisionError()))
    with pytest.raises(TaskFailure, match="the planner raised ZeroDivisionError"):
        asyncio.run(own_decomposer(Own(ZeroDivisionError()))(DecomposeRequest(goal="Do."), ScriptedModel([])))
