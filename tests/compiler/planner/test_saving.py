from __future__ import annotations

import pytest

from tests.compiler.planner.test_normalise import put_right
from tests.support.planning import step


def test_a_file_that_the_goal_names_is_saved() -> None:
    fixed, said = put_right(
        step("notes", "read_file", args={"path": "notes.txt"}),
        step("report", text="Write a report.", needs=["notes"]),
        goal="Read notes.txt and save a report in out/report.md.",
    )
    assert fixed.steps[-1].do == "write_file"
    assert fixed.steps[-1].arguments() == {"path": "out/report.md", "text": "{report}"}
    assert fixed.steps[-1].needs == ("report",)
    assert said == ["the goal wants `out/report.md`: saved by a step of its own"]


def test_a_file_that_is_only_read_is_not_saved() -> None:
    fixed, said = put_right(step("notes", "read_file", args={"path": "notes.txt"}), goal="Read notes.txt.")
    assert len(fixed.steps) == 1
    assert said == []


POEM = step("poem", text="Write a poem.")
SAVE = step("save", "write_file", args={"path": "poem.txt", "text": "{poem}"}, needs=["poem"])


def test_a_file_that_nobody_asked_for_is_not_written() -> None:
    fixed, said = put_right(POEM, SAVE, goal="Write a poem about cats.")
    assert [one.id for one in fixed.steps] == ["poem"]
    assert said == ["nobody asked for `poem.txt`: the text is the plan's result instead"]


@pytest.mark.parametrize(
    "goal",
    [
        "Write a poem and save it.",
        "Put a poem in poem.txt.",
        "Write a poem into a file.",
        "Write a poem to the disk.",
        "Write a poem, and store it.",
    ],
)
def test_a_file_that_was_asked_for_in_any_words_is(goal: str) -> None:
    assert [one.id for one in put_right(POEM, SAVE, goal=goal)[0].steps] == ["poem", "save"]
