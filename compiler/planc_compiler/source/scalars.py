"""Plain scalars → values, by the core schema of YAML 1.2.2, section 10.3.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution).

So `no`, `on`, `1:30` and `2024-01-01` are texts, `0755` is the number 755 and `0o755` an octal one.
"""

from __future__ import annotations

import re

_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_STARTS = frozenset("0123456789+-.")

MAX_INTEGER = 2**63 - 1
"""Integers are 64-bit, as in SQLite and most JSON readers."""


class NumberOutOfRange(ValueError):
    """The scalar is a number that JSON or a 64-bit integer cannot hold. The message says why."""


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted) scalar. Raises NumberOutOfRange."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise NumberOutOfRange("is larger than a floating-point number can be")
        return number
    if _SPECIAL.fullmatch(text):
        raise NumberOutOfRange("is no number that JSON knows")
    return text


def _integer(text: str) -> int:
    if len(text) > 30:
        digits = text.lstrip("+-0xo")
        if len(digits) > 30:
            raise NumberOutOfRange(f"has {len(digits)} digits; integers have at most 64 bits")
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    number = int(text[2:] if base != 10 else text, base)
    if not -MAX_INTEGER - 1 <= number <= MAX_INTEGER:
        raise NumberOutOfRange("does not fit into 64 bits")
    return number


def has_leading_zero(text: str) -> bool:
    """Whether a plain integer is written with a leading zero, which YAML 1.1 and C read as octal."""
    digits = text.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0" and digits.isdigit()
