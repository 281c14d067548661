"""`{id}`, `{id.field}` and `{item}` in a draft's texts and values → `${{ … }}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..kinds import ANY, Type
from .steps import Step, Steps, item_type, list_inside

_REFERENCE = re.compile(r"(?<![{$])\{\s*([a-z_][a-z0-9_]*)((?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*\}(?!\})")
ITEM = "item"


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference: the expression it means, that expression's type, and the step that it reads."""

    start: int
    end: int
    path: str
    type: Type
    step: str


def mentioned(text: str) -> list[str]:
    """The first names of everything in `text` that looks like a reference."""
    return [match.group(1) for match in _REFERENCE.finditer(text)]


def find(text: str, reader: Step, steps: Steps) -> Iterator[Reference]:
    """The references in `text` that mean something where `reader` stands; other braces are plain text."""
    for match in _REFERENCE.finditer(text):
        found = _resolve(match.group(1), reader, steps)
        if found is None:
            continue
        path, type_, step = found
        for member in match.group(2).split(".")[1:]:
            path += f".{member}"
            type_ = type_.member(member) or ANY
        yield Reference(match.start(), match.end(), path, type_, step)


def _resolve(name: str, reader: Step, steps: Steps) -> tuple[str, Type, str] | None:
    source = reader.draft.for_each
    if source and name in (ITEM, reader.item, source):
        return reader.item, item_type(steps.by_id[source].result), source
    other = steps.by_id.get(name)
    if other is None or other is reader:
        return None
    return element(reader, other, steps)


def element(reader: Step, other: Step, steps: Steps) -> tuple[str, Type, str]:
    """What `reader` reads of `other`: the element that belongs to its item if they run in step, else the whole."""
    if steps.aligned(reader, other) and other.result.kinds == {"array"}:
        return f"{output(other.id)}[loop.index0]", other.result.items(), other.id
    return output(other.id), other.result, other.id


def replace(text: str, references: list[Reference], put: Callable[[Reference], str]) -> str:
    """`text` with every reference replaced by what `put` gives for it."""
    parts: list[str] = []
    position = 0
    for reference in references:
        parts += [text[position : reference.start], put(reference)]
        position = reference.end
    return "".join([*parts, text[position:]])


def output(step_id: str) -> str:
    return f"tasks.{step_id}.output"


def expression(path: str) -> str:
    return f"${{{{ {path} }}}}"


def as_text(reference: Reference) -> str:
    """The reference as an expression that gives a text: lists of texts joined, other data as JSON."""
    if reference.type.kinds == {"array"}:
        of_texts = reference.type.items().kinds == {"string"}
        return expression(f"{reference.path} | join('\\n\\n')" if of_texts else f"{reference.path} | tojson(2)")
    if reference.type.kinds == {"object"}:
        return expression(f"{reference.path} | tojson(2)")
    return expression(reference.path)


def loop_source(source: Step) -> str:
    """The list that a `foreach` over a step's result goes through: the result, its only list, or a text's lines."""
    result = source.result
    inside = list_inside(result)
    if inside is not None:
        return expression(f"{output(source.id)}.{inside}")
    if result.kinds == {"string"}:
        return expression(f"{output(source.id)} | trim | split('\\n')")
    return expression(output(source.id))
