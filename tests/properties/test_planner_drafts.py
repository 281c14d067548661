"""Whatever a model writes as a draft: a plan that compiles, or problems in words; never an exception."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from planc_compiler.planner.draft import Argument, Draft, DraftError, DraftStep, read_draft
from planc_compiler.planner.normalise import normalise
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.partial import PartialDraft
from planc_compiler.planner.repair import candidate_of
from tests.support.planning import SELECTION

IDS = st.sampled_from(["a", "b", "c", "papers", "Find It", "item", "", "a.b", "é", "tasks", "x" * 70])
TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "Summarize each paper.",
            "Use {a} and {item.title} and {papers.x}.",
            "Say ${{ tasks.a.output }}",
            "{% for x in y %}",
            "Is it so?",
            "List six names. Use only the title.",
            "${{",
            "{b}",
        ]
    ),
    st.text(max_size=30),
)
TOOLS = st.sampled_from(["write", "ask_person", "arxiv_search", "list_files", "read_file", "write_file", "run_command"])
NAMES = st.sampled_from(["query", "path", "text", "max_results", "command", "pattern", "nonsense", ""])
STEPS = st.builds(
    DraftStep,
    id=IDS,
    for_each=st.one_of(st.just(""), IDS),
    do=st.one_of(TOOLS, st.text(max_size=12)),
    args=st.lists(st.builds(Argument, name=NAMES, value=TEXTS), max_size=3).map(tuple),
    text=TEXTS,
    needs=st.lists(IDS, max_size=4).map(tuple),
    when=st.one_of(st.just(""), IDS, IDS.map(lambda name: f"not {name}")),
    gives=st.lists(st.one_of(IDS, NAMES), max_size=2).map(tuple),
)
DRAFTS = st.builds(Draft, name=TEXTS, steps=st.lists(STEPS, max_size=6).map(tuple))


@settings(max_examples=300, deadline=None)
@given(DRAFTS, TEXTS)
def test_any_draft_becomes_a_plan_or_problems(draft: Draft, goal: str) -> None:
    candidate = candidate_of(draft, goal, SELECTION, PlannerOptions())
    assert (candidate.compilation.plan is not None) == (candidate.problems == ())
    assert candidate == candidate_of(draft, goal, SELECTION, PlannerOptions())


@settings(max_examples=300, deadline=None)
@given(DRAFTS)
def test_what_was_put_right_refers_to_earlier_steps_only(draft: Draft) -> None:
    steps = normalise(draft, "", SELECTION)[0].steps
    seen: set[str] = set()
    for step in steps:
        assert step.id not in seen
        assert {*step.needs, step.for_each, step.when.removeprefix("not ")} - {""} <= seen
        seen.add(step.id)


@settings(max_examples=200, deadline=None)
@given(DRAFTS, st.integers(1, 9), st.text(max_size=20))
def test_a_draft_arrives_whole_in_any_pieces(draft: Draft, size: int, before: str) -> None:
    text = before.replace("{", "").replace("[", "") + json.dumps(draft.model_dump())
    found: list[DraftStep] = []
    partial = PartialDraft(found.append)
    for start in range(0, len(text), size):
        partial.feed(text[start : start + size])
    assert tuple(found) == draft.steps


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["name", "steps", "id", "args"]), inner),
    )
)
def test_any_json_is_a_draft_or_an_error_in_words(data: object) -> None:
    try:
        read_draft(None, json.dumps(data))
    except DraftError as error:
        assert str(error)


def test_one_long_name_used_again_and_again_stays_a_legal_id() -> None:
    steps = tuple(DraftStep(id="x" * 70, text=f"Say {number}.") for number in range(4))
    candidate = candidate_of(Draft(name="", steps=steps), "", SELECTION, PlannerOptions())
    assert candidate.problems == ()
    assert candidate.compilation.plan is not None
    assert len(candidate.compilation.plan.tasks) == 4
