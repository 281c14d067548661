"""Values as text and as JSON: strings as they are, everything else as JSON, never Python's repr."""

from __future__ import annotations

import json
from typing import Final

from planc_schemas.values import MAX_TEXT_BYTES, Json

from .failure import expression_failure

_compact: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def text_of(value: Json) -> str:
    """A value inside a text. Raises TaskFailure for what is not JSON (a defect: data is checked when it arrives)."""
    if type(value) is str:
        return value
    return json_of(value)


def json_of(value: Json, indent: int | None = None) -> str:
    """A value as JSON with `, ` and `: ` as separators."""
    try:
        if indent is None:
            return _compact(value)
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    except (ValueError, TypeError, RecursionError) as error:
        raise expression_failure(f"a value cannot be written as JSON: {error}") from None


def bounded(size: int) -> None:
    """Raises TaskFailure when a text of `size` characters is over the limit."""
    if size > MAX_TEXT_BYTES:
        raise too_large("a text")


def too_large(what: str) -> Exception:
    return expression_failure(
        f"{what} grew over {MAX_TEXT_BYTES // (1024 * 1024)} MB",
        "R103",
        "put less data in: filter or truncate it, or work on the items one by one with `foreach`",
    )


def kind_of(value: Json) -> str:
    """The JSON type's name, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list):
        return "a list"
    return "an object"
