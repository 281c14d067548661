"""The type of every expression, and what can be said to be wrong with it for certain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from planc_schemas.expressions import FILTERS

from ..expressions import Code
from ..kinds import ANY, BOOLEAN, INTEGER, NUMBER, STRING, Type, list_of, of_value, record, union
from ..nearest import is_slip
from ..node import Node
from ..report import Place, Report
from .filters import Complaint, bind, result

STATUSES = ("succeeded", "failed", "skipped")
_NULLABLE_INTEGER = INTEGER.or_null()
ERRORS = list_of(record({"index": _NULLABLE_INTEGER, "kind": STRING, "message": STRING}))
_INTEGRAL = frozenset({"integer"})
_FAMILIES = {"integer": "number", "number": "number", "string": "string", "array": "list"}
"""Kinds that can be added and ordered, each with its like."""


@dataclass(slots=True)
class Scope:
    """Types of the names that expressions of one task can see."""

    inputs: Type = ANY
    tasks: Mapping[str, Type] = field(default_factory=dict)
    untyped_texts: Set[str] = frozenset()
    """Tasks whose result is a text only because they have no `output:`."""
    variables: dict[str, Type] = field(default_factory=dict)


class Inference:
    """Infers the types of the expressions of one task (or of the plan's outputs)."""

    def __init__(self, report: Report, scope: Scope, task: str | None) -> None:
        self.report = report
        self.scope = scope
        self.task = task
        self.node = Node("scalar")

    def expression(self, code: Code, node: Node) -> Type:
        """The type of an expression that stands in the scalar `node`; problems are reported."""
        self.node = node
        return self.type_of(code)

    def text(self, segments: list[Any], node: Node) -> None:
        """Checks the expressions of a text, loops and branches included."""
        for segment in segments:
            if isinstance(segment, str):
                continue
            if segment[0] == "put":
                self.expression(segment[1], node)
            elif segment[0] == "if":
                for condition, body in segment[1]:
                    self.expression(condition, node)
                    self.text(body, node)
                self.text(segment[2], node)
            else:
                self._loop(segment, node)

    def _loop(self, segment: list[Any], node: Node) -> None:
        _, name, items, body, otherwise = segment
        found = self.expression(items, node)
        if not found.may_be("array"):
            help_ = "`| items` gives the pairs of an object" if found.may_be("object") else ""
            self.wrong("P405", items, f"`{{% for %}}` goes over a list, and this is {found.describe()}", help_)
        outer = self.scope.variables
        self.scope.variables = {**outer, name: found.items(), "loop": LOOP}
        self.text(body, node)
        self.scope.variables = outer
        self.text(otherwise, node)

    def data(self, data: list[Any], node: Node) -> Type:
        """The type of data code, and the problems in it."""
        head, body = data
        if head == "const":
            return of_value(body)
        if head == "expr":
            return self.expression(body, node)
        if head == "text":
            self.text(body, node)
            return STRING
        if head == "obj":
            return record({str(key.value): self.data(body[str(key.value)], value) for key, value in node.entries})
        item: Type | None = None
        for member, where in zip(body, node.items, strict=True):
            found = self.data(member, where)
            item = found if item is None else union(item, found)
        return list_of(item)

    def type_of(self, code: Code) -> Type:
        handler = _HANDLERS.get(code[0])
        return ANY if handler is None else handler(self, code)

    # --- reporting --------------------------------------------------------------------------------------------

    def wrong(
        self,
        code: str,
        place: Code | tuple[int, int],
        message: str,
        help_: str = "",
        fix: tuple[str, str] | None = None,
    ) -> Type:
        """Reports a problem at an expression (or at offsets); what it stands in may be anything from here on."""
        start, end = (place.start, place.end) if isinstance(place, Code) else place
        where = Place(self.node, start, end)
        repair = (fix[0], where, fix[1]) if fix else None
        safe = fix is not None and is_slip(str(self.node.value)[start:end], fix[1])
        self.report.add(code, message, where, help=help_, fix=repair, safe=safe, task=self.task)
        return ANY

    def source(self, code: Code) -> str:
        """The expression as it was written, shortened."""
        text = str(self.node.value)[code.start : code.end]
        return text if len(text) <= 60 else f"{text[:59]}…"

    def no_field(self, owner: str, type_: Type, name: str, place: tuple[int, int]) -> Type:
        """Reports a field that an object does not have."""
        if name in _AS_FILTERS and name not in _COMMON_FIELDS:
            return self._as_filter("P401", f"{owner} has no field `{name}`", name, place)
        near = self.report.nearest(name, type_.fields)
        known = ", ".join(f"`{field}`" for field in list(type_.fields)[:12])
        help_ = f"did you mean `{near}`?" if near else f"it has {known or 'no fields'}"
        return self.wrong(
            "P401", place, f"{owner} has no field `{name}`", help_, (f"write `{near}`", near) if near else None
        )

    # --- members ----------------------------------------------------------------------------------------------

    def _task(self, code: Code) -> Type:
        if code[2] == "status":
            return STRING
        return ERRORS if code[2] == "errors" else self.scope.tasks.get(code[1], ANY)

    def _get(self, code: Code) -> Type:
        base = self.type_of(code[1])
        name = code[2]
        if "object" in base.kinds:
            member = base.member(name)
            return self.no_field(f"`{self.source(code[1])}`", base, name, code.spot) if member is None else member
        what = f"`{self.source(code[1])}` is {base.describe()}, so it has no field `{name}`"
        if base.may_be(*_AS_FILTERS.get(name, ("", frozenset()))[1]):
            return self._as_filter("P402", what, name, code.spot)
        return self.wrong("P402", code.spot, what, self._help_for_member(code, base))

    def _as_filter(self, code: str, message: str, name: str, place: tuple[int, int]) -> Type:
        """A member that other languages have, where a filter gives it here: `.length`, `.items`."""
        text = str(self.node.value)
        instead = f" | {_AS_FILTERS[name][0]}"
        fix = (f"write `{instead.strip()}`", Place(self.node, place[0] - 1, place[1]), instead)
        whole = text[place[0] - 1 : place[0]] == "." and text[place[1] :].lstrip()[:1] in ("", "}", "|", ")")
        self.report.add(
            code,
            message,
            Place(self.node, *place),
            help=f"a filter gives it: `{instead.strip()}`",
            fix=fix if whole else None,
            safe=_AS_FILTERS[name][0] == "length",
            task=self.task,
        )
        return ANY

    def _help_for_member(self, code: Code, base: Type) -> str:
        name = code[2]
        if "array" in base.kinds:
            item = base.items().member(name)
            if item is not None or base.item is None:
                source = self.source(code[1])
                return f"of the first item: `{source}[0].{name}`; of all: `{source} | map(attribute='{name}') | list`"
            return "a list has items: `[0]`, `| first`, `| length`"
        owner = code[1]
        if owner[0] == "task" and owner[1] in self.scope.untyped_texts:
            return f"give task `{owner[1]}` an `output:` with this field; without one its answer is a text"
        return "`| length` counts its characters" if "string" in base.kinds else ""

    def _at(self, code: Code) -> Type:
        base, index = self.type_of(code[1]), self.type_of(code[2])
        constant = code[2][1] if code[2][0] == "lit" else None
        if "array" in base.kinds and index.may_be("integer"):
            return base.items()
        if "object" in base.kinds and index.may_be("string"):
            if not isinstance(constant, str):
                return base.rest or ANY
            member = base.member(constant)
            return self.no_field(f"`{self.source(code[1])}`", base, constant, code.spot) if member is None else member
        if not base.kinds & {"array", "object"}:
            help_ = "`| list` makes its characters a list" if "string" in base.kinds else ""
            return self.wrong("P402", code.spot, f"`{self.source(code[1])}` is {base.describe()}, not a list", help_)
        wanted = "an integer" if "array" in base.kinds else "a text"
        what = f"`{self.source(code[1])}` is {base.describe()}: its index is {wanted}, not {index.describe()}"
        known = ", ".join(f"`.{field}`" for field in list(base.fields)[:12])
        return self.wrong("P402", code.spot, what, f"it has {known}" if known else "")

    # --- operators --------------------------------------------------------------------------------------------

    def _list(self, code: Code) -> Type:
        item: Type | None = None
        for element in code[1]:
            found = self.type_of(element)
            item = found if item is None else union(item, found)
        return list_of(item)

    def _object(self, code: Code) -> Type:
        return record({key: self.type_of(value) for key, value in code[1]})

    def _not(self, code: Code) -> Type:
        self.type_of(code[1])
        return BOOLEAN

    def _sign(self, code: Code) -> Type:
        found = self.type_of(code[1])
        return found if found.may_be("number") else self._not_a_number(code[1], found, "-" if code[0] == "neg" else "+")

    def _either(self, code: Code) -> Type:
        return union(self.type_of(code[1]), self.type_of(code[2]))

    def _conditional(self, code: Code) -> Type:
        self.type_of(code[1])
        return union(self.type_of(code[2]), self.type_of(code[3]))

    def _binary(self, code: Code) -> Type:
        operator, left, right = code[1], self.type_of(code[2]), self.type_of(code[3])
        if operator == "~":
            return STRING
        if operator == "+":
            return self._add(code, left, right)
        if operator == "*" and "string" in left.kinds and right.may_be("integer"):
            return STRING if left.kinds == {"string"} else ANY
        for side, found in ((code[2], left), (code[3], right)):
            if not found.may_be("number"):
                return self._not_a_number(side, found, operator)
        if operator in ("/", "//", "%") and code[3][:2] in (["lit", 0], ["lit", 0.0]):
            return self.wrong("P403", code[3], f"`{operator}` divides by zero")
        exact = left.kinds == _INTEGRAL == right.kinds and operator not in ("/", "**")
        return INTEGER if exact else NUMBER

    def _add(self, code: Code, left: Type, right: Type) -> Type:
        common = _families(left) & _families(right)
        if not common:
            help_ = (
                "`~` joins texts, whatever they are made of" if left.may_be("string") or right.may_be("string") else ""
            )
            return self.wrong("P403", code, f"`+` cannot add {left.describe()} and {right.describe()}", help_)
        if common == {"number"}:
            return INTEGER if left.kinds == _INTEGRAL == right.kinds else NUMBER
        if common == {"string"}:
            return STRING
        return list_of(union(left.items(), right.items())) if common == {"list"} else ANY

    def _not_a_number(self, code: Code, found: Type, operator: str) -> Type:
        help_ = ""
        if found.may_be("string"):
            help_ = "`| int` and `| float` read a number from a text"
        elif found.may_be("array"):
            help_ = "`| length` counts the items"
        return self.wrong("P403", code, f"`{operator}` needs numbers, and this is {found.describe()}", help_)

    def _compare(self, code: Code) -> Type:
        left_code, left = code[1], self.type_of(code[1])
        for operator, right_code in code[2]:
            right = self.type_of(right_code)
            if operator in ("==", "!="):
                self._check_equal(left_code, left, right_code, right)
            elif operator in ("in", "not_in"):
                self._check_contained(left_code, left, right_code, right)
            elif not _families(left) & _families(right):
                what = f"{left.describe()} and {right.describe()} cannot be ordered"
                self.wrong("P403", code, what, "`| int`, `| float` and `| length` give numbers")
            left_code, left = right_code, right
        return BOOLEAN

    def _check_contained(self, item_code: Code, item: Type, code: Code, container: Type) -> None:
        if not container.may_be("array", "object", "string"):
            self.wrong("P403", code, f"nothing can be in {container.describe()}", "`in` takes a list")
        elif container.kinds == {"array"} and container.item is not None and not item.may_be(*container.item.kinds):
            help_ = _never_equal(item, container.item)
            self.wrong("P412", item_code, f"{item.describe()} is never in a {container.describe()}", help_)

    def _check_equal(self, left_code: Code, left: Type, right_code: Code, right: Type) -> None:
        for one, other in ((left_code, right_code), (right_code, left_code)):
            if one[0] == "task" and one[2] == "status" and other[0] == "lit" and other[1] not in STATUSES:
                near = self.report.nearest(str(other[1]), STATUSES)
                what = f"a status is never `{other[1]}`"
                self.wrong("P412", other, what, f"did you mean `{near}`?" if near else f"it is {', '.join(STATUSES)}")
                return
        if left.may_be(*right.kinds) or ["lit", None] in (left_code, right_code):
            return
        self.wrong("P412", right_code, f"{left.describe()} never equals {right.describe()}", _never_equal(left, right))

    def _filter(self, code: Code) -> Type:
        subject = self.type_of(code[2])
        types = {id(argument): self.type_of(argument) for argument in [*code[3], *code[4].values()]}
        known = FILTERS[code[1]]
        found = result(known, subject, bind(known, code, types))
        return self._complain(found, code) if isinstance(found, Complaint) else found

    def _complain(self, complaint: Complaint, code: Code) -> Type:
        place = complaint.at if complaint.at is not None else code
        start, end = (place.start, place.end) if complaint.at is not None else code.spot
        fix = None
        if complaint.instead is not None:
            start, end = start + 1, end - 1  # inside the quotes
            fix = (f"write `{complaint.instead}`", complaint.instead)
        return self.wrong(complaint.code, (start, end), complaint.message, complaint.help, fix)

    def _test(self, code: Code) -> Type:
        self.type_of(code[2])
        for argument in code[3]:
            self.type_of(argument)
        return BOOLEAN


def _never_equal(left: Type, right: Type) -> str:
    """What helps where two types are compared that have no value in common."""
    kinds = {*left.kinds, *right.kinds}
    if kinds == {"string", "boolean"}:
        return "a truth value is compared with `true` or `false`, without quotes, or stands alone"
    if kinds <= {"string", "integer", "number"}:
        return "a number in quotes is a text; `| int` and `| float` read a number from a text"
    return "`| length` counts the items" if "array" in kinds else ""


def _families(found: Type) -> set[str]:
    return {_FAMILIES[kind] for kind in found.kinds if kind in _FAMILIES}


LOOP = record(
    {
        **dict.fromkeys(("index0", "index", "length", "revindex", "revindex0"), INTEGER),
        **dict.fromkeys(("first", "last"), BOOLEAN),
    }
)
"""`loop` in `foreach` and `{% for %}`."""
REPEAT_LOOP = record({"index0": INTEGER, "index": INTEGER, "first": BOOLEAN})

_COUNTED = frozenset({"array", "object", "string"})
_AS_FILTERS = {
    **dict.fromkeys(("length", "len", "size", "count"), ("length", _COUNTED)),
    "items": ("items", frozenset({"object"})),
    "keys": ("keys", frozenset({"object"})),
    "values": ("values", frozenset({"object"})),
    "first": ("first", frozenset({"array"})),
    "last": ("last", frozenset({"array"})),
}
"""What other languages have as members → the filter here, and the kinds that it is for."""
_COMMON_FIELDS = frozenset({"count", "size", "first", "last"})
"""As likely the name of a field that is missing."""

_HANDLERS: dict[str, Callable[[Inference, Code], Type]] = {
    "lit": lambda self, code: of_value(code[1]),
    "inputs": lambda self, code: self.scope.inputs,
    "var": lambda self, code: self.scope.variables.get(code[1], ANY),
    "run": lambda self, code: STRING,
    "task": Inference._task,
    "get": Inference._get,
    "at": Inference._at,
    "list": Inference._list,
    "object": Inference._object,
    "not": Inference._not,
    "neg": Inference._sign,
    "pos": Inference._sign,
    "and": Inference._either,
    "or": Inference._either,
    "cond": Inference._conditional,
    "bin": Inference._binary,
    "cmp": Inference._compare,
    "filter": Inference._filter,
    "test": Inference._test,
}
