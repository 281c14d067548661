"""Equality and order of JSON values. Nothing is coerced: true is not 1, "1" is not 1; 1 equals 1.0."""

from __future__ import annotations

from planc_schemas.values import Json

from .failure import expression_failure
from .text import kind_of

_SIMPLE = (str, int, float, bool, type(None))


def equal(left: Json, right: Json) -> bool:
    """JSON equality: types first (a boolean never equals a number), then values."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list):
        return (
            isinstance(right, list)
            and len(left) == len(right)
            and all(equal(a, b) for a, b in zip(left, right, strict=True))
        )
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and left.keys() == right.keys()
            and all(equal(value, right[key]) for key, value in left.items())
        )
    return bool(left == right)


def check_ordered(left: Json, right: Json) -> None:
    """Raises TaskFailure unless both are numbers, or both strings, or both lists of such."""
    if _family(left) != _family(right) or _family(left) == "":
        raise expression_failure(f"{kind_of(left)} and {kind_of(right)} cannot be ordered")
    if isinstance(left, list):
        for a, b in zip(left, right, strict=False):
            check_ordered(a, b)


def _family(value: Json) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "list" if isinstance(value, list) else ""


def contains(container: Json, item: Json) -> bool:
    """`item in container`: an item of a list, a key of an object, a part of a string."""
    if isinstance(container, list):
        return any(equal(item, member) for member in container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, dict) and isinstance(item, str):
        return item in container
    raise expression_failure(f"{kind_of(item)} cannot be looked for in {kind_of(container)}")
