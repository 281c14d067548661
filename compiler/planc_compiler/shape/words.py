"""Words for what a place takes and for what stands there."""

from __future__ import annotations

from ..model_schema import Path, Schema, is_duration
from ..node import Node

DURATION = "a duration: a number and a unit, such as 500ms, 30s, 5m, 2h or 1d"
_TYPES = {"string": "a text", "boolean": "true or false", "object": "a mapping", "array": "a list"}


def place(path: Path) -> str:
    """`retry.max_attempts`, `needs[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def join(words: list[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def quoted(names: list[str], last: str = "and") -> str:
    """The names in backquotes, joined."""
    return join([f"`{name}`" for name in names], last)


def shorten(text: str, width: int = 40) -> str:
    """`text` on one line, cut to `width` characters."""
    line = " ".join(text[: 4 * width].split())
    return line if len(line) <= width else line[: width - 1] + "…"


def expected(alternatives: list[Schema]) -> str:
    """Words for what a place takes: "a whole number from 1 to 100", "a list"."""
    words: list[str] = []
    for branch in alternatives:
        for word in _branch(branch):
            if word not in words:
                words.append(word)
    return join(words) or "something else"


def _branch(branch: Schema) -> list[str]:
    if "enum" in branch:
        return [f"`{choice}`" for choice in branch["enum"]]
    if "const" in branch:
        return [f"`{branch['const']}`"]
    if is_duration(branch):
        return [DURATION]
    kind = branch.get("type", "")
    if kind in ("integer", "number"):
        return [_number(branch)]
    return [_TYPES.get(kind, "any value")]


def _number(branch: Schema) -> str:
    noun = "a whole number" if branch["type"] == "integer" else "a number"
    low, high, above = branch.get("minimum"), branch.get("maximum"), branch.get("exclusiveMinimum")
    if above is not None:
        return f"{noun} above {above:g}" + (f" and at most {high:g}" if high is not None else "")
    if low is not None and high is not None:
        return f"{noun} from {low:g} to {high:g}"
    return f"{noun} of at least {low:g}" if low is not None else noun


def found(node: Node) -> str:
    """Words for what stands at a place."""
    if node.kind == "map":
        return "a mapping"
    if node.kind == "list":
        return "a list"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text `{shorten(value)}`"
    return f"the number {value}"


def json_type(node: Node) -> str:
    """The JSON Schema type name of a node."""
    if node.kind != "scalar":
        return "object" if node.kind == "map" else "array"
    value = node.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "number" if isinstance(value, float) else "string"
