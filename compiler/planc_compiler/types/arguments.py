"""Arguments against the schema of a tool (or of a sub-plan's inputs): unknown, missing, of the wrong type or value."""

from __future__ import annotations

from typing import Any

from planc_schemas.validate import SchemaProblem, resolve_reference, validate
from planc_schemas.values import JsonSchema

from ..kinds import Type, of_schema
from ..nearest import is_slip, nearest
from ..node import Node
from ..program import Unit
from ..report import Place, Report
from .infer import Inference

_DEFINITIONS = ("$defs", "definitions")


class ArgumentCheck:
    """Checks the `with` of one task. `what` names whose arguments they are."""

    def __init__(self, report: Report, unit: Unit, what: str, schema: JsonSchema, inference: Inference) -> None:
        self.report = report
        self.unit = unit
        self.what = what
        self.schema = schema
        self.inference = inference
        self._meant: str | None = None

    def run(self) -> None:
        properties = self.schema.get("properties", {})
        slot = self.unit.slots.get("with")
        given: dict[str, list[Any]] = {}
        entries: dict[str, tuple[Node, Node]] = {}
        if slot is not None and slot.node.kind == "map":
            entries = {str(key.value): (key, value) for key, value in slot.node.entries}
            body = slot.code[1]
            given = {name: ["const", body[name]] if slot.code[0] == "const" else body[name] for name in entries}
        self._meant = self._only_missing(set(entries), properties)
        for name, (key, value) in entries.items():
            if name in properties:
                self._value(name, given[name], value, self._with_definitions(properties[name]))
            else:
                self.inference.data(given[name], value)
                self._unknown(name, key, properties, set(entries))
        self._missing(set(entries), properties)

    def _with_definitions(self, schema: Any) -> JsonSchema:
        """A property's schema that can be read alone: references still point at the tool's definitions."""
        if not isinstance(schema, dict):
            return {}
        return {**schema, **{name: self.schema[name] for name in _DEFINITIONS if name in self.schema}}

    def _only_missing(self, given: set[str], properties: JsonSchema) -> str | None:
        """The one argument that is missing while just one unknown is given: that one will be it (`q` for `query`)."""
        unknown = [name for name in given - properties.keys() if not nearest(name, properties)]
        missing = [name for name in self.schema.get("required", ()) if name not in given]
        return missing[0] if len(unknown) == len(missing) == 1 else None

    def _unknown(self, name: str, key: Node, properties: JsonSchema, given: set[str]) -> None:
        extra = self.schema.get("additionalProperties")
        if extra is True or isinstance(extra, dict):
            return
        free = [other for other in properties if other not in given]
        near = self.report.nearest(name, free) or self._meant
        takes = ", ".join(f"`{other}`" for other in properties)
        help_ = f"did you mean `{near}`?" if near else f"it takes {takes or 'no arguments'}"
        self.report.add(
            "P406",
            f"{self.what} does not take `{name}`",
            Place(key),
            help=help_,
            fix=(f"rename to `{near}`", Place(key), near) if near else None,
            safe=near is not None and is_slip(name, near),
            task=self.unit.id,
        )

    def _missing(self, given: set[str], properties: JsonSchema) -> None:
        for name in self.schema.get("required", ()):
            if (
                name in given
                or name == self._meant
                or any(nearest(other, [name]) for other in given - properties.keys())
            ):
                continue  # a misspelt one has been reported, with this name as its help
            place = self.unit.place("with")
            if place.node is self.unit.key:
                place = self.unit.place("tool" if "tool" in self.unit.node.names() else "plan")
            schema = properties.get(name, {})
            words = of_schema(self._with_definitions(schema)).describe()
            about = schema.get("description", "") if isinstance(schema, dict) else ""
            self.report.add(
                "P407",
                f"{self.what} needs `{name}`",
                place,
                help=f"add `{name}` to `with`: {words}" + (f" ({about.rstrip('.')})" if about else ""),
                task=self.unit.id,
            )

    def _value(self, name: str, data: list[Any], node: Node, schema: JsonSchema) -> None:
        if data[0] == "const":
            if self.report.is_full("P408"):
                return
            for problem in validate(data[1], schema, patterns=False):
                self._wrong_constant(name, problem, node)
            return
        inner = _resolved(schema)
        if data[0] == "obj" and (inner.get("properties") or isinstance(inner.get("additionalProperties"), dict)):
            self._members(name, data[1], node, inner)
            return
        if data[0] == "arr" and isinstance(inner.get("items"), dict):
            for index, (item, where) in enumerate(zip(data[1], node.items, strict=True)):
                self._value(f"{name}[{index}]", item, where, self._with_definitions(inner["items"]))
            return
        found = self.inference.data(data, node)
        wanted = of_schema(schema)
        if not fits(found, wanted):
            self._wrong_type(name, data, node, found, wanted)

    def _members(self, name: str, data: dict[str, Any], node: Node, inner: JsonSchema) -> None:
        properties, extra = inner.get("properties", {}), inner.get("additionalProperties")
        for key, value in node.entries:
            member = str(key.value)
            inside = properties.get(member, extra if isinstance(extra, dict) else None)
            if inside is not None:
                self._value(f"{name}.{member}", data[member], value, self._with_definitions(inside))
                continue
            self.inference.data(data[member], value)
            if extra is False:
                self._wrong(Place(key), f"`{name}` of {self.what} does not take `{member}`")
        for member in inner.get("required", ()):
            if member not in data:
                self._wrong(Place(node), f"`{name}` of {self.what} needs `{member}`")

    def _wrong(self, place: Place, message: str, help_: str = "") -> None:
        self.report.add("P408", message, place, help=help_, task=self.unit.id)

    def _wrong_constant(self, name: str, problem: SchemaProblem, node: Node) -> None:
        where = node_at(node, problem.path)
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in problem.path)
        help_ = ""
        if isinstance(where.value, str) and where.style != "plain" and "must be" in problem.message:
            help_ = "without quotes it is no text"
        self._wrong(Place(where), f"`{name}{steps}` of {self.what} {problem.message}", help_)

    def _wrong_type(self, name: str, data: list[Any], node: Node, found: Type, wanted: Type) -> None:
        help_ = ""
        if data[0] == "text":
            help_ = "only a value that is exactly one `${{ … }}` keeps its type; text around it makes it a text"
        elif found.kinds == {"string"} and wanted.may_be("number"):
            help_ = "`| int` and `| float` read a number from a text"
        elif wanted.kinds == {"string"}:
            help_ = "`| join(', ')`, `| tojson` or `| string` make a text of it"
        message = f"`{name}` of {self.what} takes {wanted.describe()}, and this is {found.describe()}"
        self._wrong(Place(node), message, help_)


def fits(found: Type, wanted: Type) -> bool:
    """Could a value of `found` be one of `wanted`? Looks into the items of lists."""
    if not wanted.may_be(*found.kinds):
        return False
    if found.kinds == {"array"} and found.item is not None and wanted.item is not None and "array" in wanted.kinds:
        return fits(found.item, wanted.item)
    return True


def node_at(node: Node, path: tuple[str | int, ...]) -> Node:
    """The node that a problem's path leads to, as far as it is written."""
    for step in path:
        if isinstance(step, int):
            inner = node.items[step] if node.kind == "list" and step < len(node.items) else None
        else:
            inner = node.get(step) if node.kind == "map" else None
        if inner is None:
            return node
        node = inner
    return node


def _resolved(schema: JsonSchema) -> JsonSchema:
    reference = schema.get("$ref")
    target = resolve_reference(reference, schema) if isinstance(reference, str) else None
    return schema if target is None else target
