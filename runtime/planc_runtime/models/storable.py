"""Texts that no file can hold: JSON may escape half of a surrogate pair, and UTF-8 has no bytes for it."""

from __future__ import annotations

from planc_schemas.values import Json


def storable(value: Json) -> Json:
    """`value` with U+FFFD for every lone surrogate in its texts; the same object when there is none."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {_text(name): storable(member) for name, member in value.items()}
    return value


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
