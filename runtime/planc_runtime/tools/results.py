"""What comes out of a tool: JSON, of bounded size, without secrets."""

from __future__ import annotations

import math
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from planc_schemas.json_text import json_bytes
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import MAX_DEPTH, MAX_OUTPUT_BYTES, Json

from .schema import problems


def tool_failure(code: str, message: str, help_: str = "") -> TaskFailure:
    """A failure of the tool itself (kind `tool_error`)."""
    return TaskFailure(TaskError("tool_error", message, code, help_))


def converted(value: object, returns: TypeAdapter[Any] | None, name: str) -> Json:
    """A Python result as JSON; with a return type it is checked against it first.

    Raises TaskFailure (R404) for what is not JSON or does not match.
    """
    if returns is not None:
        try:
            value = returns.serializer.to_python(returns.validator.validate_python(value), mode="json")
        except ValidationError as error:
            raise tool_failure("R404", f"tool `{name}` did not return what it promises: {problems(error)}") from None
        except PydanticSerializationError as error:
            raise tool_failure("R404", f"tool `{name}` returned what is not JSON: {error}") from None
    return plain(value, name)


def plain(value: object, name: str) -> Json:
    """The value as plain JSON types. Raises TaskFailure (R404) naming the place of the first thing that is not JSON."""
    return _plain(value, name, "$", 0)


def _plain(value: object, name: str, place: str, depth: int) -> Json:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise _not_json(name, place, f"{value}, which JSON does not know")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _not_json(name, place, "text that is not valid Unicode") from None
        return value
    if depth > MAX_DEPTH:
        raise _not_json(name, place, f"more than {MAX_DEPTH} levels")
    if isinstance(value, list | tuple):
        return [_plain(item, name, f"{place}[{index}]", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, dict):
        members = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise _not_json(name, place, f"an object whose key {key!r:.40} is no text")
            members[key] = _plain(item, name, f"{place}.{key[:40]}", depth + 1)
        return members
    raise _not_json(name, place, f"a {type(value).__name__}")


def _not_json(name: str, place: str, what: str) -> TaskFailure:
    return tool_failure(
        "R404",
        f"tool `{name}` returned what is not JSON: {place} is {what}",
        "return null, true, false, numbers, text, lists or objects",
    )


def bounded(value: Json, name: str, limit: int = MAX_OUTPUT_BYTES) -> Json:
    """The value, if its JSON has at most `limit` bytes. Raises TaskFailure (R405) otherwise."""
    if value is None or (isinstance(value, int) and value.bit_length() < 64):
        return value
    size = len(json_bytes(value))
    if size > limit:
        raise tool_failure("R405", f"tool `{name}` returned {size} bytes; at most {limit} are kept")
    return value
