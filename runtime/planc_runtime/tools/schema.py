"""Schemas from type hints and docstrings: what a function takes and gives, as JSON Schema and as checkers.

Everything pydantic understands is understood: enums, `Literal`, defaults, `Optional`, pydantic models, dataclasses,
typed dicts, dates, `Annotated` with descriptions and constraints. References are written out, so that a schema can be
read by itself. Not expressible, and said so when the tool is loaded: `*args`, `**kwargs`, missing hints.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, Field, PydanticUserError, TypeAdapter, ValidationError, with_config
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation
from pydantic_core import PydanticSerializationError
from typing_extensions import TypedDict

from planc_schemas.values import Json, JsonSchema

from .context import ToolContext
from .declare import is_key_marker
from .secrets import Secret


class ToolDefinitionError(ValueError):
    """A function cannot be a tool; the message says why and what to change."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a function.

    `arguments` is the JSON Schema of its visible parameters, `result` that of its return type ({} if unknown).
    `checker` turns JSON arguments into Python values, `returns` a Python result into JSON (None: no return type).
    The injected parameters: `context` (of type ToolContext), `key` (IdempotencyKey), `secrets` (of type Secret).
    """

    description: str
    arguments: JsonSchema
    result: JsonSchema
    checker: TypeAdapter[dict[str, Any]]
    returns: TypeAdapter[Any] | None
    context: str | None = None
    key: str | None = None
    secrets: tuple[str, ...] = ()


def signature_of(function: Callable[..., Any]) -> Signature:
    """Reads a function's hints and docstring. Raises ToolDefinitionError when they do not make a tool."""
    import docstring_parser  # late: the command line makes its own tools only when a plan names them

    name = getattr(function, "__name__", repr(function))
    hints = _hints(function, name)
    doc = docstring_parser.parse(inspect.getdoc(function) or "")
    told = {item.arg_name: item.description or "" for item in doc.params}
    fields: dict[str, Any] = {}
    defaults: dict[str, Json] = {}
    context = key = None
    secrets: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        hint = _hint_of(parameter, hints, name)
        if _is(hint, ToolContext):
            context = parameter.name
        elif get_origin(hint) is Annotated and any(is_key_marker(item) for item in get_args(hint)[1:]):
            key = parameter.name
        else:
            if _is(hint, Secret):
                secrets.append(parameter.name)
                hint = _secret_hint(hint)
            optional = parameter.default is not inspect.Parameter.empty
            fields[parameter.name] = _field(hint, told.get(parameter.name, ""), optional)
            if optional:
                defaults[parameter.name] = _default(hint, parameter, name)
    checker = _adapter(_typed_dict(name, fields), name, "its parameters")
    arguments = _arguments_schema(checker, defaults, name)
    returns = None if hints.get("return", Any) is Any else _adapter(hints["return"], name, "its return type")
    result = _result_schema(returns, name)
    text = "\n\n".join(part.strip() for part in (doc.short_description, doc.long_description) if part)
    return Signature(text, arguments, result, checker, returns, context, key, tuple(secrets))


def _hints(function: Callable[..., Any], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise ToolDefinitionError(f"tool `{name}`: a type hint cannot be read: {error}") from error


def _hint_of(parameter: inspect.Parameter, hints: dict[str, Any], name: str) -> Any:
    where = f"tool `{name}`: parameter `{parameter.name}`"
    if parameter.kind not in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY):
        raise ToolDefinitionError(f"{where} cannot be given by name; write ordinary or keyword-only parameters")
    if parameter.name not in hints:
        raise ToolDefinitionError(f"{where} has no type hint; write for instance `{parameter.name}: str`")
    return hints[parameter.name]


def _is(hint: Any, wanted: type) -> bool:
    """Is the hint `wanted`, `wanted | None` or either of them annotated?"""
    if get_origin(hint) is Annotated:
        return _is(get_args(hint)[0], wanted)
    if get_origin(hint) in (Union, types.UnionType):
        return any(_is(item, wanted) for item in get_args(hint))
    return hint is wanted


def _secret_hint(hint: Any) -> Any:
    """A secret parameter takes the *name* of the secret; the description says so."""
    text = "name of a granted secret"
    if get_origin(hint) is Annotated:
        extra = [item for item in get_args(hint)[1:] if isinstance(item, str)]
        text = f"{extra[0]} ({text})" if extra else text
        hint = get_args(hint)[0]
    return Annotated[str if hint is Secret else str | None, text]


