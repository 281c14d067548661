from __future__ import annotations

import json
from typing import Any

import pytest

from planc_compiler.planner.draft import Draft, DraftError, DraftStep, draft_json, draft_schema, read_draft
from planc_schemas.validate import validate
from tests.support.planning import REVIEW, draft, step

BOUNDS = {"maxLength"}
"""What the schema for a small model has besides: the embedded engine's grammar knows it."""
STRICT_KEYS = {"type", "properties", "required", "additionalProperties", "items", "enum", "minItems", "maxItems"}
"""The keywords of the draft's schema; all of them are in the subset of strict structured output
(https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas")."""


def objects(schema: Any) -> list[dict[str, Any]]:
    found = [schema] if schema.get("type") == "object" else []
    for member in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        found += objects(member)
    return found


def keywords(schema: dict[str, Any]) -> set[str]:
    found = set(schema)
    for member in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        found |= keywords(member)
    return found


@pytest.mark.parametrize("full", [True, False])
def test_schema_keeps_to_strict_structured_output(full: bool) -> None:
    schema = draft_schema(["arxiv_search"], 12, full=full)
    assert keywords(schema) <= STRICT_KEYS
    for found in objects(schema):
        assert found["additionalProperties"] is False
        assert found["required"] == list(found["properties"])


def test_schema_for_a_small_model_has_an_end() -> None:
    """Without bounds the embedded model once wrote one argument of 2,000 digits."""
    schema = draft_schema(["arxiv_search"], 10, full=False, bounded=True)
    assert keywords(schema) == STRICT_KEYS | BOUNDS
    assert validate(REVIEW, schema) == []
    assert validate(draft(step("a", text="x" * 601)), schema) != []


def test_schema_has_the_order_in_which_decisions_are_made() -> None:
    steps = draft_schema(["arxiv_search"], 12, full=True)["properties"]["steps"]
    assert list(steps["items"]["properties"]) == ["id", "for_each", "do", "args", "text", "needs", "when", "gives"]
    assert steps["items"]["properties"]["do"]["enum"] == ["write", "ask_person", "arxiv_search"]
    assert steps["maxItems"] == 12


def test_a_draft_satisfies_its_schema_and_a_foreign_tool_does_not() -> None:
    schema = draft_schema(["arxiv_search"], 12, full=False)
    assert validate(REVIEW, schema) == []
    assert validate(draft(step("a", "rm_rf")), schema) != []


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(REVIEW),
        f"Here is the plan:\n```json\n{json.dumps(REVIEW)}\n```\nDone.",
        f"```\n{json.dumps(REVIEW, indent=2)}\n```",
    ],
)
def test_a_draft_is_read_from_text(text: str) -> None:
    assert [one.id for one in read_draft(None, text).steps] == ["search", "summarize", "synthesize"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("I cannot do that.", "not JSON"),
        (json.dumps(REVIEW)[:-30], "cut"),
        ("[" * 100_000, "not JSON"),
        ('{"steps": [{"do": "write"}]}', "steps.0.id"),
        ('{"steps": 5}', "steps"),
    ],
)
def test_what_is_no_draft_is_said(text: str, says: str) -> None:
    with pytest.raises(DraftError, match=says):
        read_draft(None, text)


def test_written_as_the_model_is_shown_it() -> None:
    one = Draft(name="x", steps=(DraftStep(id="a", text="Say hi."),))
    assert draft_json(one, full=False) == (
        '{"name":"x","steps":[{"id":"a","for_each":"","do":"write","args":[],"text":"Say hi.","needs":[]}]}'
    )
    assert draft_json(one, full=True).endswith('"needs":[],"when":"","gives":[]}]}')


def test_summary_of_a_step() -> None:
    assert DraftStep(id="a", do="write", for_each="b", needs=("b", "c")).summary == "write, each of b, after c"
