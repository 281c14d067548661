from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.planner.draft import Draft, read_draft
from planc_compiler.planner.normalise import normalise
from tests.support.planning import REVIEW, REVIEW_GOAL, SELECTION, draft, step


def put_right(*steps: dict[str, Any], goal: str = "") -> tuple[Draft, list[str]]:
    fixed, repairs = normalise(read_draft(draft(*steps)), goal, SELECTION)
    return fixed, [repair.what for repair in repairs]


def test_a_good_draft_comes_back_as_it_is() -> None:
    before = read_draft(REVIEW)
    assert normalise(before, REVIEW_GOAL, SELECTION) == (before, [])


def test_ids_become_legal_and_unique_and_references_follow() -> None:
    fixed, said = put_right(
        step("Find Papers", text="One."),
        step("a", text="Two {Find Papers}."),
        step("a", text="Three.", needs=["Find Papers"]),
    )
    assert [one.id for one in fixed.steps] == ["find_papers", "a", "a_2"]
    assert fixed.steps[2].needs == ("find_papers",)
    assert fixed.steps[1].text == "Two {find_papers}."
    assert said == ["`Find Papers` is called `find_papers`", "`a` is called `a_2`"]


def test_a_step_that_is_written_twice_is_kept_once() -> None:
    fixed, said = put_right(step("a", text="Say hi."), step("a", text="Say hi."))
    assert [one.id for one in fixed.steps] == ["a"]
    assert said == ["step `a` is written twice and kept once"]


@pytest.mark.parametrize(
    ("do", "becomes"), [("arxiv_serch", "arxiv_search"), ("arxiv-search", "arxiv_search"), ("Write", "write")]
)
def test_a_tool_that_is_nearly_named(do: str, becomes: str) -> None:
    fixed, said = put_right(step("a", do, "Find.", args={"query": "cats"}))
    assert fixed.steps[0].do == becomes
    assert said[0] == f"unknown tool `{do}` → `{becomes}`"


def test_a_tool_that_nobody_knows_is_written_by_the_model_if_there_is_an_instruction() -> None:
    fixed, said = put_right(step("a", "translate_text", "Translate this."))
    assert fixed.steps[0].do == "write"
    assert said == ["unknown tool `translate_text`: a model writes this instead"]


def test_a_tool_that_nobody_knows_and_no_instruction_is_left_for_the_compiler() -> None:
    fixed, said = put_right(step("a", "zzz_qqq", args={"x": "1"}))
    assert fixed.steps[0].do == "zzz_qqq"
    assert said == []


def test_needs_only_other_steps_that_exist() -> None:
    fixed, said = put_right(
        step("summaries", text="One."), step("b", text="Two.", needs=["b", "summarys", "qqqq", "{summaries}"])
    )
    assert fixed.steps[1].needs == ("summaries",)
    assert said == [
        "`needs` named the step itself",
        "`needs`: unknown step `summarys` → `summaries`",
        "`needs`: unknown step `qqqq` left out",
    ]


def test_steps_are_put_behind_what_they_need() -> None:
    fixed, said = put_right(step("b", text="Two.", needs=["a"]), step("a", text="One."))
    assert [one.id for one in fixed.steps] == ["a", "b"]
    assert said == ["steps are put behind the steps they need"]


def test_a_circle_is_cut_where_it_leads_to_a_later_step() -> None:
    fixed, said = put_right(step("a", text="One.", needs=["b"]), step("b", text="Two.", needs=["a"]))
    assert [one.needs for one in fixed.steps] == [(), ("a",)]
    assert said == ["steps went in a circle: it no longer needs b"]


def test_what_is_read_is_needed() -> None:
    fixed, _ = put_right(
        step("a", text="One."), step("b", text="Use {a}."), step("c", text="Each.", for_each="a"), step("d", text="x")
    )
    assert fixed.steps[1].needs == ("a",)
    assert fixed.steps[2].needs == ("a",)
    assert fixed.steps[3].needs == ()


def test_a_question_among_the_arguments() -> None:
    fixed, said = put_right(step("a", "ask_person", args={"text": "May we go on?"}))
    assert (fixed.steps[0].text, fixed.steps[0].args) == ("May we go on?", ())
    assert said == ["the instruction stood among the arguments"]


def test_an_empty_instruction_gets_words_or_goes() -> None:
    fixed, said = put_right(step("plan_trip"), step("unused"), step("end", text="Say it.", needs=["plan_trip"]))
    assert [one.id for one in fixed.steps] == ["plan_trip", "end"]
    assert fixed.steps[0].text == "Plan trip."
    assert said == [
        "empty instruction: now `Plan trip.`",
        "step `unused` has no instruction and no reader: left out",
    ]


@pytest.mark.parametrize("when", ["urgent", "not urgent"])
def test_when_survives(when: str) -> None:
    fixed, _ = put_right(step("urgent", text="Is it?"), step("b", text="Go.", when=when))
    assert fixed.steps[1].when == when


def test_when_of_no_step_goes() -> None:
    fixed, said = put_right(step("b", text="Go.", when="not zzz"))
    assert fixed.steps[0].when == ""
    assert said == ["`when`: unknown step `zzz` left out"]


def test_a_name_that_is_used_twice_means_the_step_before() -> None:
    fixed, _ = put_right(
        step("files", "list_files", args={"path": "docs"}),
        step("files", "read_file", args={"path": "{item.path}"}, for_each="files", needs=["files"]),
        step("report", text="Report on {files}.", needs=["files"]),
    )
    assert [(one.id, one.for_each, one.needs) for one in fixed.steps] == [
        ("files", "", ()),
        ("files_2", "files", ("files",)),
        ("report", "", ("files_2",)),
    ]
    assert fixed.steps[2].text == "Report on {files_2}."


def test_a_step_that_reads_what_it_repeats_goes() -> None:
    fixed, said = put_right(
        step("plot", text="Sum up the plot."),
        step("summary", text="Sum up the plot.", needs=["plot"]),
        step("end", text="Shorten it.", needs=["summary"]),
    )
    assert [(one.id, one.needs) for one in fixed.steps] == [("plot", ()), ("end", ("plot",))]
    assert said == ["step `summary` is written twice and kept once"]


def test_the_same_work_side_by_side_is_meant() -> None:
    fixed, said = put_right(step("one", text="Write a joke."), step("two", text="Write a joke."))
    assert len(fixed.steps) == 2 and said == []


def test_ids_that_only_count_are_given_names() -> None:
    fixed, said = put_right(
        step("step1", "read_file", args={"path": "a.txt"}),
        step("step_2", text="Write a polite reminder about {step1}.", needs=["step1"]),
        step("t3", text="12 34", needs=["step_2"]),
        step("h2o", text="Explain {step_2}.", needs=["step_2"]),
    )
    assert [one.id for one in fixed.steps] == ["read_file", "write_polite", "t3", "h2o"]
    assert fixed.steps[1].needs == ("read_file",) and "{read_file}" in fixed.steps[1].text
    assert fixed.steps[3].text == "Explain {write_polite}."
    assert "`step1` is called `read_file`" in said


def test_ids_that_stand_in_a_file_stay() -> None:
    before = read_draft(draft(step("step1", text="Write a reminder.")))
    assert normalise(before, "", SELECTION, {"step1"}) == (before, [])
