"""What of a plan may begin while its draft arrives."""

from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.planner import PlannerOptions
from planc_compiler.planner.draft import DraftStep, read_draft
from planc_compiler.planner.head import Head
from planc_compiler.planner.repair import candidate_of
from planc_runtime.machine import is_same_task
from planc_schemas.compiled import CompiledPlan, CompiledTask
from planc_schemas.values import Json
from tests.support.planning import REVIEW, REVIEW_GOAL, SELECTION, step


def heads(*steps: dict[str, Json], goal: str = "Do it.", may: Any = None) -> list[list[str]]:
    """The tasks that may have begun after each step."""
    return [[task.id for task in plan.tasks] if plan else [] for plan in plans(*steps, goal=goal, may=may)]


def plans(*steps: dict[str, Json], goal: str = "Do it.", may: Any = None) -> list[CompiledPlan | None]:
    latest: list[CompiledPlan] = []
    found: list[CompiledPlan | None] = []
    head = Head(goal, SELECTION, PlannerOptions(), may or (lambda task: True), lambda plan, text: latest.append(plan))
    for one in steps:
        head.add(DraftStep.model_validate(one), "test-plan")
        found.append(latest[-1] if latest else None)
    return found


def test_a_tool_begins_at_once_and_a_text_when_the_next_step_is_there() -> None:
    read = step("notes", "read_file", args={"path": "notes.txt"})
    first = step("risks", text="Describe the risks in these notes.", needs=["notes"])
    second = step("plan", text="Write a plan against these risks.", needs=["risks"])
    last = step("letter", text="Write a letter about the plan.", needs=["plan"])
    found = heads(read, first, second, last, goal="Read notes.txt.")
    assert found == [["notes"], ["notes"], ["notes", "risks"], ["notes", "risks", "plan"]]


def test_what_may_become_a_list_or_a_decision_waits_for_the_step_that_says_so() -> None:
    names = step("names", text="List names for a bakery.")
    other = step("other", text="Describe a bakery.")
    each = step("slogans", text="Write a slogan for this name.", for_each="names", needs=["names"])
    end = step("end", text="Say which is best.", needs=["slogans"])
    assert heads(names, other, each, end) == [[], [], ["names", "other"], ["names", "other", "slogans"]]
    urgent = step("urgent", text="Is it urgent? Answer yes or no.")
    assert heads(urgent, other, end) == [[], [], ["other"]]
    when = {**step("alert", text="Write an alert."), "when": "urgent"}
    assert heads(urgent, when, other)[1] == ["urgent"]


def test_what_acts_asks_or_waits_for_such_does_not_begin() -> None:
    save = step("save", "write_file", args={"path": "out.txt", "text": "x"})
    person = step("person", "ask_person", "Which city?")
    reader = step("reader", text="Write about this city.", needs=["person"])
    run = step("run", "run_command", args={"command": "ls"})
    assert heads(save, person, reader, run, step("end", text="Say it.")) == [[]] * 5


def test_what_the_operator_does_not_allow_does_not_begin_nor_what_reads_it() -> None:
    def may(task: CompiledTask) -> bool:
        return task.work.kind != "tool"

    read = step("notes", "read_file", args={"path": "notes.txt"})
    reader = step("risks", text="Describe the risks.", needs=["notes"])
    other = step("other", text="Describe a bakery.")
    assert heads(read, reader, other, step("end", text="End."), may=may) == [[], [], [], ["other"]]


@pytest.mark.parametrize("wrong", ["later", "nobody"])
def test_a_step_that_needs_what_is_not_there_yet_does_not_begin(wrong: str) -> None:
    first = step("first", text="Describe it.", needs=[wrong])
    assert heads(first, step("second", text="Say it."), step("later", text="More."))[1:] == [[], ["second"]]


def test_a_step_that_does_not_compile_begins_nothing() -> None:
    assert heads(step("pages", "http_request", args={"url": "https://{who}/"}), step("b", text="Say it.")) == [[], []]


def test_the_head_is_the_beginning_of_the_plan() -> None:
    steps: Any = REVIEW["steps"]
    head = plans(*steps, goal=REVIEW_GOAL)[-1]
    whole = candidate_of(read_draft(REVIEW), REVIEW_GOAL, SELECTION, PlannerOptions()).compilation.plan
    assert head is not None and whole is not None
    tasks = {task.id: task for task in whole.tasks}
    assert [task.id for task in head.tasks] == ["search", "summarize"]
    assert all(is_same_task(task, tasks[task.id]) for task in head.tasks)
