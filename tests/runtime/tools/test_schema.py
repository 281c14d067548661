"""Schemas from type hints and docstrings."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from planc_runtime.tools.context import ToolContext
from planc_runtime.tools.declare import IdempotencyKey
from planc_runtime.tools.schema import ToolDefinitionError, signature_of
from planc_runtime.tools.secrets import Secret


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Tree(BaseModel):
    name: str = Field(description="what it is called")
    children: list[Tree] = []


@dataclass
class Point:
    x: float
    y: float = 0.0


def everything(
    word: Annotated[str, "the word"],
    count: Annotated[int, Field(ge=1, description="how many")] = 3,
    colour: Colour = Colour.RED,
    mode: Literal["fast", "slow"] = "fast",
    tree: Tree | None = None,
    day: datetime.date | None = None,
    json: str = "a name pydantic uses itself",
    *,
    key: IdempotencyKey,
    context: ToolContext,
    token: Secret | None = None,
) -> list[Point]:
    """Does everything.

    At some length.

    Args:
        mode: how to do it
        word: not this, the annotation says more
    """
    return []


def test_parameters_become_a_schema() -> None:
    schema = signature_of(everything).arguments
    properties = schema["properties"]
    assert schema["required"] == ["word"]
    assert schema["additionalProperties"] is False
    assert properties["word"] == {"type": "string", "description": "the word"}
    assert properties["count"] == {"type": "integer", "minimum": 1, "default": 3, "description": "how many"}
    assert properties["colour"] == {"type": "string", "enum": ["red", "blue"], "default": "red"}
    assert properties["mode"]["enum"] == ["fast", "slow"]
    assert properties["mode"]["description"] == "how to do it"
    assert properties["day"]["anyOf"][0] == {"type": "string", "format": "date"}
    assert properties["json"]["type"] == "string"


def test_references_are_written_out_and_recursion_ends() -> None:
    tree = signature_of(everything).arguments["properties"]["tree"]["anyOf"][0]
    assert tree["properties"]["name"] == {"type": "string", "description": "what it is called"}
    assert tree["properties"]["children"]["items"] == {"type": "object"}


def test_injected_parameters_are_not_in_the_schema_and_a_secret_is_a_name() -> None:
    signature = signature_of(everything)
    assert (signature.context, signature.key, signature.secrets) == ("context", "key", ("token",))
    assert {"context", "key"}.isdisjoint(signature.arguments["properties"])
    token = signature.arguments["properties"]["token"]
    assert token["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert "name of a granted secret" in token["description"]


def test_docstring_and_return_type() -> None:
    signature = signature_of(everything)
    assert signature.description == "Does everything.\n\nAt some length."
    assert signature.result["type"] == "array"
    assert signature.result["items"]["properties"]["x"] == {"type": "number"}


def test_no_return_type_is_an_unknown_result() -> None:
    def untold(word: str):  # type: ignore[no-untyped-def]  # the missing hint is the test
        return word

    def anything(word: str) -> Any:
        return word

    assert signature_of(untold).result == signature_of(anything).result == {}
    assert signature_of(untold).returns is None


def _no_hint(word) -> str:  # type: ignore[no-untyped-def]  # the missing hint is the test
    return str(word)


def _variable(*words: str) -> str:
    return ""


def _keywords(**words: str) -> str:
    return ""


def _opaque(thing: object, lock: pytest.Config) -> str:
    return ""


def _unknown(word: Missing) -> str:  # type: ignore[name-defined]  # noqa: F821  # the unknown name is the test
    return ""


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (_no_hint, "`word` has no type hint"),
        (_variable, "cannot be given by name"),
        (_keywords, "cannot be given by name"),
        (_opaque, "cannot be described as JSON"),
        (_unknown, "a type hint cannot be read"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_with_the_reason(function: Any, says: str) -> None:
    with pytest.raises(ToolDefinitionError, match=says):
        signature_of(function)
