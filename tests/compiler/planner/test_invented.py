"""Files that nobody named: a small model reads them because it can."""

from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.planner import PlannerOptions
from planc_compiler.planner.draft import read_draft
from planc_compiler.planner.invented import clause_about
from planc_compiler.planner.repair import Candidate, candidate_of
from planc_schemas.plan import PromptTask, ToolTask
from tests.support.planning import SELECTION, draft, step

GOAL = "List seven common kitchen accidents, write a safety tip for every accident, and save all tips to safety.md."
STEPS = (
    step("accidents", "read_file", args={"path": "kitchen-accidents.md"}),
    step("tips", text="Write a tip for each of the seven kitchen accidents.", for_each="accidents"),
    step("save", "write_file", args={"path": "safety.md", "text": "{tips}"}, needs=["tips"]),
)


def planned(goal: str, *steps: dict[str, Any], compact: bool = True, context: str = "") -> Candidate:
    options = PlannerOptions(compact=compact, context=context)
    made = candidate_of(read_draft(draft(*steps)), goal, SELECTION, options)
    assert made.problems == () and made.plan is not None
    return made


def test_what_the_goal_says_is_written_instead_of_read() -> None:
    made = planned(GOAL, *STEPS)
    assert made.plan is not None
    accidents, tips = made.plan.tasks["accidents"], made.plan.tasks["tips"]
    assert isinstance(accidents, PromptTask) and accidents.prompt == "List seven common kitchen accidents."
    assert isinstance(accidents.output, dict) and accidents.output["minItems"] == 7
    assert isinstance(tips, PromptTask) and tips.prompt.endswith("Write a tip for this kitchen accident.")
    said = "nobody named a file `kitchen-accidents.md`: `List seven common kitchen accidents.` is written instead"
    assert said in [repair.what for repair in made.repairs]


def test_files_read_in_a_loop_over_what_is_no_file_are_left_out() -> None:
    made = planned(
        "Find 8 arXiv papers on robots and write one line about each of them.",
        step("search", "arxiv_search", args={"query": "robots", "max_results": "8"}),
        step("papers", "read_file", args={"path": "{papers.id}.pdf"}, for_each="search", needs=["search"]),
        step("notes", text="Write one line about this paper.", for_each="papers", needs=["papers"]),
    )
    assert made.plan is not None and list(made.plan.tasks) == ["search", "notes"]
    notes = made.plan.tasks["notes"]
    assert isinstance(notes, PromptTask) and "${{ paper.abstract }}" in notes.prompt


def test_what_was_fetched_is_not_read_from_a_file_again() -> None:
    made = planned(
        "Download https://data.example/rain.csv and explain what it shows.",
        step("download", "http_request", args={"url": "https://data.example/rain.csv"}),
        step("csv", "read_file", args={"path": "rain.csv"}, needs=["download"]),
        step("explain", text="Explain what the data shows.", needs=["csv"]),
    )
    assert made.plan is not None and list(made.plan.tasks) == ["download", "explain"]
    explain = made.plan.tasks["explain"]
    assert isinstance(explain, PromptTask) and "${{ tasks.download.output.text }}" in explain.prompt


@pytest.mark.parametrize(
    ("goal", "options"),
    [
        ("Sum up Notes.txt.", {}),
        ("Sum up my notes.", {"context": "They are in texts/notes.txt."}),
        ("Sum up my notes.", {"compact": False}),
    ],
    ids=["goal", "context", "larger model"],
)
def test_files_that_were_named_are_read(goal: str, options: dict[str, Any]) -> None:
    made = planned(
        goal,
        step("notes", "read_file", args={"path": "texts/notes.txt"}),
        step("sum", text="Sum up these notes.", needs=["notes"]),
        **options,
    )
    assert made.plan is not None and isinstance(made.plan.tasks["notes"], ToolTask)


def test_files_of_a_folder_are_read() -> None:
    made = planned(
        "Read all files in docs and sum up each.",
        step("files", "list_files", args={"path": "docs"}),
        step("texts", "read_file", args={"path": "docs/{item.path}"}, for_each="files", needs=["files"]),
        step("sums", text="Sum up this text.", for_each="texts", needs=["texts"]),
    )
    assert made.plan is not None and list(made.plan.tasks) == ["files", "texts", "sums"]


def test_the_clause_that_says_to_make_it() -> None:
    assert clause_about("accidents", GOAL) == "List seven common kitchen accidents."
    assert clause_about("tip", GOAL) == "Write a safety tip for every accident."
    assert clause_about("weather", GOAL) == ""
