"""A text with `${{ … }}` and, where the kind allows it, `{% if %}` and `{% for %}` → text segments.

A tag that stands alone on its line takes the whole line with it, so that loops over lines read naturally; `{%-` and
`-%}` strip all blanks and line breaks on their side, as in Jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from .code import BAD, Code, Fault, Suggestion
from .parse import parse_expression
from .scan import Piece, scan

MAX_TAG_NESTING = 2
MAX_FAULTS = 100
"""Problems in one text after which its expressions are no longer read."""
RESERVED = frozenset({"inputs", "tasks", "run", "loop", "previous", "output"})
"""Names with a meaning of their own: no `as:` and no `{% for %}` may take them."""

_LOOP_HEADER = re.compile(r"([A-Za-z_]\w*)\s+in\s+(?=\S)")
_WORD = re.compile(r"\w+")
# Every repetition is bounded, so that a hostile text costs no more than its length.
_PATH = r"[A-Za-z_][\w.]{0,99}(?:\[[\w'\"]{1,99}\][\w.\[\]'\"]{0,99})?"
_FILTERS = r"(?:\s{0,9}\|[^{}\n]{0,199})?"
_FORGOTTEN = re.compile(
    rf"(?<![{{$])\{{\{{-?\s{{0,9}}({_PATH}){_FILTERS}\s{{0,9}}-?\}}\}}|\$?\{{\s{{0,9}}({_PATH})\s{{0,9}}\}}"
)
_BARE_PATH = re.compile(
    r"(?<![\w.{])(?:tasks\.[a-z]\w{0,63}\.output|inputs\.[a-z]\w{0,63})\b(?:\.[A-Za-z_]\w{0,63}|\[\d{1,9}\]){0,9}"
)
_REFUSED_LOOP = re.compile(r"\{%-?\s{0,9}for\s{1,9}([A-Za-z]\w{0,63})\s{1,9}in\b")
_TAG_IN_DATA = re.compile(r"\{%-?\s{0,9}(?:if|elif|else|endif|for|endfor|set)\b[^%]{0,999}%\}")


@dataclass(slots=True)
class _Block:
    """An open `{% if %}` or `{% for %}`. `out` is the text being filled now."""

    kind: str
    start: int
    end: int
    out: list[Any]
    branches: list[list[Any]] = field(default_factory=list)
    header: list[Any] = field(default_factory=list)
    otherwise: list[Any] = field(default_factory=list)
    has_else: bool = False


class TemplateReader:
    """Reads one text; `segments` and `faults` are the result."""

    def __init__(self, text: str, tags: bool, names: Collection[str] = ()) -> None:
        self.text = text
        self.tags = tags
        self.names = names
        self.segments: list[Any] = []
        self.faults: list[Fault] = []
        self._blocks: list[_Block] = []
        self._refused_loops: list[str] = []

    def read(self) -> None:
        pieces: list[Piece] = []
        for piece in scan(self.text, self.tags):
            if isinstance(piece, Fault):
                self.faults.append(piece)
            else:
                pieces.append(piece)
        floor = 0
        for index, piece in enumerate(pieces):
            if piece.kind == "text":
                following = pieces[index + 1] if index + 1 < len(pieces) else None
                self._plain(max(piece.start, floor), self._ceiling(piece, following))
            elif piece.kind == "put":
                self._out.append(["put", self._expression(*piece.inner)])
            else:
                floor = self._floor(piece)
                self._tag(piece)
        for block in self._blocks:
            message = f"this `{{% {block.kind} %}}` is never closed by `{{% end{block.kind} %}}`"
            self.faults.append(Fault("P215", message, block.start, block.end))
        for name in self._refused_loops[:MAX_TAG_NESTING]:
            self.segments = [["for", name, Code([BAD], 0, 0), self.segments, []]]

    @property
    def _out(self) -> list[Any]:
        return self._blocks[-1].out if self._blocks else self.segments

    def _expression(self, start: int, end: int) -> Code:
        if len(self.faults) >= MAX_FAULTS:
            return Code([BAD], start, end)
        code, faults = parse_expression(self.text, start, end)
        self.faults.extend(faults)
        return code

    # --- plain text -------------------------------------------------------------------------------------------

    def _plain(self, start: int, end: int) -> None:
        if start >= end:
            return
        plain = self.text[start:end]
        self._out.append(plain)
        if "{" in plain:
            loops = [block.header[0] for block in self._blocks if block.header]
            self.faults.extend(forgotten_dollars(self.text, start, end, {*self.names, *loops}))
            if not self.tags:
                self._tags_in_data(start, end)

    def _tags_in_data(self, start: int, end: int) -> None:
        for match in _TAG_IN_DATA.finditer(self.text, start, end):
            help_ = "use `a if … else b` or `| join` inside `${{ … }}`; a literal `{%` is written `${{ '{%' }}`"
            message = "`{% … %}` works in `prompt`, `agent`, `system`, `goal` and `ask` texts only"
            self.faults.append(Fault("P216", message, match.start(), match.end(), help=help_))
            break
        # The loops that stand here count as loops, so that their variables are no second problem.
        self._refused_loops.extend(_REFUSED_LOOP.findall(self.text, start, end)[:MAX_TAG_NESTING])

    def _ceiling(self, piece: Piece, following: Piece | None) -> int:
        """Where the plain text before a tag ends."""
        if following is None or following.kind != "tag":
            return piece.end
        if self.text.startswith("-", following.inner[0]):
            return piece.start + len(self.text[piece.start : piece.end].rstrip())
        line = self._line_of_lonely_tag(following)
        return max(piece.start, line[0]) if line else piece.end

    def _floor(self, tag: Piece) -> int:
        """Where the plain text behind a tag begins."""
        if self.text[tag.inner[1] - 1] == "-" and tag.inner[1] - 1 >= tag.inner[0]:
            position = tag.end
            while position < len(self.text) and self.text[position].isspace():
                position += 1
            return position
        line = self._line_of_lonely_tag(tag)
        return line[1] if line else tag.end

    def _line_of_lonely_tag(self, tag: Piece) -> tuple[int, int] | None:
        """Extent of the line on which nothing but this tag stands, its line break included."""
        text, start, end = self.text, tag.start, tag.end
        while start > 0 and text[start - 1] in " \t":
            start -= 1
        while end < len(text) and text[end] in " \t":
            end += 1
        if (start > 0 and text[start - 1] != "\n") or (end < len(text) and text[end] != "\n"):
            return None
        return start, min(end + 1, len(text))

    # --- tags -------------------------------------------------------------------------------------------------

    def _tag(self, tag: Piece) -> None:
        start, end = tag.inner
        start += self.text.startswith(("-", "+"), start)
        end -= end > start and self.text[end - 1] in "-+"
        word = _WORD.search(self.text, start, end)
        name = word.group() if word and not self.text[start : word.start()].strip() else ""
        rest = word.end() if word else end
        handler = {
            "if": self._if,
            "elif": self._elif,
            "else": self._else,
            "for": self._for,
            "endif": self._close,
            "endfor": self._close,
        }.get(name)
        if handler is None:
            message = f"there is no tag `{{% {name} %}}`" if name else "this tag has no name"
            self._wrong(tag, message, "the tags are if, elif, else, endif, for and endfor")
        else:
            handler(tag, name, rest, end)

    def _wrong(self, tag: Piece, message: str, help_: str = "") -> None:
        self.faults.append(Fault("P215", message, tag.start, tag.end, help=help_))

    def _open(self, tag: Piece, block: _Block) -> None:
        if len(self._blocks) >= MAX_TAG_NESTING:
            self._wrong(tag, f"tags nest at most {MAX_TAG_NESTING} deep", "prepare the data in a `value:` task")
        self._blocks.append(block)

    def _if(self, tag: Piece, name: str, start: int, end: int) -> None:
        body: list[Any] = []
        condition = self._expression(start, end)
        self._open(tag, _Block("if", tag.start, tag.end, body, branches=[[condition, body]]))

    def _elif(self, tag: Piece, name: str, start: int, end: int) -> None:
        block = self._blocks[-1] if self._blocks else None
        if block is None or block.kind != "if" or block.has_else:
            self._wrong(tag, "`{% elif %}` stands outside an `{% if %}`")
            return
        block.out = []
        block.branches.append([self._expression(start, end), block.out])

    def _else(self, tag: Piece, name: str, start: int, end: int) -> None:
        block = self._blocks[-1] if self._blocks else None
        if block is None or block.has_else or self.text[start:end].strip():
            self._wrong(tag, "`{% else %}` stands outside an `{% if %}` or `{% for %}`, or is not alone")
            return
        block.has_else = True
        block.out = block.otherwise

    def _for(self, tag: Piece, name: str, start: int, end: int) -> None:
        body: list[Any] = []
        while start < end and self.text[start].isspace():
            start += 1
        match = _LOOP_HEADER.match(self.text, start, end)
        if match is None:
            help_ = "for pairs: `{% for pair in data | items %}`, then `pair[0]` and `pair[1]`"
            self._wrong(tag, "a loop is written `{% for NAME in EXPRESSION %}`", help_)
            self._blocks.append(_Block("for", tag.start, tag.end, body))
            return
        variable = match.group(1)
        if variable in RESERVED or variable.startswith("_"):
            self.faults.append(Fault("P217", f"`{variable}` cannot be the name of a loop variable", *match.span(1)))
        items = self._expression(match.end(), end)
        if items[0] == "cond" and items[3] == ["lit", None]:
            self._wrong(tag, "a loop takes no condition", "filter the list: `data | select(…)` or `| selectattr(…)`")
            items = Code([BAD], items.start, items.end)
        self._open(tag, _Block("for", tag.start, tag.end, body, header=[variable, items]))
        self._blocks[-1].branches = [[None, body]]

    def _close(self, tag: Piece, name: str, start: int, end: int) -> None:
        if not self._blocks or name != f"end{self._blocks[-1].kind}":
            self._wrong(tag, f"`{{% {name} %}}` closes nothing here")
            return
        block = self._blocks.pop()
        if block.kind == "if":
            self._out.append(["if", block.branches, block.otherwise])
        elif block.header:
            self._out.append(["for", *block.header, block.branches[0][1], block.otherwise])


def forgotten_dollars(text: str, start: int, end: int, names: Collection[str] = ()) -> list[Fault]:
    """Warnings for `{{ x }}`, `{inputs.x}` and `${inputs.x}`: what other template languages would replace.

    `names` are those of items, which may be read here.
    """
    faults: list[Fault] = []
    for match in _FORGOTTEN.finditer(text, start, end):
        path = match.group(1) or match.group(2)
        certain = path.startswith(("inputs.", "tasks.")) or re.split(r"[.\[]", path)[0] in names
        if match.group(2) and not path.startswith(("inputs.", "tasks.")):
            continue
        found = match.group()
        message = f"`{found}` is sent as it stands: data is put in by `${{{{ … }}}}`"
        inner = found.lstrip("${").rstrip("}").strip("- \t\n")
        written = f"${{{{ {inner} }}}}"
        fix = Suggestion(f"write `{written}`", match.start(), match.end(), written, True) if certain else None
        help_ = f"write `{written}` if data is meant; plain text may stay as it is"
        faults.append(Fault("P214", message, match.start(), match.end(), help=help_, fix=fix))
    return faults


def read_text(text: str, tags: bool, names: Collection[str] = ()) -> tuple[list[Any], list[Fault]]:
    """The segments of a text and what is wrong with it; `tags` allows `{% if %}` and `{% for %}`. Never raises.

    `names` are those of the items that the text may read.
    """
    if "{" not in text:
        return ([text] if text else []), bare_paths(text)
    reader = TemplateReader(text, tags, names)
    reader.read()
    return reader.segments, reader.faults


def bare_paths(text: str) -> list[Fault]:
    """A warning for `tasks.a.output` in a text without any `${{ … }}`; with a fix when the text is nothing else."""
    match = _BARE_PATH.search(text) if "tasks." in text or "inputs." in text else None
    if match is None:
        return []
    whole = match.group() == text.strip()
    if not whole and not match.group().startswith("tasks."):
        return []
    written = f"${{{{ {match.group()} }}}}"
    fix = Suggestion(f"write `{written}`", *match.span(), written, whole)
    message = f"`{match.group()}` is sent as it stands: data is put in by `${{{{ … }}}}`"
    help_ = f"write `{written}` if data is meant; plain text may stay as it is"
    return [Fault("P214", message, *match.span(), help=help_, fix=fix)]
