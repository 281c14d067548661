"""Bytes → text: size, UTF-8, and the characters that a plan may not contain as they are."""

from __future__ import annotations

import re

from planc_schemas.diagnostics import NOWHERE, Diagnostic, Edit, Fix, Label, Span
from planc_schemas.values import MAX_PLAN_BYTES

from ..collected import Collected

_BIDI = "\u202a-\u202e\u2066-\u2069"
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff{_BIDI}]")
_HARMFUL = re.compile(_FORBIDDEN.pattern[:-1] + "\t]")
_HARMLESS = {
    **dict.fromkeys((*range(32), *range(127, 160), *range(55296, 57344), *range(8234, 8239)), "�"),
    **dict.fromkeys((*range(8294, 8298), 8232, 8233, 65279, 65534, 65535), "�"),
    ord("\t"): " ",
    ord("\r"): " ",
    ord("\n"): "\n",
}
_TABS = re.compile("\t+")
_INDENTED_BY_BLANKS = re.compile("^\t* ", re.MULTILINE)

_NAMES = {
    "\r": "a carriage return without a line feed",
    "\x85": "a next-line character (U+0085)",
    "\u2028": "a line separator (U+2028)",
    "\u2029": "a paragraph separator (U+2029)",
    "\ufeff": "a byte order mark (U+FEFF) inside the text",
}


def decode(data: bytes | str, file: str) -> tuple[str | None, list[Diagnostic]]:
    """The text with `\\n` line ends and without a leading byte order mark, and what is wrong with its characters.

    The text is None when it cannot be worked with at all (too large, binary, another encoding).
    """
    if len(data) > MAX_PLAN_BYTES:
        return None, [_too_large(len(data), file)]
    diagnostics: list[Diagnostic] = []
    if isinstance(data, bytes):
        if b"\x00" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return None, [_not_text(data, file)]
        try:
            decoded = data.decode("utf-8")
        except UnicodeDecodeError as error:
            diagnostics.append(_not_utf8(data, error, file))
            decoded = data.decode("utf-8", "replace")
    else:
        decoded = data
    decoded = decoded.removeprefix("\ufeff").replace("\r\n", "\n")
    if _HARMFUL.search(decoded) is None:
        return decoded, diagnostics
    collected = Collected()
    _tabs(decoded, file, collected)
    _forbidden(decoded, file, collected)
    return decoded, diagnostics + collected.found


def harmless(text: str) -> str:
    """`text`, character for character, with reported characters replaced, so that the parser can go on behind them."""
    return text if _HARMFUL.search(text) is None else text.translate(_HARMLESS)


def _place(text: str, index: int, length: int = 1) -> Span:
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Span(line, column, line, column + length)


def _too_large(size: int, file: str) -> Diagnostic:
    return Diagnostic(
        "P002",
        f"this file has {size:,} bytes; a plan may have at most {MAX_PLAN_BYTES:,}",
        (Label(file, NOWHERE),),
        help=("split it into several plans and call them with `plan:` tasks",),
    )


def _not_text(data: bytes, file: str) -> Diagnostic:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return Diagnostic(
        "P001",
        "this file is UTF-16, not UTF-8" if utf16 else "this file is not text: it contains NUL bytes",
        (Label(file, NOWHERE),),
        help=("save it as UTF-8",),
    )


def _not_utf8(data: bytes, error: UnicodeDecodeError, file: str) -> Diagnostic:
    before = data[: error.start].decode("utf-8")
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return Diagnostic(
        "P001",
        f"byte 0x{data[error.start]:02x} is not valid UTF-8",
        (Label(file, Span(line, column, line, column + 1), "cannot be read from here on"),),
        help=("save the file as UTF-8",),
    )


def _tabs(text: str, file: str, collected: Collected) -> None:
    help = ("indent with two blanks; inside a text write `\\t` in double quotes",)
    only_tabs = _INDENTED_BY_BLANKS.search(text) is None
    for match in _TABS.finditer(text):
        if collected.is_full("P004"):
            collected.more("P004")
            return
        span = _place(text, match.start(), len(match.group()))
        fixes: tuple[Fix, ...] = ()
        if only_tabs and span.column == 1:
            fixes = (Fix("indent with blanks", (Edit(file, span, "  " * len(match.group())),), safe=True),)
        label = Label(file, span, "a tab")
        collected.add(Diagnostic("P004", "tabs are not allowed in a plan", (label,), help=help, fixes=fixes))


def _forbidden(text: str, file: str, collected: Collected) -> None:
    for match in _FORBIDDEN.finditer(text):
        if collected.is_full("P003"):
            collected.more("P003")
            return
        character = match.group()
        message = f"{describe(character)} may not stand in a plan"
        label = Label(file, _place(text, match.start()), "here")
        collected.add(Diagnostic("P003", message, (label,), help=(_advice(character),)))


def describe(character: str) -> str:
    """Words for a character that cannot be shown."""
    if character in _NAMES:
        return _NAMES[character]
    if re.match(f"[{_BIDI}]", character):
        return f"an invisible direction mark (U+{ord(character):04X})"
    if "\ud800" <= character <= "\udfff":
        return f"half of a surrogate pair (U+{ord(character):04X})"
    return f"a control character (U+{ord(character):04X})"


def _advice(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "remove it, or write the whole character"
    if character == "\r":
        return "end lines with LF or CR LF"
    escape = f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
    return f"remove it; if a text really needs it, write `{escape}` in double quotes"
