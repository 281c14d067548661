"""Values as YAML text: plain where that is safe, double-quoted otherwise, literal and folded blocks for long texts."""

from __future__ import annotations

import math
import re

from planc_schemas.values import Json

from ..source.scalars import NumberOutOfRange, resolve

WIDTH = 100
"""Columns that a line has at most, where it can be broken."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069\t]"
)
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~<.](?:[^\n]*[^\s:])?")
_AMBIGUOUS = re.compile(r"(?:yes|no|on|off)|[-+.0-9][-+.,:_0-9 ]*", re.IGNORECASE)
"""Texts that YAML 1.1 readers take for something else: they are quoted, although this reader does not need it."""
_ATOM = re.compile(r"(?:\$?\{\{[^{}]{0,500}\}\}|\{%[^{}]{0,500}%\}|[^ ])+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def inline(value: Json, flow: bool = False) -> str:
    """A scalar on one line. `flow`: it stands inside `{…}` or `[…]`. Raises ValueError for NaN and infinities."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot be written into a plan: JSON has no such number")
        return repr(value)
    text = str(value)
    return text if is_plain(text, flow) else quoted(text)


def is_plain(text: str, flow: bool = False) -> bool:
    """Whether `text` may stand without quotes and be read back as this text, also by a reader of YAML 1.1."""
    if _PLAIN.fullmatch(text) is None or _UNPRINTABLE.search(text) or ": " in text or " #" in text:
        return False
    if flow and re.search(r"[,\[\]{}?:#]", text):
        return False
    if _AMBIGUOUS.fullmatch(text):
        return False
    try:
        return isinstance(resolve(text), str)
    except NumberOutOfRange:
        return False


def quoted(text: str) -> str:
    """`text` in double quotes. Half of a surrogate pair, which no file can hold, becomes U+FFFD."""

    def escape(match: re.Match[str]) -> str:
        character = match.group()
        if character in _ESCAPES:
            return _ESCAPES[character]
        code = ord(character)
        if 0xD800 <= code <= 0xDFFF:
            return "\ufffd"
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"

    return '"' + re.sub(_UNPRINTABLE.pattern[:-1] + r'"\\\n]', escape, text) + '"'


def literal(text: str) -> tuple[str, list[str]] | None:
    """The header and the lines of a literal block; None if `text` is better in quotes."""
    if "\n" not in text or not text.strip() or _UNPRINTABLE.search(text):
        return None
    body = text.rstrip("\n")
    if body.endswith(" ") and not body.rsplit("\n", 1)[-1].strip():
        return None  # a last line of blanks only would be taken for the end
    trailing = len(text) - len(body)
    chomp = "-" if trailing == 0 else "" if trailing == 1 else "+"
    indent = "2" if text[0] in " \n" else ""
    return f"|{indent}{chomp}", body.split("\n") + [""] * (trailing - 1)


def folded(text: str, indent: int, taken: int) -> list[str] | None:
    """The lines of a folded block for a text on one line that is too long for it; None if it is not, or cannot be.

    `indent` is that of the block's lines, `taken` the columns that the line with the key needs before the value.
    Expressions are not broken.
    """
    if taken + len(text) <= WIDTH or "\n" in text or _UNPRINTABLE.search(text) or text != text.strip(" "):
        return None
    lines: list[str] = []
    current = ""
    for word, gap in _words(text):
        if current and gap == 1 and indent + len(current) + 1 + len(word) > WIDTH:
            lines.append(current)
            current = word
        else:
            current += " " * gap + word
    lines.append(current)
    return lines if len(lines) > 1 else None


def _words(text: str) -> list[tuple[str, int]]:
    """The words of a text, expressions being one, each with the number of blanks before it."""
    found, end = [], 0
    for match in _ATOM.finditer(text):
        found.append((match.group(), match.start() - end))
        end = match.end()
    return found
