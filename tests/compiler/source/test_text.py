from __future__ import annotations

import pytest

from planc_compiler.collected import MAX_OF_ONE_CODE
from planc_compiler.source import read
from planc_schemas.diagnostics import NOWHERE, Span
from planc_schemas.values import MAX_PLAN_BYTES


def codes(data: bytes | str) -> list[str]:
    return [diagnostic.code for diagnostic in read(data, "f").diagnostics]


def test_a_byte_order_mark_and_crlf_are_no_problem() -> None:
    source = read(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n", "f")
    assert source.diagnostics == []
    assert source.root is not None and source.root.to_json() == {"a": 1, "b": "x\ny\n"}
    assert source.text == "a: 1\nb: |\n  x\n  y\n"


@pytest.mark.parametrize("data", ["a: 1".encode("utf-16"), "a: 1".encode("utf-16-le"), b"\x00\x01\x02"])
def test_binary_is_refused_at_once(data: bytes) -> None:
    source = read(data, "f")
    assert source.root is None
    assert [(d.code, d.place.span) for d in source.diagnostics] == [("P001", NOWHERE)]


def test_bad_utf8_has_a_place_and_the_rest_is_read() -> None:
    source = read("é: 1\nb: ü".encode() + b"\xff\nc: 1\nc: 2\n", "f")
    assert [(d.code, d.place.span) for d in source.diagnostics] == [
        ("P001", Span(2, 5, 2, 6)),
        ("P006", Span(4, 1, 4, 2)),
    ]


def test_too_large() -> None:
    assert codes(b"a" * (MAX_PLAN_BYTES + 1)) == ["P002"]
    assert codes("# " + "a" * (MAX_PLAN_BYTES - 2)) == ["P015"]


@pytest.mark.parametrize("character", ["\r", "\x85", "\u2028", "\u2029", "\ufeff", "\x00", "\x7f", "\u202e", "\ud800"])
def test_hidden_characters(character: str) -> None:
    source = read(f"a: x{character}y\nb: 1\nb: 2\n", "f")
    assert [d.code for d in source.diagnostics] == ["P003", "P006"]
    assert source.diagnostics[0].place.span == Span(1, 5, 1, 6)


def test_escaped_they_are_allowed() -> None:
    source = read('a: "\\r\\x85\\u2028\\ufeff\\x00\\u202e\\t"\n', "f")
    assert source.diagnostics == []
    assert source.root is not None and source.root.to_json() == {"a": "\r\x85\u2028\ufeff\x00\u202e\t"}


def test_ordinary_unicode_is_allowed() -> None:
    assert codes("a: é漢😀 \u00a0 שלום \u200f 👩\u200d👧\n") == []


def test_a_tab_hides_the_syntax_error_that_it_makes() -> None:
    assert codes("a:\n  b: 1\n\tc: 2\n") == ["P004"]
    assert codes("a: b: c\nd:\n\te: 1\n") == ["P005", "P004"]


def test_thousands_of_them_are_not_listed() -> None:
    source = read("a: |\n" + "  \tx\n" * 1000, "f")
    assert [d.code for d in source.diagnostics] == ["P004"] * MAX_OF_ONE_CODE
    assert "and more" in source.diagnostics[-1].message
    exactly = read("a: |\n" + "  \tx\n" * MAX_OF_ONE_CODE, "f").diagnostics
    assert len(exactly) == MAX_OF_ONE_CODE and "and more" not in exactly[-1].message
