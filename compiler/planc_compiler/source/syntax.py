"""The YAML parser's complaints in our words, with what to do.

libyaml says what its grammar missed ("did not find expected key"); people need to know what in their text did it. The
table goes from its phrases to ours; the functions above it look at the text for the usual causes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from yaml import MarkedYAMLError

from planc_schemas.diagnostics import Diagnostic, Edit, Fix, Label, Span

_QUOTABLE = re.compile(r"^(\s*(?:- +)?[^\s:\"'#{}\[\],&*!|>%@`][^:#\"']*: +)([^\s\"'\[{|>&*!%@`#][^#\"]*?)\s*$")
_BRACES = re.compile(r"(\$?)\{\{[^{}\n]*\}\}")
_LONG = 2_000
"""Longer lines are not searched for causes: nobody wrote them by hand."""


class Trouble(NamedTuple):
    """Where the parser stopped, and where what it was reading had begun: indexes into `text`."""

    text: str
    stop: int
    start: int

    def line_of(self, index: int) -> str:
        start = self.text.rfind("\n", 0, index) + 1
        end = self.text.find("\n", index)
        return self.text[start : end if end >= 0 else len(self.text)]

    def column(self, index: int) -> int:
        return index - self.text.rfind("\n", 0, index)

    def span(self, index: int, length: int = 1) -> Span:
        line = self.text.count("\n", 0, index) + 1
        column = self.column(index)
        return Span(line, column, line, column + length)


class Words(NamedTuple):
    """What to say. `at`: where to point; `begin_label`: what to say at the beginning, if that is worth a label."""

    message: str
    label: str
    help: str
    at: int
    begin_label: str = ""
    length: int = 1
    fixes: tuple[tuple[str, int, int, str], ...] = ()
    code: str = "P005"


def explain(error: MarkedYAMLError, text: str, file: str) -> Diagnostic:
    """A P005 (or P017) for what the parser says."""
    mark = error.problem_mark or error.context_mark
    stop = min(mark.index, len(text)) if mark else 0
    trouble = Trouble(text, stop, min(error.context_mark.index, len(text)) if error.context_mark else stop)
    words = _words(error, trouble)
    labels = [Label(file, trouble.span(words.at, words.length), words.label)]
    if words.begin_label and trouble.start != words.at:
        labels.append(Label(file, trouble.span(trouble.start), words.begin_label))
    fixes = tuple(
        Fix(title, (Edit(file, trouble.span(start, end - start), new),), safe=True)
        for title, start, end, new in words.fixes
    )
    return Diagnostic(words.code, words.message, tuple(labels), help=(words.help,), fixes=fixes)


def _words(error: MarkedYAMLError, trouble: Trouble) -> Words:
    braces = _bare_braces(trouble)
    if braces is not None:
        return braces
    said = f"{error.context or ''}: {error.problem or ''}"
    for phrase, rule in _RULES:
        if phrase in said:
            return rule(trouble)
    return Words(
        f"this is not YAML: {error.problem or said}",
        "here",
        "put texts with special characters in quotes",
        trouble.stop,
    )


def _bare_braces(trouble: Trouble) -> Words | None:
    """`{{ … }}` or `${{ … }}` that YAML took for a mapping, on a line where it stopped or began."""
    for index in (trouble.stop, trouble.start):
        line = trouble.line_of(index)
        if len(line) > _LONG:
            continue
        first = index - trouble.column(index) + 1
        for match in _BRACES.finditer(line):
            before = line[: match.start()]
            in_quotes = before.count('"') % 2 or before.count("'") % 2
            opens = re.search(r"[\[{]", before) if match.group(1) else re.search(r"(?:[:\-,\[]|^) *$", before)
            if opens and not in_quotes:
                return braces_words(trouble.text, first + match.start(), first + match.end())
    return None


def braces_words(text: str, begin: int, end: int) -> Words:
    """P017 for the `{{ … }}` or `${{ … }}` that stands between two indexes."""
    found = text[begin:end]
    if found.startswith("$"):
        message, better = "an expression inside `{…}` or `[…]` needs quotes", found
    else:
        message, better = "`{{ … }}` is no expression here: `{` begins a mapping in YAML", "$" + found
    better = json.dumps(better, ensure_ascii=False)
    fix = (f"write `{better}`", begin, end, better)
    return Words(
        message, "read as a mapping", f"write `{better}`", begin, length=end - begin, fixes=(fix,), code="P017"
    )


def _second_colon(trouble: Trouble) -> Words:
    line, column = trouble.line_of(trouble.stop), trouble.column(trouble.stop) - 1
    if ": " not in line[:column] and not line[:column].strip().endswith(":"):
        return _line_above(trouble) or Words(
            "this line is indented deeper than the one it belongs to",
            "does not fit here",
            "give keys of one mapping the same indentation, and texts of several lines a `|`",
            trouble.stop - column + len(line) - len(line.lstrip(" ")),
        )
    fixes: tuple[tuple[str, int, int, str], ...] = ()
    match = _QUOTABLE.match(line) if len(line) <= _LONG else None
    if match:
        start = trouble.stop - column
        quoted = json.dumps(match.group(2), ensure_ascii=False)
        fixes = (("put the text in quotes", start + match.start(2), start + match.end(2), quoted),)
    return Words(
        "a text with `: ` in it needs quotes",
        "a second `:` on this line",
        "put the whole text in quotes, or write it below a `|`",
        trouble.stop,
        fixes=fixes,
    )


def _line_above(trouble: Trouble, least: int = -1000) -> Words | None:
    """The line above, when it is the one that is no `key: value`.

    This line is not indented deeper than it, and at least `least` columns deeper (0: as deep).
    """
    above = trouble.text[: trouble.stop - trouble.column(trouble.stop) + 1].rstrip()
    line = above[above.rfind("\n") + 1 :]
    depth = len(line) - len(line.lstrip(" "))
    here = trouble.line_of(trouble.stop)
    deeper = len(here) - len(here.lstrip(" ")) - depth
    if not above or not least <= deeper <= 0 or re.search(r":(\s|$)", line.split(" #")[0]) or line[depth] in "-#":
        return None
    return _no_colon(trouble._replace(start=len(above) - len(line) + depth))


def _expected_key(trouble: Trouble) -> Words:
    line = trouble.line_of(trouble.stop)
    before = line[: trouble.column(trouble.stop) - 1].rstrip()
    if before.endswith(('"', "'")):
        return Words(
            "there is text behind the closing quote",
            "not part of the quoted text",
            "put the whole text in quotes; a quote inside single quotes is written twice",
            trouble.stop,
        )
    found = trouble.text[trouble.stop : trouble.stop + 1]
    if found in ("]", "}"):
        return Words(f"this `{found}` closes nothing", "no bracket is open here", "remove it", trouble.stop)
    return _line_above(trouble, least=0) or Words(
        "this does not fit the mapping it stands in",
        "a key of that mapping was expected here",
        "give keys of one mapping the same indentation, and put texts with special characters in quotes",
        trouble.stop,
        "the mapping begins here",
    )


def _no_colon(trouble: Trouble) -> Words:
    return Words(
        "this line is no `key: value`",
        "a `:` is missing after this",
        "put a blank after the colon; write texts of several lines below a `|`, indented",
        trouble.start,
    )


def _unclosed_quote(trouble: Trouble) -> Words:
    quote = trouble.text[trouble.start : trouble.start + 1]
    return Words(
        f"this {quote} is never closed",
        "the text begins here",
        'close it; inside double quotes write `\\"` for a quote, inside single quotes write it twice',
        trouble.start,
    )


def _unclosed_bracket(trouble: Trouble) -> Words:
    trouble = trouble._replace(start=_open_bracket(trouble))
    bracket = trouble.text[trouble.start : trouble.start + 1] or "["
    closing = "}" if bracket == "{" else "]"
    rest = trouble.text[trouble.stop :].strip()
    if not rest or trouble.text.count("\n", trouble.start, trouble.stop):
        return Words(f"this `{bracket}` is not closed", "begins here", f"close it with `{closing}`", trouble.start)
    return Words(
        f"a `,` or `{closing}` was expected here",
        "does not fit",
        "inside brackets, put texts with special characters in quotes",
        trouble.stop,
        f"the `{bracket}` begins here",
    )


def _open_bracket(trouble: Trouble) -> int:
    """Where the bracket that is still open was opened: the parser's own place for it is the end of the file when
    nothing follows the bracket."""
    if trouble.text[trouble.start : trouble.start + 1] in ("[", "{"):
        return trouble.start
    closed = 0
    for index in range(min(trouble.stop, len(trouble.text)) - 1, max(-1, trouble.stop - _LONG), -1):
        if trouble.text[index] in "]}":
            closed += 1
        elif trouble.text[index] in "[{":
            if not closed:
                return index
            closed -= 1
    return trouble.start


def _bad_start(trouble: Trouble) -> Words:
    character = trouble.text[trouble.start : trouble.start + 1]
    if character not in "*&!":
        character = trouble.text[trouble.stop : trouble.stop + 1]
    at = trouble.start if character in "*&!" else trouble.stop
    shown = "a backquote" if character == "`" else f"`{character}`"
    return Words(f"a text cannot begin with {shown}", "has a meaning of its own in YAML", "put the text in quotes", at)


def _bad_escape(trouble: Trouble) -> Words:
    at = trouble.text.rfind("\\", trouble.start, trouble.stop + 1)
    at = at if at >= 0 else trouble.stop
    found = trouble.text[at : at + 2].strip()
    what = "is no complete escape" if found[1:] in ("x", "u", "U") else "is no escape that YAML knows"
    return Words(
        f"`{found}` {what}",
        "in double quotes a `\\` begins an escape",
        f"write `\\{found}`, or use single quotes",
        at,
        fixes=(("double the backslash", at, at + 1, "\\\\"),),
    )


def _list_beside_key(trouble: Trouble) -> Words:
    return Words(
        "a list with `-` cannot begin here",
        "on the line of its key, or after a text",
        "begin it on the line below its key, or write `[a, b]`",
        trouble.stop,
    )


def _block_header(trouble: Trouble) -> Words:
    return Words(
        "there is text behind the `|` or `>`",
        "the text begins on the line below",
        "move it to the next line, indented",
        trouble.stop,
    )


def _after_root(trouble: Trouble) -> Words:
    return Words(
        "the plan has ended before this line",
        "does not belong to the mapping above",
        "give all top-level keys the same indentation",
        trouble.stop,
    )


def _list_item(trouble: Trouble) -> Words:
    return Words(
        "this does not fit the list it stands in",
        "an item with `-` was expected here",
        "give all items of one list the same indentation",
        trouble.stop,
        "the list begins here",
    )


def _directive(trouble: Trouble) -> Words:
    return Words("a plan has no YAML directives", "a directive", "remove this line", trouble.stop, code="P010")


def _no_value(trouble: Trouble) -> Words:
    character = trouble.text[trouble.stop : trouble.stop + 1].strip()
    message = f"a value was expected here, and `{character}` is none" if character else "a value was expected here"
    return Words(message, "no value", "put texts with special characters in quotes", trouble.stop)


_RULES: tuple[tuple[str, Callable[[Trouble], Words]], ...] = (
    ("mapping values are not allowed", _second_colon),
    ("mapping keys are not allowed", _second_colon),
    ("block sequence entries are not allowed", _list_beside_key),
    ("could not find expected ':'", _no_colon),
    ("quoted scalar: found unexpected", _unclosed_quote),
    ("directive", _directive),
    ("incompatible YAML", _directive),
    ("escape", _bad_escape),
    ("hexdecimal number", _bad_escape),
    ("flow sequence", _unclosed_bracket),
    ("flow mapping", _unclosed_bracket),
    ("flow node", _unclosed_bracket),
    ("expected node content", _no_value),
    ("cannot start any token", _bad_start),
    ("while scanning an a", _bad_start),
    ("tag", _bad_start),
    ("block scalar", _block_header),
    ("did not find expected key", _expected_key),
    ("block collection", _list_item),
    ("<document start>", _after_root),
)
