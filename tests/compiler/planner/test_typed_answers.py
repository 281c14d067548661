"""Answers that are data: the fields a step gives are its task's output schema, and references to them have types."""

from __future__ import annotations

import asyncio
from typing import Any

from planc_compiler.planner import PlannerOptions, plan_goal
from planc_compiler.planner.draft import read_draft
from planc_compiler.planner.lift import lift
from planc_compiler.planner.repair import Candidate, candidate_of
from planc_schemas.plan import PromptTask
from tests.support.planning import SELECTION, TOOLS, ScriptedModel, draft, step

READ = step("letter", "read_file", args={"path": "letter.txt"})
FACTS = step("facts", text="Extract sender and wish.", needs=["letter"], gives=["sender", "wish"])


def candidate(*steps: dict[str, Any]) -> Candidate:
    made = candidate_of(read_draft(draft(*steps)), "Answer the letter.", SELECTION, PlannerOptions())
    assert made.problems == ()
    return made


def prompt(made: Candidate, name: str) -> PromptTask:
    assert made.plan is not None
    task = made.plan.tasks[name]
    assert isinstance(task, PromptTask)
    return task


def test_fields_become_the_output_schema_and_references_read_them() -> None:
    made = candidate(READ, FACTS, step("reply", text="Write to {facts.sender} about {facts.wish}.", needs=["facts"]))
    schema = prompt(made, "facts").output
    assert isinstance(schema, dict) and schema["required"] == ["sender", "wish"]
    reply = "Write to ${{ tasks.facts.output.sender }} about ${{ tasks.facts.output.wish }}."
    assert prompt(made, "reply").prompt == reply


def test_a_text_that_names_no_field_sees_all_of_them() -> None:
    made = candidate(READ, FACTS, step("reply", text="Write a polite reply.", needs=["facts"]))
    assert prompt(made, "reply").prompt == (
        "Sender: ${{ tasks.facts.output.sender }}\nWish: ${{ tasks.facts.output.wish }}\n\nWrite a polite reply."
    )


def test_a_loop_goes_through_a_list_of_such_data() -> None:
    guests = step("guests", text="List three guests with a dish for each.", gives=["name", "dish"])
    card = step("cards", text="Write a card for {item.name} about {item.dish}.", for_each="guests", needs=["guests"])
    made = candidate(guests, card, step("all", text="Combine all cards.", needs=["cards"]))
    schema = prompt(made, "guests").output
    assert isinstance(schema, dict)
    assert (schema["type"], schema["minItems"], schema["items"]["required"]) == ("array", 3, ["name", "dish"])
    assert prompt(made, "cards").prompt == "Write a card for ${{ guest.name }} about ${{ guest.dish }}."


def test_a_field_that_is_not_given_is_an_error_for_the_model() -> None:
    wrong = step("reply", text="Write to {facts.addressee}.", needs=["facts"])
    made = candidate_of(read_draft(draft(READ, FACTS, wrong)), "Answer.", SELECTION, PlannerOptions())
    assert "addressee" in made.problems[0]


def test_names_are_put_right_and_only_texts_give_fields() -> None:
    odd = step("facts", text="Extract them.", needs=["letter"], gives=["Sender name", "wish", "wish", ""])
    made = candidate({**READ, "gives": ["x"]}, odd)
    schema = prompt(made, "facts").output
    assert isinstance(schema, dict) and schema["required"] == ["sender_name", "wish"]
    assert "it gives sender_name, wish" in [repair.what for repair in made.repairs]


def test_a_plan_to_revise_shows_them() -> None:
    plan = candidate(READ, FACTS).plan
    assert plan is not None
    assert [one.gives for one in lift(plan).steps] == [(), ("sender", "wish")]


def test_small_models_are_not_asked_for_them() -> None:
    model = ScriptedModel([draft(step("a", text="Say hi."))] * 2)
    for compact in (True, False):
        asyncio.run(plan_goal("Say hi.", model, TOOLS, PlannerOptions(compact=compact)))
    small, large = (request.schema or {} for request in model.requests)
    assert "gives" not in small["properties"]["steps"]["items"]["required"]
    assert "gives" in large["properties"]["steps"]["items"]["required"]
