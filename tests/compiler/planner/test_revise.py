from __future__ import annotations

import asyncio
from typing import Any

import pytest

from planc_compiler import compile_plan
from planc_compiler.planner import PlannedGoal, PlannerOptions
from planc_compiler.planner.draft import read_draft
from planc_compiler.planner.repair import candidate_of
from planc_compiler.planner.revise import revise_plan
from planc_schemas.plan import PromptTask
from tests.support.planning import REVIEW, REVIEW_GOAL, SELECTION, TOOLS, ScriptedModel, failure, step

PLAN = candidate_of(read_draft(REVIEW), REVIEW_GOAL, SELECTION, PlannerOptions()).text.replace(
    "  summarize:\n", "  # by hand: keep this short\n  summarize:\n    timeout: 90s\n"
)
LICENCES = step("licences", text="Say under which licence each paper stands.", for_each="search", needs=["search"])


def revised(*answers: Any, text: str = PLAN, request: str = "also check licences", **options: Any) -> PlannedGoal:
    model = ScriptedModel(answers)
    return asyncio.run(revise_plan(text, request, model, TOOLS, PlannerOptions(**options)))


def edit(*steps: dict[str, Any], remove: list[str] | None = None) -> dict[str, Any]:
    return {"remove": remove or [], "steps": list(steps)}


def test_a_new_task_and_nothing_else() -> None:
    result = revised(edit(LICENCES))
    assert result.failure is None and result.plan is not None
    assert list(result.plan.tasks) == ["search", "summarize", "synthesize", "licences"]
    added = [line for line in result.text.split("\n") if line not in PLAN.split("\n")]
    without = result.text.replace(result.text[result.text.index("\n  licences:") : result.text.index("\noutputs")], "")
    assert without.replace("  licences: ${{ tasks.licences.output }}\n", "") == PLAN
    assert "      Say under which licence this paper stands." in added
    assert compile_plan(result.text, "x.plan.yaml", TOOLS).diagnostics == []


def test_a_changed_task_keeps_its_other_settings_and_the_rest_every_byte() -> None:
    change = step("summarize", text="Summarize this paper in 20 words.", for_each="search", needs=["search"])
    result = revised(edit(change), request="shorter summaries")
    assert result.plan is not None
    task = result.plan.tasks["summarize"]
    assert isinstance(task, PromptTask)
    assert task.timeout == "90s" and task.prompt.endswith("Summarize this paper in 20 words.")
    start, end = "  summarize:\n", "  synthesize:\n"
    assert result.text.split(start)[0] == PLAN.split(start)[0]
    assert result.text.split(end)[1] == PLAN.split(end)[1]
    assert "# by hand: keep this short" in result.text


def test_a_removed_task() -> None:
    first = revised(edit(LICENCES)).text
    again = revised(edit(remove=["licences"]), text=first, request="no licences")
    assert again.text == PLAN


def test_what_does_not_compile_goes_back_to_the_model() -> None:
    change = step("synthesize", text="Write one line about cats.")
    result = revised(edit(remove=["summarize"]), edit(change, remove=["summarize"]), request="no summaries")
    assert result.failure is None and result.attempts == 2
    assert result.plan is not None and list(result.plan.tasks) == ["search", "synthesize"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ((edit(), edit()), "stalled"),
        (("no", "no"), "stalled"),
        ((edit(remove=["search", "summarize", "synthesize"]),) * 2, "stalled"),
        ((edit(remove=["search"]), edit(remove=["summarize"]), edit(remove=["search", "summarize"])), "invalid"),
        ((failure("auth", "wrong key"),), "model"),
    ],
)
def test_when_there_is_no_revision_the_file_is_as_it_was(answers: Any, reason: str) -> None:
    result = revised(*answers)
    assert result.failure is not None and result.failure.reason == reason
    assert result.text == PLAN


def test_only_a_valid_plan_is_revised_and_only_with_a_wish() -> None:
    broken = revised(text=PLAN.replace("tasks.search.output }}", "tasks.serch.output }}"))
    assert broken.failure is not None and "has errors" in broken.failure.message
    empty = revised(request=" ")
    assert empty.failure is not None and "empty" in empty.failure.message


def test_what_the_model_sees() -> None:
    model = ScriptedModel([edit(LICENCES)])
    asyncio.run(revise_plan(PLAN, "also check licences", model, TOOLS, PlannerOptions(compact=True)))
    said = model.said()
    assert '"id":"summarize","for_each":"search"' in said and "{% for" not in said
    assert "Change it: also check licences" in said
    assert "arxiv_search(" in said and "run_command" not in said
