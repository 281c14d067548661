from __future__ import annotations

import math

import pytest

from planc_compiler.source.scalars import MAX_INTEGER, NumberOutOfRange, has_leading_zero, resolve

TEXTS = (
    *("no", "yes", "on", "off", "y", "tRue", "nul", "1:30", "12:30:45", "2024-01-01", "1.2.3", "30s", "1_000", "0b11"),
    *("1e", "e5", ".", "-", "+", "--1", "0x", "0o8", "inf", "nan", "=", "١٢"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_looks_like_a_text_is_one(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("true", True),
        ("False", False),
        ("0755", 755),
        ("0o755", 493),
        ("0x1F", 31),
        ("+12", 12),
        ("-0", 0),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (str(MAX_INTEGER), MAX_INTEGER),
        (str(-MAX_INTEGER - 1), -MAX_INTEGER - 1),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "9223372036854775808",
        "-9223372036854775809",
        "9" * 5000,
        "0x" + "f" * 40,
        "1e999",
        "-1e999",
        ".inf",
        "-.INF",
        ".nan",
    ],
)
def test_numbers_that_cannot_be_kept(text: str) -> None:
    with pytest.raises(NumberOutOfRange):
        resolve(text)


def test_a_thousand_zeros_are_a_small_number() -> None:
    assert resolve("0" * 1000 + "7") == 7


def test_floats_are_finite() -> None:
    value = resolve("1e308")
    assert isinstance(value, float) and math.isfinite(value)


@pytest.mark.parametrize(
    ("text", "found"), [("0755", True), ("-01", True), ("0", False), ("10", False), ("0o7", False)]
)
def test_leading_zero(text: str, found: bool) -> None:
    assert has_leading_zero(text) is found
