"""What an endpoint turned out to understand: learned from its refusals, kept for the next call.

Providers and local servers speak different amounts of the same protocol and say so with a 400 that names the field
they do not know. Each lesson takes one step back; an endpoint that understands everything is never asked twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from planc_schemas.ports import ModelRequest, StructuredBy

from .structured import WAYS

TEACHING_STATUS = (400, 404, 415, 422, 501)
"""Statuses with which servers refuse a field they do not know."""
MAX_LESSONS = 5

_FORMAT = re.compile(r"response.format|json.schema|json.object|json mode|structured|guided|grammar|schema")
_THIS_SCHEMA = re.compile(r"invalid.schema|invalid_json_schema|schema is (?:invalid|too)|grammar")
_TOOLS = r"\b(?:tools?|tool_choice|functions?)\b"
_REFUSED = r"(?:support|unknown|unrecogni|not permitted|extra|enable)"
_NO_TOOLS = re.compile(f"{_TOOLS}.*{_REFUSED}|{_REFUSED}.*{_TOOLS}")
_TOO_MANY = re.compile(r"too large|too high|at most|maximum|exceed")
_AT_MOST = re.compile(r"at most (\d+)")


@dataclass(frozen=True, slots=True)
class Abilities:
    """`way`: how JSON is asked for; `limit_name`: what the endpoint calls the limit of tokens; `looks_up`: a model that
    has tools uses them by itself (see schema_tools); `most_tokens`: the largest limit that it takes, if known."""

    way: StructuredBy = "json_schema"
    native_tools: bool = True
    looks_up: bool = True
    strict_tools: bool = True
    stream_usage: bool = True
    limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    most_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What to do differently, and whether that holds for the endpoint (`lasting`) or for this schema only."""

    abilities: Abilities
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """An endpoint's refusal of a request: HTTP status and words."""

    status: int
    message: str


def limit_of(request: ModelRequest, now: Abilities) -> int | None:
    """The limit of tokens that the request is sent with."""
    if request.choice.max_tokens is not None or request.cap is None:
        return request.choice.max_tokens
    return request.cap if now.most_tokens is None else min(request.cap, now.most_tokens)


def lesson(now: Abilities, refusal: Refusal, request: ModelRequest, *, streaming: bool) -> Lesson | None:
    """The lesson of a refused request, or None when the refusal is about something that we cannot say otherwise."""
    if refusal.status not in TEACHING_STATUS:
        return None
    text = refusal.message.lower()
    limit = limit_of(request, now)
    if request.choice.max_tokens is None and limit is not None and str(limit) in text and _TOO_MANY.search(text):
        named = _AT_MOST.search(text)
        return Lesson(replace(now, most_tokens=min(int(named[1]), limit - 1) if named else limit // 2))
    if limit is not None and "max_completion_tokens" in text:
        other: Literal["max_tokens", "max_completion_tokens"] = (
            "max_tokens" if now.limit_name == "max_completion_tokens" else "max_completion_tokens"
        )
        return Lesson(replace(now, limit_name=other))
    if streaming and now.stream_usage and ("stream_options" in text or "include_usage" in text):
        return Lesson(replace(now, stream_usage=False))
    if request.tools and now.strict_tools and "strict" in text:
        return Lesson(replace(now, strict_tools=False))
    if request.tools and now.native_tools and _NO_TOOLS.search(text):
        return Lesson(replace(now, native_tools=False))
    if request.schema is not None and now.way != WAYS[-1] and _FORMAT.search(text):
        worse = WAYS[WAYS.index(now.way) + 1]
        return Lesson(replace(now, way=worse), lasting=_THIS_SCHEMA.search(text) is None)
    return None
