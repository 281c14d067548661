"""A step goes through a list, and only if it is about one item at a time. Each case was once written by a model."""

from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.planner.draft import DraftStep, read_draft
from planc_compiler.planner.normalise import normalise
from tests.support.planning import SELECTION, draft, step

FILE = step("menu", "read_file", args={"path": "menu.txt"})
LIST = step("risks", text="List five risks.")


def put_right(*steps: dict[str, Any]) -> tuple[DraftStep, list[str]]:
    """The last step, and what was done."""
    fixed, repairs = normalise(read_draft(draft(*steps)), "", SELECTION)
    return fixed.steps[-1], [repair.what for repair in repairs]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (LIST, "Order the risks by cost."),
        (LIST, "Say which of all the risks matters most."),
        (step("history", text="Write the history in one paragraph."), "Write three factions based on the history."),
        (FILE, "Write a warning for guests about dishes that contain nuts."),
    ],
)
def test_a_text_about_the_whole_reads_the_whole(source: dict[str, Any], text: str) -> None:
    name = source["id"]
    last, said = put_right(source, step("last", text=text, for_each=name, needs=[name]))
    assert (last.for_each, last.needs) == ("", (name,))
    assert said == [f"`{name}` is meant as a whole: read as a whole"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (LIST, "Propose a countermeasure for this risk."),
        (LIST, "Describe each of the risks."),
        (LIST, "Write a slogan."),
        (FILE, "Translate {item} into German."),
        (FILE, "Correct every line."),
        (step("questions", "read_file", args={"path": "q.txt"}), "Answer the question in one sentence."),
    ],
)
def test_a_text_about_one_item_is_a_loop(source: dict[str, Any], text: str) -> None:
    last, said = put_right(source, step("last", text=text, for_each=source["id"], needs=[source["id"]]))
    assert (last.for_each, said) == (source["id"], [])


def test_an_answer_of_a_person_is_one_answer() -> None:
    year = step("year", "ask_person", "What is your birth year?")
    last, said = put_right(year, step("events", text="List events of this year.", for_each="year", needs=["year"]))
    assert (last.for_each, said) == ("", ["`year` is one answer: read as a whole"])
    several = step("cities", "ask_person", "List the cities that you want to see.")
    last, _ = put_right(several, step("plans", text="Describe this city.", for_each="cities", needs=["cities"]))
    assert last.for_each == "cities"


def test_two_names_are_no_list() -> None:
    files = [step(name, "read_file", args={"path": f"{name}.txt"}) for name in ("one", "two")]
    last, said = put_right(*files, step("notes", text="Note the complaint in each.", for_each="one,two"))
    assert (last.for_each, last.needs) == ("", ("one", "two"))
    assert said == ["`for_each` named one, two: it reads all of them"]


def test_calls_wait_for_what_they_read_and_for_nothing_else() -> None:
    first = step("first", "read_file", args={"path": "a.txt"})
    second, said = put_right(first, step("second", "read_file", args={"path": "b.txt"}, needs=["first"]))
    assert (second.needs, said) == ((), ["it reads nothing of first and does not wait"])
    asked = step("ok", "ask_person", "May this be saved?")
    save, _ = put_right(asked, step("save", "write_file", args={"path": "a.txt", "text": "x"}, needs=["ok"]))
    assert save.needs == ("ok",)
    run = step("make", "run_command", args={"command": "make"})
    result, _ = put_right(run, step("result", "read_file", args={"path": "out.txt"}, needs=["make"]))
    assert result.needs == ("make",)
