from __future__ import annotations

from typing import Any

from planc_compiler.pipeline import compile_plan
from planc_compiler.planner.critique import critique
from planc_compiler.planner.draft import read_draft
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.repair import candidate_of
from planc_compiler.write import write_plan
from planc_schemas.codes import REGISTER
from planc_schemas.diagnostics import Diagnostic
from planc_schemas.plan import Plan
from tests.support.planning import REVIEW, REVIEW_GOAL, SELECTION, draft, step


def findings(*steps: dict[str, Any], goal: str = "A goal.") -> list[Diagnostic]:
    return judged(draft(*steps), goal)


def plan_of_steps(steps: list[dict[str, Any]]) -> Plan:
    plan = candidate_of(read_draft(draft(*steps)), "", SELECTION, PlannerOptions()).plan
    assert plan is not None
    return plan


def judged(data: dict[str, Any], goal: str) -> list[Diagnostic]:
    candidate = candidate_of(read_draft(data), goal, SELECTION, PlannerOptions())
    assert candidate.problems == ()
    return critique(candidate.text, candidate.compilation, goal, SELECTION, "x.plan.yaml")


def test_the_flagship_plan_has_no_weakness() -> None:
    assert judged(REVIEW, REVIEW_GOAL) == []


def test_unlinked_tasks() -> None:
    found = findings(
        step("summaries", text="Sum up."),
        step("poem", text="Make a poem of the summaries."),
        step("end", text="Say goodbye."),
    )
    assert [(one.code, one.task, one.message) for one in found] == [
        ("P601", "poem", "task `poem` speaks of `summaries`, but does not read task `summaries`")
    ]
    assert found[0].place.span.line > 1


def test_indirect_links_count() -> None:
    assert (
        findings(
            step("summaries", text="Sum up."),
            step("rhymes", text="Rhyme.", needs=["summaries"]),
            step("poem", text="Make a poem of the summaries.", needs=["rhymes"]),
        )
        == []
    )


def test_a_file_that_nobody_writes() -> None:
    """Two files are asked for, so no rule adds the missing step by itself."""
    found = findings(step("a", text="Write."), goal="Write a poem and save it to a.md and save notes to notes.md.")
    assert [one.message for one in found] == [
        "the goal wants `a.md`, and no task writes it",
        "the goal wants `notes.md`, and no task writes it",
    ]


def test_scattered_results() -> None:
    found = findings(
        step("cats", text="On cats."),
        step("dogs", text="On dogs."),
        step("end", text="Bring all together.", needs=["cats"]),
    )
    assert [(one.code, one.task) for one in found] == [("P603", "dogs")]


def test_order_without_a_reason() -> None:
    steps = [
        step("notes", "read_file", args={"path": "a.txt"}),
        step("more", "read_file", args={"path": "b.txt"}, needs=["notes"]),
        step("end", text="Say both.", needs=["notes", "more"]),
    ]
    assert findings(*steps, goal="Read a.txt and b.txt.") == []  # a rule has put it right
    text = write_plan(plan_of_steps(steps)).replace("  more:\n", "  more:\n    needs: [notes]\n")
    compilation = compile_plan(text, "x.plan.yaml", SELECTION)
    found = critique(text, compilation, "Read a.txt and b.txt.", SELECTION, "x.plan.yaml")
    assert [(one.code, one.task) for one in found] == [("P604", "more")]


def test_order_behind_an_effect_is_a_reason() -> None:
    assert (
        findings(
            step("save", "write_file", args={"path": "a.txt", "text": "x"}),
            step("look", "read_file", args={"path": "a.txt"}, needs=["save"]),
        )
        == []
    )


def test_copied_tasks() -> None:
    cities = ["Bonn", "Rome", "Oslo"]
    found = findings(*(step(name.lower(), text=f"Describe the weather in {name} in one line.") for name in cities))
    assert [(one.code, one.severity) for one in found] == [("P605", "info")]
    assert found[0].message == "tasks `bonn`, `rome`, `oslo` differ in a word or two"


def test_tasks_that_do_the_same() -> None:
    read = {"args": {"path": "a.txt"}}
    steps = [step("one", "read_file", **read), step("two", "read_file", **read)]
    found = findings(
        *steps, step("say", text="Compare {one} and {two}.", needs=["one", "two"]), goal="Compare a.txt and b.txt."
    )
    assert [(one.code, one.severity, one.message) for one in found] == [
        ("P607", "warning", "task `two` does what `one` does")
    ]
    other = step("two", "read_file", args={"path": "b.txt"})
    end = step("say", text="Compare {one} and {two}.", needs=["one", "two"])
    assert findings(steps[0], other, end, goal="Compare a.txt and b.txt.") == []
    saving = {"args": {"path": "a.txt", "text": "x"}}
    assert findings(step("one", "write_file", **saving), step("two", "write_file", **saving)) == []


def test_a_file_that_nobody_spoke_of() -> None:
    reads = [step("notes", "read_file", args={"path": "notes.txt"}), step("say", text="Sum up.", needs=["notes"])]
    found = findings(*reads)
    assert [(one.code, one.task, one.severity) for one in found] == [("P608", "notes", "info")]
    assert findings(*reads, goal="Sum up Notes.txt.") == []
    candidate = candidate_of(read_draft(draft(*reads)), "Sum up.", SELECTION, PlannerOptions())
    assert critique(candidate.text, candidate.compilation, "Sum up.", SELECTION, "x", "Look into notes.txt.") == []


def test_what_is_fetched_and_not_read() -> None:
    read = step("notes", "read_file", args={"path": "notes.txt"})
    found = findings(read, step("say", text="Describe the risks of climbing."), goal="Read notes.txt.")
    assert [(one.code, one.task) for one in found] == [("P603", "notes")]
    assert findings(read, goal="Read notes.txt.") == []


def test_a_tool_that_the_goal_calls_for() -> None:
    found = findings(step("a", text="Write what you know of cats."), goal="Look on arXiv for cats.")
    assert [one.code for one in found] == ["P606"]


def test_every_code_of_the_family_is_used() -> None:
    assert {code for code in REGISTER if code.startswith("P6")} == {f"P60{n}" for n in range(9)}
