from __future__ import annotations

import json

import pytest

from planc_compiler.planner.draft import DraftStep
from planc_compiler.planner.partial import PartialDraft
from tests.support.planning import REVIEW, draft, step


def fed(text: str, size: int) -> list[DraftStep]:
    found: list[DraftStep] = []
    partial = PartialDraft(found.append)
    for start in range(0, len(text), size):
        partial.feed(text[start : start + size])
    return found


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("indent", [None, 2])
def test_steps_come_in_order(size: int, indent: int | None) -> None:
    assert [one.id for one in fed(json.dumps(REVIEW, indent=indent), size)] == ["search", "summarize", "synthesize"]


def test_a_step_is_known_when_it_is_complete_and_not_before() -> None:
    text = json.dumps(REVIEW)
    end = text.index('"summarize"')
    assert [one.id for one in fed(text[:end], 1)] == ["search"]
    assert fed(text[: text.index('"needs"')], 1) == []


def test_braces_and_quotes_in_texts_are_text() -> None:
    text = json.dumps(draft(step("a", text='Write "}]" and {b} \\ then [1].')))
    assert [one.text for one in fed(f"Sure:\n```json\n{text}\n```", 2)] == ['Write "}]" and {b} \\ then [1].']


def test_what_is_no_step_is_skipped() -> None:
    assert [one.id for one in fed('{"steps": [{"x": 1}, {"id": "b"}], "more": [{"id": 3}]}', 1)] == ["b"]
    assert fed("}]}{[", 1) == []
