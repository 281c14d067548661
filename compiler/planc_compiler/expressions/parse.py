"""One expression's text → Code: the short way for plain paths, Jinja2's parser for everything else."""

from __future__ import annotations

from .code import BAD, Code, Fault
from .paths import read_path


def parse_expression(text: str, start: int, end: int) -> tuple[Code, list[Fault]]:
    """The code of the expression `text[start:end]` (without its delimiters) and what is wrong with it.

    Never raises; an expression that cannot be read is a BAD node with one fault.
    """
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    path = read_path(text, start, end)
    if path is not None:
        return path, []
    from .grammar import ParseError, parse  # Jinja2 takes a tenth of a second to import: only where it is needed
    from .translate import Translator

    try:
        tree, tokens = parse(text, start, end)
    except ParseError as error:
        return Code([BAD], start, end), [error.fault]
    translator = Translator(text, tokens)
    code = translator.translate(tree)
    return code, translator.faults
