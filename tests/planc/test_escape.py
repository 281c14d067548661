from __future__ import annotations

import pytest

from planc.escape import one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢字 🎉\n\ttabs stay", "plain é 漢字 🎉\n\ttabs stay"),
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("a\rb", "a\\x0db"),
        ("line\r\nend", "line\nend"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\x9b31m", "\\x9b31m"),
        ("\ud800", "\\ud800"),
    ],
)
def test_unsafe_characters_become_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line_joins_and_cuts() -> None:
    assert one_line("a\n  b\tc") == "a b c"
    assert one_line("x" * 20, 10) == "x" * 9 + "…"
