"""The draft: the flat form in which a model writes a plan.

Strict structured output (https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas") wants every
field required, no open objects and no unions; a small model wants few tokens and the decisions in the order in which
they are made. So a draft is a list of steps of one shape, written in this order:

id        a short name
for_each  the earlier step whose list this step goes through, "" for none
do        `write` (a model follows `text`), `ask_person` (a person answers `text`), or the name of a tool
args      the tool's arguments as name and value, both texts; [] for other steps
text      the whole instruction; "" for a tool
needs     the earlier steps whose results this step reads
when      the earlier yes-or-no step that decides whether this step runs: its id, `not id`, or "" (larger models only)
gives     the fields of the answer, where it is data that later steps take apart; [] for text (larger models only)

In `text` and in values `{id}` stands for a step's result, `{id.field}` for a field of it, `{item}` for the item.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planc_schemas.values import Json, JsonSchema

WRITE = "write"
ASK = "ask_person"
KINDS = (WRITE, ASK)
MAX_ANSWER_CHARS = 400_000
"""A longer answer is no draft of a plan that anybody would read."""

_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
NAME_CHARS, VALUE_CHARS, TEXT_CHARS = 48, 300, 600
MAX_ARGUMENTS = 6


class DraftError(ValueError):
    """The answer is no draft; the message says what is wrong with it, for people and models."""


class Argument(BaseModel):
    """One argument of a tool. The value is text; what type it must have, the tool's schema says."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: str


class DraftStep(BaseModel):
    """One step. See the module's docstring; the order of the fields is the order in which they are written."""

    model_config = ConfigDict(frozen=True)

    id: str
    for_each: str = ""
    do: str = WRITE
    args: tuple[Argument, ...] = ()
    text: str = ""
    needs: tuple[str, ...] = ()
    when: str = ""
    gives: tuple[str, ...] = ()

    def arguments(self) -> dict[str, str]:
        """The arguments by name; of a repeated name the last counts."""
        return {argument.name: argument.value for argument in self.args}

    @property
    def summary(self) -> str:
        """The step in a few words: `write, each of find`."""
        parts = [self.do]
        if self.for_each:
            parts.append(f"each of {self.for_each}")
        others = [name for name in self.needs if name != self.for_each]
        if others:
            parts.append(f"after {', '.join(others)}")
        return ", ".join(parts)


class Draft(BaseModel):
    """A plan as a model wrote it."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    steps: tuple[DraftStep, ...] = Field(default=(), max_length=200)


def draft_schema(tools: list[str], max_steps: int, *, full: bool, bounded: bool = False) -> JsonSchema:
    """JSON Schema of a draft that may use `tools`, in the subset that strict structured output accepts.

    `full` has the fields that only larger models are given. `bounded` limits lengths, for a small model that would
    otherwise repeat itself inside a text until it is cut.
    """
    name, value, text = (_texts(length if bounded else None) for length in (NAME_CHARS, VALUE_CHARS, TEXT_CHARS))
    step: dict[str, Any] = {
        "id": name,
        "for_each": name,
        "do": {"type": "string", "enum": [*KINDS, *tools]},
        "args": _list(_closed({"name": name, "value": value}), MAX_ARGUMENTS if bounded else None),
        "text": text,
        "needs": _list(name, max_steps if bounded else None),
    }
    if full:
        step["when"] = name
        step["gives"] = _list(name, None)
    steps = {"type": "array", "items": _closed(step), "minItems": 1, "maxItems": max_steps}
    return _closed({"name": name, "steps": steps})


def _texts(length: int | None) -> JsonSchema:
    return {"type": "string"} if length is None else {"type": "string", "maxLength": length}


def _list(items: JsonSchema, most: int | None) -> JsonSchema:
    return {"type": "array", "items": items} if most is None else {"type": "array", "items": items, "maxItems": most}


def _closed(properties: dict[str, Any]) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read_draft(data: Json, text: str = "") -> Draft:
    """The draft in an answer: its checked JSON, or else the JSON in its text (bare or in a fence).

    Raises DraftError.
    """
    if data is None:
        data = json_of(text)
    try:
        return Draft.model_validate(data)
    except ValidationError as error:
        raise DraftError(words_of(error)) from None


def json_of(text: str) -> Json:
    """The JSON in an answer's text, bare or in a fence. Raises DraftError."""
    if len(text) > MAX_ANSWER_CHARS:
        raise DraftError(f"the answer has {len(text)} characters; a draft has at most {MAX_ANSWER_CHARS}")
    fenced = _FENCE.search(text)
    body = (fenced.group(1) if fenced else text).strip()
    if not body:
        raise DraftError("the answer is empty")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DraftError("the answer is not JSON, or it was cut before its end") from None


def words_of(error: ValidationError) -> str:
    """A validation error in one line, at most five places."""
    places = [
        f"`{'.'.join(str(part) for part in item['loc']) or 'answer'}`: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False)[:5]
    ]
    return "the answer is no draft: " + "; ".join(places)


def draft_json(draft: Draft, *, full: bool) -> str:
    """The draft as a model is shown it: compact JSON with the fields in their order."""
    left_out: Any = None if full else {"steps": {"__all__": {"when", "gives"}}}
    return json.dumps(draft.model_dump(exclude=left_out), ensure_ascii=False, separators=(",", ":"))
