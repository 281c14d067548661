from __future__ import annotations

import pytest

from planc_compiler.planner.catalogue import SHOWN, Selection, allowed_tools, describe, first_sentence, select_tools
from planc_schemas.ports import ToolSpec
from tests.support.planning import REVIEW_GOAL, SELECTION, TOOLS


@pytest.mark.parametrize(
    ("goal", "names"),
    [
        (REVIEW_GOAL, {"arxiv_search"}),
        ("Read notes.txt and write a summary to summary.md", {"read_file", "write_file"}),
        ("Fetch https://a.example/x and tell me what it says", {"http_request"}),
        ("Run git log and explain the last commits", {"run_command"}),
        ("Find literature on cats in preprints", {"arxiv_search"}),
    ],
)
def test_a_small_model_sees_what_the_goal_calls_for(goal: str, names: set[str]) -> None:
    shown = {spec.name for spec in select_tools(goal, SELECTION, compact=True, named=False)}
    assert names <= shown
    assert len(shown) <= 4


def test_a_goal_of_pure_writing_calls_for_no_tool() -> None:
    assert select_tools("Think of six names for a bakery", SELECTION, compact=True, named=False) == []


def test_tools_that_the_operator_named_are_shown() -> None:
    only, missing = allowed_tools(TOOLS, ["write_file", "no_such"])
    assert missing == ["no_such"]
    assert [spec.name for spec in select_tools("Sing.", only, compact=True, named=True)] == ["write_file"]


def test_of_a_large_catalogue_the_nearest_are_shown() -> None:
    many = [ToolSpec(name=f"tool_{n}", description=f"Does thing {n}.", arguments={}) for n in range(200)]
    wanted = ToolSpec(name="weather_today", description="Gives the weather of a town.", arguments={})
    shown = select_tools("What is the weather in Bonn?", Selection([*many, wanted]), compact=False, named=False)
    assert len(shown) == SHOWN
    assert wanted in shown


def test_description_for_a_model() -> None:
    spec = TOOLS.get("arxiv_search")
    assert spec is not None
    assert describe(spec, compact=True) == (
        "arxiv_search(query: string, max_results: integer) gives a list of {id, title, authors, abstract, published, "
        "updated, categories, url}: Finds papers on arXiv by topic, the most recent first, with title, authors and "
        "abstract."
    )
    assert "[net:export.arxiv.org]" in describe(spec, compact=False)


def test_long_descriptions_are_cut() -> None:
    spec = ToolSpec(name="x", description="word " * 100 + "end.", arguments={})
    assert len(first_sentence(spec)) == 160
