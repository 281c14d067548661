from __future__ import annotations

import pytest

from planc_compiler.model_schema import Path, branches, choices_of, is_duration, properties_of, takes
from planc_compiler.shape.words import expected, place
from planc_schemas.plan import AgentTask, Plan, PromptTask


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("retry", "max_attempts"), "a whole number from 1 to 100"),
        (("temperature",), "a number from 0 to 2"),
        (("needs",), "a list"),
        (("if",), "true or false or a text"),
        (("on_error",), "`fail`, `skip` or a mapping"),
        (("on_interrupt",), "`rerun` or `fail`"),
        (("run",), "`always`"),
        (("foreach", "in"), "any value"),
        (("max_tokens",), "a whole number of at least 1"),
    ],
)
def test_what_a_place_takes(path: Path, words: str) -> None:
    assert expected(branches(PromptTask, path)) == words


def test_places_inside_lists_and_free_mappings() -> None:
    assert takes(branches(AgentTask, ("tools", 3)), "string")
    assert "rate_limit" in choices_of(branches(PromptTask, ("retry", "retry_on", 0)))
    assert expected(branches(Plan, ("limits", "models", "fast", "rpm"))) == "a whole number of at least 1"
    assert expected(branches(Plan, ("limits", "usd"))) == "a number above 0"
    assert properties_of(branches(Plan, ("models", "any")))[:2] == ["model", "provider"]
    assert any(is_duration(branch) for branch in branches(PromptTask, ("timeout",)))
    assert branches(PromptTask, ("no", "such", "place")) == []


def test_place_words() -> None:
    assert place(("retry", "retry_on", 0, "x")) == "retry.retry_on[0].x"
