"""Why an expression cannot be read, in our words: Jinja2 says what its grammar missed, not what to write.

Signs and habits of other languages (`&&`, `===`, `? :`, f-strings) are told from the text around the place where the
lexer or the parser stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .code import Fault, Suggestion

CODE = "P210"
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_SIGNS = (
    ("===", "==", "equality is `==`"),
    ("!==", "!=", "inequality is `!=`"),
    ("<>", "!=", "inequality is `!=`"),
    ("&&", " and ", "write `and`"),
    ("||", " or ", "write `or`; a `|` alone applies a filter"),
    ("??", None, "for what may be missing: `a | default(b)`"),
    ("?.", None, "members are taken with `.`; what may be missing is read with `| default(…)`"),
    (
        "=>",
        None,
        "there are no functions: `| map(attribute='title')` and `| selectattr('year', 'gt', 2020)` go over a list",
    ),
    ("->", None, "members are taken with `.`"),
    ("++", None, "nothing can be changed: count with `loop.index0`, or add with `+ 1`"),
    ("+=", None, "nothing can be changed: build the new value, in a `value:` task if it is long"),
    ("=", "==", "equality is `==`; nothing can be assigned"),
    ("?", None, "a choice is written `a if condition else b`"),
    ("!", "not ", "write `not`"),
    ("&", None, "write `and`; `~` joins texts"),
    ("$", "", "inside `${{ … }}` names stand alone"),
    ("@", None, "texts stand in quotes"),
    ("`", None, "texts stand in quotes, `'…'` or `\"…\"`"),
    (";", None, "one `${{ … }}` holds one expression"),
    (":", None, "a choice is written `a if condition else b`; slices are not part of the language"),
)
"""Sign → what it is here, if one can be put for the other, and what to say. The longer ones first."""
_BEHIND = {
    ".": ("a name is missing behind this `.`", ""),
    "|": ("the name of a filter is missing behind this `|`", "such as `| length` or `| join(', ')`"),
    "is": ("the name of a test is missing behind `is`", "such as `is none`, `is defined` or `is empty`"),
    "if": ("a condition is missing behind `if`", "a choice is written `a if condition else b`"),
    "else": ("a value is missing behind `else`", "a choice is written `a if condition else b`"),
}
_BINARY = frozenset(["*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "is", "if"])
"""What needs a value before it."""
_OPERATORS = frozenset(["+", "-", "not", "(", "[", "{", ",", ":", "=", *_BINARY])


class Lexeme(NamedTuple):
    """One word or sign of the expression: its text and where it stands."""

    text: str
    start: int
    end: int


def explain(text: str, lexemes: Sequence[Lexeme], stop: int | None, end: int) -> Fault:
    """The fault of an expression whose words are `lexemes`; `stop` is the index of the one that cannot stand there,
    None when the expression ends too early. `end` is where it ends in `text`."""
    bracket = _bracket(lexemes, stop)
    if stop is None:
        return bracket or _ends_early(lexemes)
    word = lexemes[stop]
    foreign = _foreign(text, word.start, end)
    return foreign or bracket or _habit(lexemes, stop) or _out_of_place(lexemes, stop)


def unreadable(text: str, position: int, end: int) -> Fault:
    """The fault for a character that belongs to no word of the language."""
    character = text[position : position + 1]
    if character in "\"'":
        return Fault(CODE, f"this {character} is never closed", position, position + 1, help="close the text with it")
    if character in _PAIRS.values():
        return _closes_nothing(Lexeme(character, position, position + 1))
    message = (
        f"`{character}` has no meaning in an expression" if character != "`" else "a backquote has no meaning here"
    )
    return _foreign(text, position, end) or Fault(CODE, message, position, position + 1, help="texts stand in quotes")


def _foreign(text: str, position: int, end: int) -> Fault | None:
    """A sign of another language that stands at `position`, or a character or two before it."""
    for sign, instead, help_ in _SIGNS:
        for start in range(max(0, position - len(sign) + 1), position + 1):
            stop = start + len(sign)
            if stop > end or text[start:stop] != sign:
                continue
            fix = None
            if instead is not None:
                blank = instead.startswith(" ")
                instead = instead[blank and text[start - 1] == " " :]
                instead = instead.rstrip() if text[stop : stop + 1] == " " else instead
                fix = Suggestion(
                    f"write `{instead.strip()}`" if instead else f"remove `{sign}`", start, stop, instead, True
                )
            shown = "a backquote" if sign == "`" else f"`{sign}`"
            return Fault(CODE, f"{shown} has no meaning in an expression", start, stop, help=help_, fix=fix)
    return None


def _bracket(lexemes: Sequence[Lexeme], stop: int | None) -> Fault | None:
    """A bracket that is never closed or closes nothing, before or at the place where reading stopped."""
    opened: list[Lexeme] = []
    for lexeme in lexemes if stop is None else lexemes[: stop + 1]:
        if lexeme.text in _PAIRS:
            opened.append(lexeme)
        elif lexeme.text in _PAIRS.values():
            if not opened or _PAIRS[opened[-1].text] != lexeme.text:
                return _closes_nothing(lexeme)
            opened.pop()
    if stop is not None or not opened:
        return None
    first = opened[-1]
    return Fault(
        CODE,
        f"this `{first.text}` is never closed",
        first.start,
        first.end,
        help=f"close it with `{_PAIRS[first.text]}`",
    )


def _closes_nothing(lexeme: Lexeme) -> Fault:
    return Fault(CODE, f"this `{lexeme.text}` closes nothing", lexeme.start, lexeme.end, "no such bracket is open here")


def _ends_early(lexemes: Sequence[Lexeme]) -> Fault:
    last = lexemes[-1]
    words = last.text
    if words == "not" and len(lexemes) > 1 and lexemes[-2].text == "is":
        words = "is"
    message, help_ = _BEHIND.get(words, (f"a value is missing behind `{last.text}`", ""))
    return Fault(CODE, message, last.start, last.end, "the expression ends here", help=help_)


def _habit(lexemes: Sequence[Lexeme], stop: int) -> Fault | None:
    """What people are used to from Python."""
    word = lexemes[stop]
    before = lexemes[stop - 1] if stop else None
    place = (word.start, word.end)
    if word.text == "for":
        help_ = "go over a list with `| map(…)` and `| select(…)`, with `{% for %}` in a prompt, or with `foreach:`"
        return Fault(CODE, "there are no comprehensions in this language", *place, help=help_)
    if before is None:
        return None
    if before.text == "lambda":
        help_ = "`| map(attribute='title')` and `| selectattr('year', 'gt', 2020)` go over a list"
        return Fault(CODE, "there are no functions in this language", before.start, before.end, help=help_)
    quoted = word.text[:1] in ("'", '"')
    if quoted and before.text in ("f", "r", "b", "u", "rf", "fr") and before.end == word.start:
        help_ = "texts have no prefixes; `~` joins them: `'about ' ~ inputs.topic`"
        return Fault(CODE, f"there is no `{before.text}'…'` in this language", before.start, word.end, help=help_)
    if stop > 1 and lexemes[stop - 2].text == "|" and before.text.isidentifier():
        written = f"({word.text})"
        fix = Suggestion("put the argument in brackets", *place, written) if stop == len(lexemes) - 1 else None
        help_ = f"write `| {before.text}{written}`"
        return Fault(CODE, f"the arguments of `{before.text}` stand in brackets", *place, help=help_, fix=fix)
    return None


def _out_of_place(lexemes: Sequence[Lexeme], stop: int) -> Fault:
    word = lexemes[stop]
    before = lexemes[stop - 1].text if stop else ""
    earlier = lexemes[stop - 2].text if stop > 1 else ""
    if before in _BINARY and (earlier == "" or earlier in _OPERATORS):
        operator = lexemes[stop - 1]
        return Fault(CODE, f"a value is missing before `{before}`", operator.start, operator.end)
    if earlier == "." and not before.isidentifier():
        return _out_of_place(lexemes, stop - 1)
    place = (word.start, word.end)
    shown = word.text if len(word.text) <= 40 else word.text[:39] + "…"
    if before == ".":
        return Fault(CODE, f"a name was expected behind the `.`, not `{shown}`", *place)
    if before == "|":
        return Fault(CODE, f"the name of a filter was expected behind the `|`, not `{shown}`", *place)
    if before == "" or before in _OPERATORS:
        return Fault(CODE, f"a value was expected here, not `{shown}`", *place)
    if word.text == ",":
        return Fault(CODE, "one `${{ … }}` holds one expression", *place, help="a list is written `[a, b]`")
    if earlier in ("{", ",") and before[:1] in ("'", '"') and _innermost(lexemes[:stop]) == "{":
        return Fault(CODE, f"a `:` and a value are missing behind {before}", *place)
    if word.text in _OPERATORS or word.text in _BEHIND:
        return Fault(CODE, f"`{shown}` cannot stand here", *place)
    message = f"an operator is missing before `{shown}`"
    return Fault(CODE, message, *place, "the expression could end here", help="`~` joins texts: `'a' ~ inputs.b`")


def _innermost(lexemes: Sequence[Lexeme]) -> str:
    """The bracket that is open at the end."""
    opened: list[str] = []
    for lexeme in lexemes:
        if lexeme.text in _PAIRS:
            opened.append(lexeme.text)
        elif lexeme.text in _PAIRS.values() and opened:
            opened.pop()
    return opened[-1] if opened else ""
