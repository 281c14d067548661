from __future__ import annotations

from dataclasses import replace

import pytest

from planc_compiler.pipeline import compile_plan
from planc_compiler.review.lock import Lock, drift, lock_of
from tests.support.plans import SEARCH, TOOLS, Tools, compiled

PLAN = (
    "version: 1\nname: p\ntasks: {find: {tool: search, with: {query: x}}}\noutputs: {a: '${{ tasks.find.output }}'}\n"
)


def test_what_was_approved_has_not_drifted() -> None:
    lock = lock_of(compiled(PLAN), TOOLS, "a reviewer")
    again = lock_of(compiled("# a comment\n" + PLAN), TOOLS)
    assert drift(lock, again) == []
    assert lock.digest == again.digest, "who approved does not change what is approved"


@pytest.mark.parametrize("folder", ["", "plans/", "/somewhere/else/plans/"])
def test_an_approval_is_the_same_from_every_folder(folder: str) -> None:
    main = "version: 1\nname: m\ntasks: {one: {plan: parts/a.plan.yaml}}\n"
    files = {f"{folder}parts/a.plan.yaml": PLAN}
    result = compile_plan(main, f"{folder}m.plan.yaml", TOOLS, load=files.get)
    assert result.plan is not None, result.diagnostics
    assert sorted(lock_of(result.plan, TOOLS).plans) == ["", "parts/a.plan.yaml"]


def test_every_drift_is_named() -> None:
    lock = lock_of(compiled(PLAN), TOOLS)
    changed = lock_of(compiled(PLAN.replace("query: x", "query: y")), Tools(replace(SEARCH, description="Other.")))
    words = drift(lock, changed)
    assert any(word.startswith("the plan changed: ") for word in words)
    assert "the definition of tool search changed" in words
    more = lock_of(
        compiled(
            PLAN.replace("outputs", "  \noutputs").replace(
                "{find:", "{w: {tool: write, with: {path: a, text: b}}, find:"
            )
        ),
        TOOLS,
    )
    assert any(word.startswith("right write:") and word.endswith("is new") for word in drift(lock, more))
    assert "tool write is used and was not when the plan was approved" in drift(lock, more)
    assert "tool search is not installed here" in drift(lock, lock_of(compiled(PLAN), Tools()))


def test_a_lock_survives_its_file_and_an_edited_one_is_refused() -> None:
    lock = lock_of(compiled(PLAN), TOOLS, "a reviewer")
    data = lock.to_json()
    assert Lock.from_json(data) == lock
    with pytest.raises(ValueError, match="edited by hand"):
        Lock.from_json({**data, "rights": ["run:*"]})
    for damaged in (None, {}, {**data, "format": 2}, {"format": 1}):
        with pytest.raises(ValueError, match="planc approve"):
            Lock.from_json(damaged)
