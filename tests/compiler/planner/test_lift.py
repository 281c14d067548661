from __future__ import annotations

import pytest

from planc_compiler import compile_plan
from planc_compiler.planner.draft import read_draft
from planc_compiler.planner.examples import EXAMPLES, Example
from planc_compiler.planner.lift import lift, result_types
from planc_compiler.planner.normalise import normalise
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.repair import candidate_of
from tests.support.planning import REVIEW, REVIEW_GOAL, SELECTION, TOOLS


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.draft.name)
def test_lifting_undoes_lowering(example: Example) -> None:
    plan = candidate_of(example.draft, example.goal, SELECTION, PlannerOptions()).plan
    assert plan is not None
    lifted = lift(plan)
    for before, after in zip(example.draft.steps, lifted.steps, strict=True):
        assert (after.id, after.do, after.for_each) == (before.id, before.do, before.for_each)
        assert set(after.needs) <= set(before.needs)
        assert "${{" not in after.text and "{%" not in after.text


def test_the_flagship_plan_lifts_to_its_draft() -> None:
    draft = normalise(read_draft(REVIEW), REVIEW_GOAL, SELECTION)[0]
    plan = candidate_of(draft, REVIEW_GOAL, SELECTION, PlannerOptions()).plan
    assert plan is not None
    assert [step.needs for step in lift(plan).steps] == [(), ("search",), ("summarize", "search")]
    assert lift(plan).steps[1].text.startswith("Summarize this paper")


EVERY_KIND = """\
version: 1
name: kinds
tasks:
  facts: {value: {a: 1}}
  act:
    agent: Find ${{ tasks.facts.output.a }} things.
    tools: [read_file]
  later:
    goal: Do more with ${{ tasks.act.output }}.
  scores:
    foreach: {in: [1, 2], as: n}
    prompt: Score ${{ n }}.
    output: integer
  lists:
    prompt: List some.
    output: list[string]
outputs:
  all: ${{ [tasks.later.output, tasks.scores.output, tasks.lists.output] }}
"""


def test_kinds_that_a_draft_does_not_have_are_shown_by_their_words() -> None:
    compilation = compile_plan(EVERY_KIND, "x.plan.yaml", TOOLS)
    assert compilation.model is not None
    steps = {step.id: step for step in lift(compilation.model).steps}
    assert steps["act"].needs == ("facts",)
    assert steps["later"].text == "Do more with {act}."
    assert steps["facts"].text == "(puts data together)"
    types = {name: type_.describe() for name, type_ in result_types(compilation.model).items()}
    assert types == {
        "facts": "anything",
        "act": "string",
        "later": "anything",
        "scores": "integer",
        "lists": "list of string",
    }
