"""Inputs of a run as people type them: `name=value`, `name=@file`, typed by the plan's schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from planc_compiler.nearest import nearest
from planc_schemas.validate import validate
from planc_schemas.values import Json, JsonSchema

MAX_FILE_BYTES = 10 * 1024 * 1024


class InputError(Exception):
    """An input that cannot be taken. `help` is what to do."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def read_inputs(
    pairs: Sequence[str], schemas: Mapping[str, JsonSchema], folder: Path, *, partial: bool = False
) -> dict[str, Json]:
    """Values of `pairs`, such as `topic=agents`, `count=3`, `papers=@papers.json`.

    A text input takes its value as it stands (or the text of the file after `@`; `@@` begins a text with `@`).
    For every other type the value is JSON. With `partial` required inputs may be missing. Raises InputError.
    """
    values: dict[str, Json] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise InputError(f"input {pair!r} has no value", "write it as -i NAME=VALUE")
        if name not in schemas:
            near = nearest(name, schemas)
            known = f"the plan's inputs are {', '.join(schemas)}" if schemas else "the plan has no inputs"
            raise InputError(f"the plan has no input `{name}`", f"did you mean `{near}`?" if near else known)
        if name in values:
            raise InputError(f"input `{name}` is given twice", "give it once")
        values[name] = _value(name, text, schemas[name], folder)
        problems = validate(values[name], schemas[name])
        if problems:
            wanted = json.dumps(schemas[name], ensure_ascii=False)
            raise InputError(f"input `{name}` does not fit the plan: {problems[0]}", f"the plan asks for {wanted}")
    missing = [name for name, schema in schemas.items() if name not in values and "default" not in schema]
    if missing and not partial:
        raise InputError(
            f"the plan needs {'inputs' if len(missing) > 1 else 'the input'} {', '.join(missing)}",
            "give " + " ".join(f"-i {name}=…" for name in missing),
        )
    return values


def _value(name: str, text: str, schema: JsonSchema, folder: Path) -> Json:
    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        text = _file(name, folder / text[1:])
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds or []
    if "string" in kinds:
        return text
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError:
        if not kinds:
            return text
        wanted = " or ".join(_KINDS.get(kind, kind) for kind in kinds)
        example = {"integer": "3", "number": "0.5", "boolean": "true", "array": '["a", "b"]', "object": '{"a": 1}'}
        shown = example.get(kinds[0], "null")
        raise InputError(
            f"input `{name}` is {wanted}, and {_short(text)} is no JSON of that type",
            f"write it like -i {name}='{shown}'",
        ) from None


_KINDS = {
    "array": "a list",
    "object": "an object",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
}


def _no_constant(name: str) -> Json:
    raise ValueError(name)


def _file(name: str, path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(f"input `{name}`: {path} is larger than {MAX_FILE_BYTES:,} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"input `{name}`: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"input `{name}`: {path} is not UTF-8 text") from None


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
