"""Jinja2's lexer and parser, lent a position: the only module that knows Jinja2. Nothing is compiled or folded.

Jinja2's nodes know their line and nothing else. The parser copies a token's `lineno` into the nodes it makes, so the
tokens it is fed here carry their *offset* in `lineno`: every node then knows its exact place.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TOKEN_EOF, Token, TokenStream
from jinja2.parser import Parser

from . import complaints
from .code import Fault
from .paths import KEYWORDS

MAX_EXPRESSION_CHARS = 4_000
_MAX_NESTING = 20
"""Brackets and unary operators within each other: the parser recurses about 14 frames for each."""
_OPENING = ("lparen", "lbracket", "lbrace")
_CLOSING = ("rparen", "rbracket", "rbrace")
_OPERANDS = ("name", "string", "integer", "float", *_CLOSING)


class ParseError(Exception):
    """The text is no expression; `fault` says why and where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Tokens:
    """The tokens of one expression with their extents, in offsets of the whole text."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, token: Token, start: int, end: int) -> None:
        self.tokens.append(token)
        self.starts.append(start)
        self.ends.append(end)

    def index(self, token: Token) -> int | None:
        """Which one the token is; None for the end of the expression."""
        return None if token.type == TOKEN_EOF else bisect_left(self.starts, token.lineno)

    def extent(self, start: int) -> tuple[int, int]:
        """Extent of the token that starts at `start`."""
        return (start, self.ends[bisect_left(self.starts, start)])

    def after(self, offset: int) -> tuple[int, int]:
        """Extent of the first token that starts behind `offset`; an empty extent at the end of the expression."""
        index = bisect_left(self.starts, offset + 1)
        if index == len(self.starts):
            return (self.ends[-1], self.ends[-1])
        return (self.starts[index], self.ends[index])

    def lexemes(self, text: str) -> list[complaints.Lexeme]:
        """The words and signs as they are written in `text`."""
        return [
            complaints.Lexeme(text[start:end], start, end) for start, end in zip(self.starts, self.ends, strict=True)
        ]

    def closing(self, offset: int) -> int:
        """End of the first closing bracket that starts at or behind `offset`, else `offset`."""
        for index in range(bisect_left(self.starts, offset), len(self.starts)):
            if self.tokens[index].type in _CLOSING:
                return self.ends[index]
        return offset


@cache
def _environment() -> Environment:
    return Environment(autoescape=False, optimized=False, keep_trailing_newline=True)


def parse(text: str, start: int, end: int) -> tuple[nodes.Expr, Tokens]:
    """The syntax tree of the expression `text[start:end]`; nodes carry offsets in `text` as their `lineno`.

    Raises ParseError.
    """
    if end - start > MAX_EXPRESSION_CHARS:
        message = f"this expression has {end - start} characters; the limit is {MAX_EXPRESSION_CHARS}"
        raise ParseError(Fault("P218", message, start, end, help="build the value in a `value:` task, in steps"))
    tokens = _tokenize(text, start, end)
    if not tokens.tokens:
        raise ParseError(Fault("P210", "there is no expression here", start, end, "empty"))
    _check_nesting(tokens)
    parser = Parser(_environment(), "", state="variable")
    parser.stream = TokenStream(iter(tokens.tokens), None, None)
    try:
        tree = parser.parse_expression()
    except TemplateSyntaxError:
        tree = None
    if tree is None or parser.stream.current.type != TOKEN_EOF:
        raise ParseError(complaints.explain(text, tokens.lexemes(text), tokens.index(parser.stream.current), end))
    return tree, tokens


def _tokenize(text: str, start: int, end: int) -> Tokens:
    lexer = _environment().lexer
    # The lexer joins \r\n to \n; two characters for two keep the offsets right.
    body = text[start:end].replace("\r\n", " \n")
    tokens = Tokens()
    position = 0
    try:
        for _, kind, value in lexer.tokeniter(body, None, state="variable"):
            before = position
            position += len(value)
            if kind == "string":
                token = Token(start + before, "string", unescape(value[1:-1]))
                tokens.add(token, start + before, start + position)
                continue
            for token in lexer.wrap(iter([(start + before, kind, value)])):
                tokens.add(token, start + before, start + position)
    except TemplateSyntaxError:
        raise ParseError(complaints.unreadable(text, start + position, end)) from None
    except ValueError:  # an integer beyond Python's limit of digits
        raise ParseError(Fault("P218", "this number is too long", start + position, end)) from None
    return tokens


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "/": "/", "b": "\b", "f": "\f"}


def unescape(text: str) -> str:
    r"""A string literal's value: \n, \t, \r, \b, \f, \\, \/, \" and \'; any other backslash stands for itself."""
    if "\\" not in text:
        return text
    parts: list[str] = []
    index = 0
    while index < len(text):
        character = text[index]
        following = text[index + 1 : index + 2]
        if character == "\\" and following in _ESCAPES and following:
            parts.append(_ESCAPES[following])
            index += 2
        else:
            parts.append(character)
            index += 1
    return "".join(parts)


def _check_nesting(tokens: Tokens) -> None:
    """Bounds what the parser recurses over: brackets, prefix operators, and the `else` branches of `a if b else …`."""
    depth = prefixes = branches = 0
    operand_before = False
    for index, token in enumerate(tokens.tokens):
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        prefixes += not operand_before and (token.type in ("sub", "add") or token.test("name:not"))
        branches += token.test("name:else")
        operand_before = token.type in _OPERANDS and not (token.type == "name" and token.value in KEYWORDS)
        if max(depth, prefixes, branches) > _MAX_NESTING:
            place = (tokens.starts[index], tokens.ends[index])
            raise ParseError(
                Fault("P218", f"this expression nests deeper than {_MAX_NESTING}", *place, "too deep here")
            )
