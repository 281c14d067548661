from __future__ import annotations

import pytest

from planc_compiler.planner.draft import KINDS
from planc_compiler.planner.examples import EXAMPLES, Example, choose
from planc_compiler.planner.normalise import normalise
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.repair import candidate_of
from tests.support.planning import REVIEW_GOAL, SELECTION


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.draft.name)
def test_every_example_is_a_plan_that_compiles_without_repair(example: Example) -> None:
    assert normalise(example.draft, example.goal, SELECTION)[1] == []
    candidate = candidate_of(example.draft, example.goal, SELECTION, PlannerOptions())
    assert candidate.problems == ()
    assert candidate.repairs == ()
    assert [found.message for found in candidate.compilation.diagnostics if found.severity != "info"] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.draft.name)
def test_every_example_lists_the_tools_that_it_uses(example: Example) -> None:
    used = {step.do for step in example.draft.steps} - set(KINDS)
    assert used == {line.split("(")[0] for line in example.tools}


def test_the_nearest_example_stands_last() -> None:
    goal = "Read TODO.md and save a plan for the week in week.md"
    chosen = choose(goal, ["read_file", "write_file"], EXAMPLES, 3, full=False)
    assert len(chosen) == 3
    assert chosen[-1].draft.name == "release-notes"


def test_conditions_are_shown_only_to_larger_models() -> None:
    goal = "Read ticket.txt and if it is urgent write an alert"
    assert choose(goal, [], EXAMPLES, 1, full=True)[0].draft.name == "ticket-triage"
    assert choose(goal, [], EXAMPLES, 9, full=False).count(EXAMPLES[-1]) == 0


def test_no_example_is_about_the_flagship_goal() -> None:
    """The goal that `make demo` shows must not be answered by copying."""
    for example in EXAMPLES:
        text = " ".join([example.goal, *example.tools, *(step.text for step in example.draft.steps)]).lower()
        for word in ("paper", "arxiv", "research", "abstract", "synthes", "literature", "language model"):
            assert word not in text
    assert choose(REVIEW_GOAL, ["arxiv_search"], EXAMPLES, 4, full=False)
