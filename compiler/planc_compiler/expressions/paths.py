"""The short way for plain paths such as `tasks.find.output[0].title`, and filters without arguments behind them: most
expressions of most plans are one.

A 10,000-task plan has tens of thousands of them; a regular expression reads one in a few microseconds, the full
parser takes hundreds. What this module does not recognise goes to the parser, which also words the errors.
"""

from __future__ import annotations

import re

from planc_schemas.expressions import FILTERS

from .code import MAX_CODE_DEPTH, Code

_NAME = r"[A-Za-z][A-Za-z0-9_]*"
PATH = re.compile(rf"{_NAME}(?:\.{_NAME}|\[\d{{1,9}}\])*")
_FILTER = re.compile(rf"\s*\|\s*({_NAME})(?=\s*(?:\||$))")
_PLAIN_FILTERS = frozenset(
    name for name, known in FILTERS.items() if not any(p.required for p in known.parameters) and name != "map"
)
_MAX_FILTERS = 10
_MAX_STEPS = MAX_CODE_DEPTH - _MAX_FILTERS
_STEP = re.compile(rf"\.({_NAME})|\[(\d+)\]")
KEYWORDS = frozenset(["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None"])


def read_path(text: str, start: int, end: int) -> Code | None:
    """The code of the path (and filters) that is exactly `text[start:end]`, or None if it is nothing so plain."""
    path = PATH.match(text, start, end)
    if path is None:
        return None
    code = _read_steps(text, start, path.end())
    position = path.end()
    depth = 0
    while code is not None and position < end:
        match = _FILTER.match(text, position, end)
        if match is None or match.group(1) not in _PLAIN_FILTERS or depth == _MAX_FILTERS:
            return None
        code = Code(["filter", match.group(1), code, [], {}], start, match.end(1), match.span(1))
        position = match.end(1)
        depth += 1
    return code


def _read_steps(text: str, start: int, end: int) -> Code | None:
    steps: list[tuple[str | int, int, int]] = []
    root_end = end
    for match in _STEP.finditer(text, start, end):
        if not steps:
            root_end = match.start()
        name, index = match.groups()
        steps.append((int(index), match.start(2), match.end(2)) if name is None else (name, *match.span(1)))
    root = text[start:root_end]
    if root in KEYWORDS or len(steps) > _MAX_STEPS:
        return None
    return build_path(root, start, root_end, steps)


def build_path(root: str, start: int, root_end: int, steps: list[tuple[str | int, int, int]]) -> Code | None:
    """Code of a root name and its steps (key or index, with the extent of the name).

    None when the root must be followed by names and is not (`tasks`, `tasks[0]`, `run`).
    """
    rest = steps
    if root == "inputs":
        code = Code(["inputs"], start, root_end)
    elif root == "tasks":
        if not steps or isinstance(steps[0][0], int):
            return None
        task, spot_start, spot_end = steps[0]
        member, member_end = None, spot_end
        rest = steps[1:]
        if rest and isinstance(rest[0][0], str):
            member, _, member_end = rest[0]
            rest = rest[1:]
        code = Code(["task", task, member], start, member_end, (spot_start, spot_end))
    elif root == "run":
        if not steps or isinstance(steps[0][0], int):
            return None
        code = Code(["run", steps[0][0]], start, steps[0][2], steps[0][1:])
        rest = steps[1:]
    else:
        code = Code(["var", root], start, root_end)
    for key, key_start, key_end in rest:
        if isinstance(key, str):
            code = Code(["get", code, key], start, key_end, (key_start, key_end))
        else:
            index = Code(["lit", key], key_start, key_end)
            code = Code(["at", code, index], start, key_end + 1, (key_start, key_end))
    return code