def _field(hint: Any, told: str, optional: bool) -> Any:
    """The hint with its description: a plain text in `Annotated` counts, else the docstring's words."""
    text = told
    if get_origin(hint) is Annotated:
        base, *metadata = get_args(hint)
        texts = [item for item in metadata if isinstance(item, str)]
        text = texts[0] if texts else told
        described = any(getattr(item, "description", None) for item in metadata)
        for item in metadata:
            if not isinstance(item, str):
                base = Annotated[base, item]
        hint, text = base, "" if described and not texts else text
    annotated = Annotated[hint, Field(description=" ".join(text.split()))] if text else hint
    return NotRequired[annotated] if optional else annotated


def _typed_dict(name: str, fields: dict[str, Any]) -> Any:
    """A typed dict, because a model's attribute names (`json`, `copy`, …) would clash with parameter names."""
    made = TypedDict(f"{name}_arguments", fields)  # type: ignore[misc]  # made from data, on purpose
    return with_config(ConfigDict(extra="forbid"))(made)


def _adapter(hint: Any, name: str, what: str) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(hint)
    except (PydanticSchemaGenerationError, PydanticUserError, PydanticUndefinedAnnotation, TypeError) as error:
        first = str(error).splitlines()[0]
        raise ToolDefinitionError(f"tool `{name}`: {what} cannot be described as JSON: {first}") from error


def _default(hint: Any, parameter: inspect.Parameter, name: str) -> Json:
    if parameter.default is None:
        return None
    try:
        return TypeAdapter(hint).dump_python(parameter.default, mode="json", warnings=False)
    except (PydanticSerializationError, PydanticSchemaGenerationError) as error:
        raise ToolDefinitionError(
            f"tool `{name}`: the default of `{parameter.name}` cannot be written as JSON"
        ) from error


def _arguments_schema(checker: TypeAdapter[Any], defaults: dict[str, Json], name: str) -> JsonSchema:
    schema = _schema(checker, name, "validation")
    properties = schema.setdefault("properties", {})
    for key, value in defaults.items():
        properties[key]["default"] = value
    schema["additionalProperties"] = False
    return schema


def _result_schema(returns: TypeAdapter[Any] | None, name: str) -> JsonSchema:
    return {} if returns is None else _schema(returns, name, "serialization")


def _schema(adapter: TypeAdapter[Any], name: str, mode: Any) -> JsonSchema:
    try:
        schema = adapter.json_schema(mode=mode)
    except PydanticUserError as error:
        first = str(error).splitlines()[0]
        raise ToolDefinitionError(f"tool `{name}`: a type cannot be described as JSON: {first}") from error
    definitions = schema.pop("$defs", {})
    plain = written_out(schema, definitions)
    return plain if isinstance(plain, dict) else {}


def written_out(schema: Json, definitions: dict[str, JsonSchema], inside: tuple[str, ...] = ()) -> Json:
    """The schema with `#/$defs/…` references replaced by what they mean and generated titles dropped.

    A recursive type becomes "any object" where it contains itself.
    """
    if isinstance(schema, list):
        return [written_out(item, definitions, inside) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        key = reference.rpartition("/")[2]
        if key in inside or key not in definitions:
            return {"type": "object"}
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        target = written_out(definitions[key], definitions, (*inside, key))
        return {**target, **written_out(rest, definitions, inside)}
    plain = {}
    for name, value in schema.items():
        if name == "title" and isinstance(value, str):
            continue
        if name == "properties" and isinstance(value, dict):
            plain[name] = {key: written_out(item, definitions, inside) for key, item in value.items()}
        elif name in ("default", "const", "enum", "examples"):
            plain[name] = value
        else:
            plain[name] = written_out(value, definitions, inside)
    return plain


def problems(error: ValidationError) -> str:
    """A validation error as one line: `max_results: Input should be a valid integer; …` (at most five)."""
    lines = []
    for item in error.errors(include_url=False, include_input=False)[:5]:
        place = ".".join(str(part) for part in item["loc"]) or "value"
        lines.append(f"`{place}`: {item['msg']}")
    more = error.error_count() - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more > 0 else "")
