from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.planner.draft import read_draft
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.repair import Candidate, candidate_of
from planc_schemas.plan import AskTask, Limits, Plan, PromptTask, ToolTask
from tests.support.planning import REVIEW, REVIEW_GOAL, SELECTION, draft, step


def lowered(*steps: dict[str, Any], goal: str = "A goal, and save it.", options: PlannerOptions | None = None) -> Plan:
    return compiled(*steps, goal=goal, options=options).plan or pytest.fail("no plan")


def compiled(
    *steps: dict[str, Any], goal: str = "A goal, and save it.", options: PlannerOptions | None = None
) -> Candidate:
    candidate = candidate_of(read_draft(draft(*steps)), goal, SELECTION, options or PlannerOptions())
    assert candidate.problems == ()
    return candidate


def prompt(plan: Plan, name: str) -> str:
    task = plan.tasks[name]
    assert isinstance(task, PromptTask)
    return task.prompt


def test_the_flagship_goal() -> None:
    candidate = candidate_of(read_draft(REVIEW), REVIEW_GOAL, SELECTION, PlannerOptions())
    assert candidate.compilation.diagnostics == []
    plan = candidate.plan
    assert plan is not None
    assert prompt(plan, "summarize") == (
        "Title: ${{ paper.title }}\n"
        "Abstract: ${{ paper.abstract }}\n"
        "\n"
        "Summarize this paper from the list of results. Use at most three sentences. Use only what is written above."
    )
    assert prompt(plan, "synthesize") == (
        "{% for entry in tasks.summarize.output %}\n"
        "[${{ loop.index }}] ${{ tasks.search.output[loop.index0].title }}\n"
        "${{ entry }}\n"
        "{% endfor %}\n"
        "\n"
        "Synthesize all summaries into a brief review report. Give every paper one sentence that starts with its "
        "number, such as [1]. Use only what is written above."
    )
    search = plan.tasks["search"]
    assert isinstance(search, ToolTask)
    assert search.with_ == {"query": "${{ inputs.query }}", "max_results": "${{ inputs.max_results }}"}
    defaults = {name: shape["default"] for name, shape in plan.inputs.items() if isinstance(shape, dict)}
    assert defaults == {"query": "Applications of Large Language Models in Software Engineering", "max_results": 5}
    assert plan.outputs == {"synthesize": "${{ tasks.synthesize.output }}"}


def test_same_draft_same_bytes() -> None:
    texts = {candidate_of(read_draft(REVIEW), REVIEW_GOAL, SELECTION, PlannerOptions()).text for _ in range(3)}
    assert len(texts) == 1
    assert texts.pop().endswith("\n")


def test_a_step_that_speaks_of_as_many_as_its_list_has_is_told_of_one() -> None:
    plan = lowered(
        step("search", do="arxiv_search", args={"query": "agents", "max_results": "3"}),
        step("titles", text="Write the titles of the three newest papers in French.", for_each="search"),
    )
    loop = plan.tasks["titles"].foreach
    assert loop is not None
    assert loop.as_ == "paper"
    assert "Write the title of this paper in French." in prompt(plan, "titles")


def test_a_list_that_is_gone_through_is_asked_for_as_a_list() -> None:
    plan = lowered(
        step("names", text="List six names for a bakery."),
        step("slogans", text="Write a slogan for each name.", for_each="names"),
        step("choose", text="Choose the best pair.", needs=["names", "slogans"]),
    )
    assert plan.tasks["names"].output == {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 6,
        "maxItems": 6,
    }
    assert prompt(plan, "slogans") == "Name: ${{ name }}\n\nWrite a slogan for this name."
    assert prompt(plan, "choose") == (
        "{% for slogan in tasks.slogans.output %}\n"
        "[${{ loop.index }}] ${{ tasks.names.output[loop.index0] }}\n"
        "${{ slogan }}\n"
        "{% endfor %}\n\nChoose the best pair."
    )


def test_loops_along_the_same_list_read_their_own_element() -> None:
    plan = lowered(
        step("names", text="List names."),
        step("slogans", text="Write a slogan.", for_each="names"),
        step("checks", text="Judge it.", for_each="names", needs=["slogans"]),
        step("songs", text="Sing it.", for_each="slogans", needs=["names"]),
    )
    assert "${{ tasks.slogans.output[loop.index0] }}" in prompt(plan, "checks")
    assert "${{ tasks.names.output[loop.index0] }}" in prompt(plan, "songs")


def test_every_text_that_is_read_stands_under_its_name() -> None:
    plan = lowered(
        step("cost", text="Cost."),
        step("speed", text="Speed."),
        step("both", text="Decide.", needs=["cost", "speed"]),
        step("one", text="Shorten.", needs=["both"]),
    )
    assert prompt(plan, "both") == ("Cost:\n${{ tasks.cost.output }}\n\nSpeed:\n${{ tasks.speed.output }}\n\nDecide.")
    assert prompt(plan, "one") == "Both:\n${{ tasks.both.output }}\n\nShorten."


def test_references_in_texts_are_put_in_place_and_not_shown_twice() -> None:
    plan = lowered(
        step("cost", text="Cost."), step("say", text="Say {cost} and {nothing} in one word.", needs=["cost"])
    )
    assert prompt(plan, "say") == "Say ${{ tasks.cost.output }} and {nothing} in one word."


