"""Text of plans, models and tools made safe to show on a terminal."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff"  # bidi, invisible, line separators
    "\ud800-\udfff]"  # lone surrogates cannot be encoded
)


def visible(text: str) -> str:
    """`text` with control, bidirectional and invisible characters written as `\\x1b` or `\\u202e`.

    Line ends and tabs stay; CR LF becomes LF. What is shown then is what is there: an output can neither move the
    cursor nor reorder what a reader sees (Unicode TR 36, "bidirectional text spoofing").
    """
    return _UNSAFE.sub(_written, text.replace("\r\n", "\n"))


def one_line(text: str, width: int = 200) -> str:
    """`visible` text on one line, cut to `width` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _written(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
