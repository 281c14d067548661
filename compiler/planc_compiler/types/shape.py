"""The shapes in a plan: shorthands (`list[string]`) and JSON Schemas → plain JSON Schema, checked key by key.

The subset of JSON Schema 2020-12 is what both providers' structured outputs and our own validation understand; a
keyword outside it would be silently without effect, so it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from planc_schemas.values import JsonSchema

from ..nearest import is_slip
from ..node import Node
from ..report import Place, Report

SHORTHANDS: dict[str, str] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "object": "object",
    "list": "array",
    "array": "array",
    "null": "null",
}
JSON_TYPES = frozenset(SHORTHANDS.values())
_FORMER = {
    **dict.fromkeys(("str", "text", "varchar", "date", "datetime", "url", "uri", "email", "uuid"), "string"),
    **dict.fromkeys(("int", "long"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("bool", "bit"), "boolean"),
    **dict.fromkeys(("dict", "map", "mapping", "json", "struct"), "object"),
    **dict.fromkeys(("tuple", "set", "sequence"), "list"),
    **dict.fromkeys(("none", "nil", "void"), "null"),
}
"""What other languages call the types."""
_OTHER_LIST = re.compile(r"(?:list|array|sequence|set|tuple)?[\[<(](.*)[\]>)]", re.IGNORECASE)
_MAX_SHORTHAND = 100
_LIST_OF = re.compile(r"(?:list|array)\[(.*)\]")
_ANNOTATIONS = frozenset({"title", "description", "default", "examples", "format", "deprecated", "$schema", "$id"})
_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_COUNTS = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
_SCHEMAS = frozenset({"items", "additionalProperties", "not"})
_SCHEMA_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SCHEMA_MAPS = frozenset({"properties", "$defs", "definitions"})
_OTHERS = frozenset({"type", "enum", "const", "required", "pattern", "uniqueItems", "$ref"})
KEYWORDS = _ANNOTATIONS | _NUMBERS | _COUNTS | _SCHEMAS | _SCHEMA_LISTS | _SCHEMA_MAPS | _OTHERS


def expand(text: str) -> JsonSchema | None:
    """The schema of a shorthand, or None if it is none. `any` is the schema that everything satisfies."""
    if len(text) > _MAX_SHORTHAND:
        return None
    text = text.strip()
    if text == "any":
        return {}
    if text in SHORTHANDS:
        return {"type": SHORTHANDS[text]}
    match = _LIST_OF.fullmatch(text)
    inner = expand(match.group(1)) if match else None
    return None if inner is None else {"type": "array", "items": inner}


def meant_by(text: str, depth: int = 0) -> str | None:
    """The shorthand that somebody meant by a type of another language: `str`, `List[int]`, `string[]`."""
    word = text.strip().lower()
    if depth > 3 or len(word) > _MAX_SHORTHAND:
        return None
    if word in SHORTHANDS or word in _FORMER:
        return _FORMER.get(word, word)
    match = _OTHER_LIST.fullmatch(word)
    inner = meant_by(match.group(1) if match else word.removesuffix("[]"), depth + 1) if match or "[]" in word else None
    return f"list[{inner}]" if inner else None


class ShapeReader:
    """Reads the shapes of one plan; problems are reported as P411 under `task`."""

    def __init__(self, report: Report, task: str | None = None) -> None:
        self.report = report
        self.task = task
        self._root: Node | None = None

    def read(self, node: Node) -> JsonSchema:
        """The JSON Schema of a shape; what is wrong is reported and left out."""
        self._root = node
        return self._schema(node)

    def _wrong(
        self, node: Node, message: str, help_: str = "", instead: str | None = None, safe: bool | None = None
    ) -> None:
        text = instead
        if instead and "[" in instead and (node.style != "plain" or "[" not in str(node.value)):
            text = f'"{instead}"'  # inside braces a bracket would begin a list
        fix = (f"write `{instead}`", Place(node), text) if instead and text else None
        if safe is None:
            safe = instead is not None and is_slip(str(node.value), instead)
        self.report.add("P411", message, Place(node), help=help_, fix=fix, safe=safe, task=self.task)

    def _schema(self, node: Node) -> JsonSchema:
        if node.kind == "map":
            return self._keywords(node)
        if isinstance(node.value, bool):
            return {} if node.value else {"not": {}}
        schema = expand(node.value) if isinstance(node.value, str) else {"type": "null"} if node.value is None else None
        if schema is None or node.kind == "list":
            written = str(node.value) if node.kind == "scalar" else "a list"
            meant = meant_by(written)
            near = meant or self.report.nearest(written, SHORTHANDS)
            help_ = f"did you mean `{near}`?" if near else f"the types are: {', '.join(SHORTHANDS)} and list[TYPE]"
            self._wrong(node, f"`{written}` is no type", help_, near, safe=True if meant else None)
            return {}
        return schema

    def _keywords(self, node: Node) -> JsonSchema:
        unknown = [key for key, _ in node.entries if key.value not in KEYWORDS]
        if (unknown and _looks_like_fields(node)) or _only_names_of_types(node):
            self._fields_alone(node)
            return {}
        schema: JsonSchema = {}
        for key, value in node.entries:
            name = str(key.value)
            if name not in KEYWORDS:
                near = self.report.nearest(name, KEYWORDS)
                help_ = f"did you mean `{near}`?" if near else f"the keywords are: {', '.join(sorted(KEYWORDS))}"
                self._wrong(key, f"`{name}` is no keyword of a schema that planc knows", help_, near)
            else:
                self._keyword(name, value, schema)
        self._check_required(node, schema)
        return schema

    def _fields_alone(self, node: Node) -> None:
        """`{title: string}` is meant as an object with these fields; on one line it is put right."""
        written = self.report.source.one_line(node)
        instead = f"{{type: object, properties: {written}}}" if written and written.startswith("{") else ""
        self.report.add(
            "P411",
            "these are names of fields, not keywords of a schema",
            Place(node.entries[0][0]),
            help="write `{type: object, properties: {…}}` with the fields inside `properties`",
            fix=("put them into `properties`", Place(node), instead) if instead else None,
            safe=True,
            task=self.task,
        )

    def _keyword(self, name: str, node: Node, schema: JsonSchema) -> None:
        if name in _SCHEMAS:
            schema[name] = node.value if isinstance(node.value, bool) else self._schema(node)
        elif name in _SCHEMA_LISTS:
            if self._expect(name, node, node.kind == "list" and bool(node.items), "a list of schemas"):
                schema[name] = [self._schema(item) for item in node.items]
        elif name in _SCHEMA_MAPS:
            if self._expect(name, node, node.kind == "map", "a mapping of names to schemas"):
                schema[name] = {str(key.value): self._schema(value) for key, value in node.entries}
        elif name == "type":
            self._type(node, schema)
        elif name == "$ref":
            self._reference(node, schema)
        else:
            check, wanted = _VALUE_CHECKS.get(name, _ANYTHING)
            value = node.to_json()
            if self._expect(name, node, check(value), wanted):
                schema[name] = value

    def _expect(self, name: str, node: Node, holds: bool, wanted: str) -> bool:
        if not holds:
            self._wrong(node, f"`{name}` must be {wanted}")
        return holds

    def _type(self, node: Node, schema: JsonSchema) -> None:
        names: list[str] = []
        for item in node.items if node.kind == "list" else [node]:
            written = "null" if item.value is None else str(item.value)
            known = SHORTHANDS.get(written)
            expanded = expand(written) if known is None and node.kind != "list" else None
            if expanded:
                schema.update(expanded)
            elif known is None:
                meant = meant_by(written)
                near = meant or self.report.nearest(written, JSON_TYPES)
                help_ = f"did you mean `{near}`?" if near else f"the types are: {', '.join(sorted(JSON_TYPES))}"
                self._wrong(item, f"`{written}` is no type", help_, near, safe=True if meant else None)
            else:
                names.append(known)
        if names:
            schema["type"] = names if node.kind == "list" else names[0]

    def _reference(self, node: Node, schema: JsonSchema) -> None:
        text = str(node.value)
        target = self._root
        parts = text.removeprefix("#").strip("/").split("/") if text.strip("#/") else []
        for part in parts if text.startswith("#") else ["\0"]:
            target = target.get(part) if target is not None and target.kind == "map" else None
        if target is None:
            self._wrong(node, f"`{text}` points at nothing", "write `#/$defs/NAME` and define NAME under `$defs`")
        else:
            schema["$ref"] = text

    def _check_required(self, node: Node, schema: JsonSchema) -> None:
        required, properties = schema.get("required"), schema.get("properties")
        if not required or properties is None or "$ref" in schema or "allOf" in schema:
            return
        for item in (node.get("required") or node).items:
            if item.value not in properties:
                near = self.report.nearest(str(item.value), properties)
                help_ = f"did you mean `{near}`?" if near else "add it to `properties`, or take it out of `required`"
                self._wrong(item, f"`required` names `{item.value}`, which is not in `properties`", help_, near)


def _only_names_of_types(node: Node) -> bool:
    """`{title: string}`: read as a schema it would be anything, titled "string"."""
    return bool(node.entries) and all(
        key.value in ("title", "description") and isinstance(value.value, str) and value.value in SHORTHANDS
        for key, value in node.entries
    )


def _looks_like_fields(node: Node) -> bool:
    """`{title: string, year: integer}`: every value a type, and at least one key no keyword."""
    return all(
        (isinstance(value.value, str) and (expand(value.value) or meant_by(value.value)) is not None)
        or (value.kind == "map" and key.value not in KEYWORDS)
        for key, value in node.entries
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_pattern(value: object) -> bool:
    try:
        re.compile(value if isinstance(value, str) else "(")
    except re.error:
        return False
    return True


_Check = tuple[Callable[[object], bool], str]
_ANYTHING: _Check = (lambda value: True, "")
_VALUE_CHECKS: dict[str, _Check] = {
    **dict.fromkeys(_NUMBERS, (_is_number, "a number")),
    **dict.fromkeys(_COUNTS, (_is_count, "a whole number of 0 or more")),
    "enum": (lambda value: isinstance(value, list) and bool(value), "a list with at least one value"),
    "required": (
        lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
        "a list of names",
    ),
    "pattern": (_is_pattern, "a regular expression"),
    "uniqueItems": (lambda value: isinstance(value, bool), "true or false"),
    "title": (lambda value: isinstance(value, str), "a text"),
    "description": (lambda value: isinstance(value, str), "a text"),
}
