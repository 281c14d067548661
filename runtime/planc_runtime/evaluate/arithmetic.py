"""The binary operators, with the size of every result checked before it is made."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from planc_schemas.expressions import BINARY_OPERATORS
from planc_schemas.values import MAX_EXPRESSION_STEPS, Json

from .failure import expression_failure
from .text import bounded, kind_of, text_of

_MAX_BITS: Final = 1024
"""Integers beyond this are refused: nobody counts that far, and printing them takes quadratic time."""


def is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Json) -> Json:
    """A result within bounds. Raises TaskFailure for infinities, NaN and huge integers."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise expression_failure("the result is not a finite number")
    elif value.bit_length() > _MAX_BITS:
        raise expression_failure("the result is too large", "R103")
    return value


def _wrong(op: str, left: Json, right: Json) -> Exception:
    help_ = "`~` joins texts; `| int` and `| float` read numbers from texts" if op == "+" else ""
    return expression_failure(f"`{op}` does not work on {kind_of(left)} and {kind_of(right)}", help_=help_)


def _add(left: Json, right: Json) -> Json:
    if isinstance(left, str) and isinstance(right, str):
        bounded(len(left) + len(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MAX_EXPRESSION_STEPS:
            raise expression_failure("the list is too long", "R103")
        return left + right
    return _arithmetic("+", left, right, lambda a, b: a + b)


def _arithmetic(op: str, left: Json, right: Json, compute: Callable[[Any, Any], Any]) -> Json:
    if not is_number(left) or not is_number(right):
        raise _wrong(op, left, right)
    try:
        return number(compute(left, right))
    except ZeroDivisionError:
        raise expression_failure("division by zero") from None
    except OverflowError:
        raise expression_failure("the result is too large", "R103") from None


def _multiply(left: Json, right: Json) -> Json:
    if isinstance(left, str) and isinstance(right, int) and not isinstance(right, bool):
        bounded(len(left) * max(right, 0))
        return left * right
    return _arithmetic("*", left, right, lambda a, b: a * b)


def _power(left: Json, right: Json) -> Json:
    if isinstance(left, int) and isinstance(right, int) and abs(right) * max(left.bit_length(), 1) > 4 * _MAX_BITS:
        raise expression_failure("the result is too large", "R103")
    return _arithmetic("**", left, right, _real_power)


def _real_power(base: float, exponent: float) -> Any:
    result = base**exponent
    if isinstance(result, complex):
        raise expression_failure("the result is not a real number")
    return result


def _join(left: Json, right: Json) -> str:
    first, second = text_of(left), text_of(right)
    bounded(len(first) + len(second))
    return first + second


OPERATORS: Final[dict[str, Callable[[Json, Json], Json]]] = {
    "+": _add,
    "-": lambda a, b: _arithmetic("-", a, b, lambda x, y: x - y),
    "*": _multiply,
    "/": lambda a, b: _arithmetic("/", a, b, lambda x, y: x / y),
    "//": lambda a, b: _arithmetic("//", a, b, lambda x, y: x // y),
    "%": lambda a, b: _arithmetic("%", a, b, lambda x, y: x % y),
    "**": _power,
    "~": _join,
}
assert tuple(OPERATORS) == BINARY_OPERATORS
