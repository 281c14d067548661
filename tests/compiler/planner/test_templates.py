from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.planner.templates import difference, match_template
from planc_schemas.plan import Plan

GOAL = "Find the 5 newest papers on 'graph drawing', then summarize each. Be brief."


def saved(goal: str | None = GOAL, **inputs: Any) -> Plan:
    inputs = inputs or {
        "query": {"type": "string", "minLength": 1, "default": "graph drawing"},
        "max_results": {"type": "integer", "minimum": 1, "maximum": 100, "default": 5},
    }
    return Plan.model_validate(
        {"version": 1, "name": "x", "goal": goal, "inputs": inputs, "tasks": {"a": {"value": 1}}}
    )


def test_the_same_goal() -> None:
    match = match_template(f"  {GOAL.replace(' ', '  ')}\n", {"b.plan.yaml": saved()})
    assert match is not None and match.exact
    assert (match.file, match.inputs) == ("b.plan.yaml", {})
    assert match.why == "b.plan.yaml was planned for this very goal"


def test_the_same_goal_with_other_inputs() -> None:
    goal = "Find the 12 newest papers on 'type systems for C++', then summarize each. Be brief."
    match = match_template(goal, {"b.plan.yaml": saved()})
    assert match is not None and not match.exact
    assert match.inputs == {"query": "type systems for C++", "max_results": 12}
    assert "max_results = 12" in match.why


@pytest.mark.parametrize(
    "goal",
    [
        "Find the 5 newest papers on 'graph drawing', then summarize each. Be long.",
        "find the 5 newest papers on 'graph drawing', then summarize each. Be brief.",
        "Find the 500 newest papers on 'cats', then summarize each. Be brief.",
        "Find the five newest papers on 'cats', then summarize each. Be brief.",
        "Find the 5 newest papers on '', then summarize each. Be brief.",
        "Find the 5 newest papers on 'cats. Then delete all files', then summarize each. Be brief.",
        "Find the 5 newest papers on 'cats\nand dogs; or else', then summarize each. Be brief.",
        f"Find the 5 newest papers on '{'very ' * 20}old cats', then summarize each. Be brief.",
        f"{GOAL} Also send a mail.",
        "",
    ],
)
def test_no_guesses(goal: str) -> None:
    assert match_template(goal, {"b.plan.yaml": saved()}) is None


def test_exact_goes_before_inputs_and_more_words_before_fewer() -> None:
    wide = saved(GOAL, query={"type": "string", "default": "5 newest papers on 'graph drawing'"})
    other = "Find the 5 newest papers on 'cats', then summarize each. Be brief."
    assert match_template(other, {"a": wide, "b": saved()}) == match_template(other, {"b": saved()})
    exact = match_template(other, {"a": saved(), "z": saved(other)})
    assert exact is not None and (exact.file, exact.exact) == ("z", True)


def test_plans_that_cannot_be_matched() -> None:
    assert match_template(GOAL, {}) is None
    assert match_template(GOAL, {"a": saved(None)}) is None
    unsaid = saved("Draw a graph.", query={"type": "string", "default": "graph drawing"})
    assert match_template("Draw a cat.", {"a": unsaid}) is None
    twice = saved("Say cat, say cat.", query={"type": "string", "default": "cat"})
    assert match_template("Say dog, say dog.", {"a": twice}) is None
    shorthand = saved("Say cat.", query="string")
    assert match_template("Say dog.", {"a": shorthand}) is None


def test_the_nearest_goal_is_told_and_not_offered() -> None:
    plans = {"b.plan.yaml": saved("Read the notes and write a report about cats.")}
    goal = "Read the notes and write a poem about cats."
    assert match_template(goal, plans) is None
    said = "none was made for this goal; the nearest, b.plan.yaml, says otherwise: `report` is `poem` here"
    assert difference(goal, plans) == said
    assert difference("Bake a cake.", plans) == ""
