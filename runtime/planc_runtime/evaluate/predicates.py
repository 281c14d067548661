"""The tests of the language (`x is even`), one function each; names and arguments as in planc_schemas.expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from planc_schemas.values import Json

from .arithmetic import is_number
from .compare import check_ordered, contains, equal
from .failure import expression_failure
from .text import kind_of


def _integer(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _parity(value: Json, remainder: int) -> bool:
    return _integer(value) and value % 2 == remainder


def _divisibleby(value: Json, number: Json) -> bool:
    if not is_number(value) or not is_number(number):
        raise expression_failure(f"`divisibleby` works on numbers, not on {kind_of(value)} and {kind_of(number)}")
    if number == 0:
        raise expression_failure("division by zero")
    return bool(value % number == 0)


def _empty(value: Json) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Json, Json], bool]:
    def test(value: Json, other: Json) -> bool:
        check_ordered(value, other)
        return compare(value, other)

    return test


def _eq(value: Json, other: Json) -> bool:
    return equal(value, other)


def _ne(value: Json, other: Json) -> bool:
    return not equal(value, other)


def _in(value: Json, container: Json) -> bool:
    return contains(container, value)


PREDICATES: Final[dict[str, Callable[..., bool]]] = {
    "boolean": lambda value: isinstance(value, bool),
    "defined": lambda value: value is not None,
    "divisibleby": _divisibleby,
    "empty": _empty,
    "eq": _eq,
    "even": lambda value: _parity(value, 0),
    "false": lambda value: value is False,
    "ge": _ordered(lambda a, b: a >= b),
    "gt": _ordered(lambda a, b: a > b),
    "in": _in,
    "integer": _integer,
    "le": _ordered(lambda a, b: a <= b),
    "lt": _ordered(lambda a, b: a < b),
    "mapping": lambda value: isinstance(value, dict),
    "ne": _ne,
    "none": lambda value: value is None,
    "number": is_number,
    "odd": lambda value: _parity(value, 1),
    "sequence": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "undefined": lambda value: value is None,
}
"""Test → function(subject, *arguments)."""

NULL_TESTS: Final = frozenset({"defined", "undefined", "none", "empty"})
"""Their subject may be missing: a path that leads nowhere is null under them, as under `default(…)`."""