def test_an_object_is_shown_by_what_is_to_be_read() -> None:
    plan = lowered(
        step("page", "http_request", args={"url": "https://a.example/"}), step("say", text="Say.", needs=["page"])
    )
    assert prompt(plan, "say") == "Page:\n${{ tasks.page.output.text }}\n\nSay."


def test_lines_of_a_text_are_gone_through() -> None:
    plan = lowered(
        step("paths", "read_file", args={"path": "paths.txt"}),
        step("texts", "read_file", args={"path": "{item}"}, for_each="paths"),
    )
    foreach = plan.tasks["texts"].foreach
    assert foreach is not None
    assert (foreach.in_, foreach.as_) == ("${{ tasks.paths.output | trim | split('\\n') }}", "path")


def test_arguments_have_the_types_of_the_tool() -> None:
    plan = lowered(
        step("run", "run_command", args={"command": "git log --format='%h %s'", "check": "false", "max_bytes": "99"})
    )
    task = plan.tasks["run"]
    assert isinstance(task, ToolTask)
    assert task.with_ == {"command": ["git", "log", "--format=%h %s"], "check": False, "max_bytes": 99}


def test_a_list_saved_as_text_is_joined() -> None:
    plan = lowered(
        step("names", text="List names."),
        step("slogans", text="Write.", for_each="names"),
        step("save", "write_file", args={"path": "a.txt", "text": "{slogans}"}),
        step("note", "write_file", args={"path": "b.txt", "text": "Names: {names}."}),
    )
    save, note = plan.tasks["save"], plan.tasks["note"]
    assert isinstance(save, ToolTask) and isinstance(note, ToolTask)
    assert save.with_["text"] == "${{ tasks.slogans.output | join('\\n\\n') }}"
    assert note.with_["text"] == "Names: ${{ tasks.names.output | join('\\n\\n') }}."


def test_an_approval_is_a_yes_or_no_that_guards_what_acts() -> None:
    candidate = compiled(
        step("mail", text="Draft a mail."),
        step("check", "ask_person", "May this mail be sent?", needs=["mail"]),
        step("save", "write_file", args={"path": "m.txt", "text": "{mail}"}, needs=["mail", "check"]),
    )
    plan = candidate.plan
    assert plan is not None
    ask, save = plan.tasks["check"], plan.tasks["save"]
    assert isinstance(ask, AskTask)
    assert (ask.ask, ask.output) == ("Mail:\n${{ tasks.mail.output }}\n\nMay this mail be sent?", "boolean")
    assert save.if_ == "${{ tasks.check.output }}"
    assert plan.outputs == {"mail": "${{ tasks.mail.output }}"}
    assert candidate.compilation.diagnostics == []


def test_an_open_question_is_answered_in_words() -> None:
    plan = lowered(step("who", "ask_person", "Who is the reader?"), step("mail", text="Write.", needs=["who"]))
    assert plan.tasks["who"].output is None
    assert prompt(plan, "mail") == "Who:\n${{ tasks.who.output }}\n\nWrite."


def test_conditions() -> None:
    candidate = compiled(
        step("urgent", text="Is it urgent?"),
        step("alert", text="Alert.", when="urgent"),
        step("reply", text="Reply.", when="not urgent"),
    )
    plan = candidate.plan
    assert plan is not None
    assert plan.tasks["urgent"].output == "boolean"
    assert plan.tasks["alert"].if_ == "${{ tasks.urgent.output }}"
    assert plan.tasks["reply"].if_ == "${{ not tasks.urgent.output }}"
    assert plan.outputs == {
        "alert": "${{ tasks.alert.output | default('') }}",
        "reply": "${{ tasks.reply.output | default('') }}",
    }
    assert candidate.compilation.diagnostics == []


def test_what_acts_on_the_world_is_tried_once_and_orders_what_follows() -> None:
    plan = lowered(
        step("save", "write_file", args={"path": "a.txt", "text": "x"}),
        step("look", "read_file", args={"path": "a.txt"}, needs=["save"]),
    )
    assert plan.tasks["look"].needs == ["save"]
    retry = plan.tasks["save"].retry
    assert retry is not None and retry.max_attempts == 1
    assert plan.defaults is not None and plan.defaults.retry is not None and plan.defaults.retry.max_attempts == 4


def test_options_are_written_into_the_plan() -> None:
    options = PlannerOptions(limits=Limits(usd=0.5, calls=20), model="fast")
    plan = lowered(step("a", text="Say hi."), options=options)
    assert plan.limits == Limits(usd=0.5, calls=20)
    assert plan.defaults is not None and plan.defaults.model == "fast"


def test_a_name_is_always_found() -> None:
    made = candidate_of(read_draft(draft(step("a", text="x"), name="!!")), "Über 3 Dinge!", SELECTION, PlannerOptions())
    assert made.plan is not None and made.plan.name == "ber-3-dinge"
    made = candidate_of(read_draft(draft(step("a", text="x"), name="")), "…", SELECTION, PlannerOptions())
    assert made.plan is not None and made.plan.name == "plan"


def test_a_tool_that_nobody_knows_is_left_to_the_compiler() -> None:
    for name in ("zzz_qqq", "9 lives!"):
        found = candidate_of(read_draft(draft(step("a", name, args={"x": "1"}))), "A.", SELECTION, PlannerOptions())
        assert [one.code for one in found.compilation.diagnostics] == ["P212"]
        assert len(found.problems) == 1
