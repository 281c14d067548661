"""What a filter takes and gives, by the table of planc_schemas.expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planc_schemas.expressions import FILTERS, TESTS, Filter, Kind

from ..expressions import Code
from ..kinds import ALL, ANY, BOOLEAN, INTEGER, NUMBER, STRING, Type, list_of, union
from ..nearest import nearest

_GIVES = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "object": Type(frozenset({"object"})),
    "any": ANY,
}
_ORDERING = frozenset({"sort", "min", "max"})
_BY_ATTRIBUTE = frozenset({"join", "max", "min", "sort", "sum", "unique", "selectattr", "rejectattr"})


@dataclass(frozen=True, slots=True)
class Argument:
    code: Code
    type: Type

    @property
    def text(self) -> str | None:
        """The argument's value when it is a text that stands in the plan."""
        return self.code[1] if self.code[0] == "lit" and isinstance(self.code[1], str) else None


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a use of a filter: at one of its arguments, or (`at` None) at its subject."""

    code: str
    message: str
    help: str = ""
    at: Code | None = None
    instead: str | None = None
    """What to write in place of the text in the argument's quotes."""


def bind(known: Filter, code: Code, types: Mapping[int, Type]) -> dict[str, Argument]:
    """The filter's arguments by their names; `types` are theirs by the id of their code."""
    names = [parameter.name for parameter in known.parameters]
    given = {**dict(zip(names, code[3], strict=False)), **code[4]}
    return {name: Argument(argument, types[id(argument)]) for name, argument in given.items()}


def result(known: Filter, subject: Type, arguments: Mapping[str, Argument]) -> Type | Complaint:
    """The type of what the filter gives, or what is wrong."""
    if not subject.may_be(*_kinds(known.subject)):
        takes = " or ".join(known.subject)
        return Complaint("P403", f"`{known.name}` takes {takes}, and this is {subject.describe()}", _instead(subject))
    for parameter in known.parameters:
        argument = arguments.get(parameter.name)
        if argument is not None and not argument.type.may_be(*_kinds((parameter.takes,))):
            message = f"`{parameter.name}` of `{known.name}` must be {parameter.takes}, not {argument.type.describe()}"
            return Complaint("P403", message, at=argument.code)
    complaint = _check_names(known, arguments)
    if complaint is not None:
        return complaint
    if known.name == "map":
        return _map(subject, arguments)
    key = subject.items()
    if known.name in _BY_ATTRIBUTE and "attribute" in arguments:
        member = _member(key, arguments["attribute"])
        if isinstance(member, Complaint):
            return member
        key = member
    complaint = _check_items(known, key)
    if complaint is not None:
        return complaint
    return _given(known, subject, arguments)


def _kinds(kinds: tuple[Kind, ...]) -> frozenset[str]:
    names = {"array" if kind == "list" else kind for kind in kinds}
    return ALL if names & {"any", "text"} else frozenset(names)


def _instead(subject: Type) -> str:
    if subject.kinds == {"object"}:
        return "`| items`, `| keys` and `| values` make a list of an object"
    if subject.kinds <= {"array", "object"}:
        return "`| tojson` and `| join` make a text of it; `| map('…')` applies a filter to every item"
    return "`| string`, `| int` and `| float` convert" if "null" not in subject.kinds else ""


def _check_names(known: Filter, arguments: Mapping[str, Argument]) -> Complaint | None:
    """`map('upper')`, `select('even')`: filters and tests that are named by a text."""
    for name, table, code in (("filter", FILTERS, "P205"), ("test", TESTS, "P206")):
        argument = arguments.get(name)
        if argument is None or argument.text is None or argument.text in table:
            continue
        near = nearest(argument.text, table)
        help_ = f"did you mean `{near}`?" if near else f"the {name}s are: {', '.join(table)}"
        if name == "filter":
            help_ = f"a member is taken with `map(attribute='{argument.text}')`" if near is None else help_
        return Complaint(code, f"there is no {name} `{argument.text}`", help_, argument.code, near)
    complaint = _check_applied(arguments)
    if complaint is not None:
        return complaint
    if known.name == "map" and not arguments.keys() & {"filter", "attribute"}:
        return Complaint("P220", "`map` needs a filter or an attribute", "`map(attribute='title')` or `map('upper')`")
    return None


def _check_applied(arguments: Mapping[str, Argument]) -> Complaint | None:
    """A filter that `map` applies gets no arguments, and a test that `select` asks gets one at most."""
    applied = arguments.get("filter")
    if applied is not None and applied.text in FILTERS:
        needed = [parameter.name for parameter in FILTERS[applied.text].parameters if parameter.required]
        if needed:
            message = f"`map` gives `{applied.text}` no arguments, and it needs `{needed[0]}`"
            return Complaint("P220", message, "go over the list with `foreach:` or `{% for %}`", applied.code)
    asked = arguments.get("test")
    if asked is not None and asked.text in TESTS:
        parameters = TESTS[asked.text].parameters
        if parameters and "argument" not in arguments:
            help_ = f"write it behind the name: `'{asked.text}', …`"
            return Complaint(
                "P220", f"test `{asked.text}` needs its argument `{parameters[0].name}`", help_, asked.code
            )
        if not parameters and "argument" in arguments:
            return Complaint("P220", f"test `{asked.text}` takes no argument", at=arguments["argument"].code)
    return None


def _check_items(known: Filter, key: Type) -> Complaint | None:
    """`sum` adds numbers; `sort`, `min` and `max` put numbers, texts or lists in order."""
    if known.name == "sum" and not key.may_be("number"):
        return Complaint("P403", f"`sum` adds numbers, and this is a list of {key.describe()}", _of_items(key))
    if known.name in _ORDERING and not key.may_be("number", "string", "array"):
        message = f"`{known.name}` puts numbers or texts in order, and this is a list of {key.describe()}"
        return Complaint("P403", message, _of_items(key))
    return None


def _of_items(key: Type) -> str:
    if "object" in key.kinds:
        return "name the field to go by: `attribute='…'`"
    return "`| join` makes one text of texts" if key.kinds == {"string"} else ""


def _member(item: Type, attribute: Argument) -> Type | Complaint:
    """The type of the member that a dotted attribute names."""
    if attribute.text is None:
        return ANY
    found = item
    for key in attribute.text.split("."):
        if key.isdigit() and "array" in found.kinds:
            found = found.items()
            continue
        member = found.member(key)
        if member is None and "object" in found.kinds:
            near = nearest(key, found.fields)
            known = ", ".join(f"`{name}`" for name in list(found.fields)[:12])
            help_ = f"did you mean `{near}`?" if near else f"they have {known}"
            instead = attribute.text.replace(key, near) if near else None
            return Complaint("P401", f"the items have no field `{key}`", help_, attribute.code, instead)
        if member is None:
            message = f"the items are {found.describe()}, so they have no field `{key}`"
            return Complaint("P402", message, at=attribute.code)
        found = member
    return found


def _map(subject: Type, arguments: Mapping[str, Argument]) -> Type | Complaint:
    item = subject.items()
    if "attribute" in arguments:
        member = _member(item, arguments["attribute"])
        if isinstance(member, Complaint):
            return member
        default = arguments.get("default")
        return list_of(member if default is None else union(member, default.type))
    name = arguments["filter"].text
    if name is None:
        return list_of(None)
    applied = result(FILTERS[name], item, {}) if name != "map" else ANY
    if isinstance(applied, Complaint):
        help_ = f"a member is taken with `map(attribute='{name}')`" if name in item.fields else applied.help
        return Complaint(applied.code, applied.message, help_, arguments["filter"].code)
    return list_of(applied)


def _given(known: Filter, subject: Type, arguments: Mapping[str, Argument]) -> Type:
    special = {
        "keys": lambda: list_of(STRING),
        "split": lambda: list_of(STRING),
        "values": lambda: list_of(_any_member(subject)),
        "items": lambda: list_of(list_of(None)),
        "list": lambda: list_of(subject.items()),
        "round": lambda: NUMBER if "precision" in arguments else INTEGER,
        "sum": lambda: INTEGER if subject.items().kinds == {"integer"} and not arguments else NUMBER,
    }.get(known.name)
    if special is not None:
        return special()
    if known.gives == "same":
        return subject.only(_kinds(known.subject))
    if known.gives == "item":
        return subject.items().or_null()
    if known.gives == "list":
        return list_of(subject.items())
    if known.gives == "fallback":
        return union(subject.without_null(), arguments["value"].type)
    return _GIVES[known.gives]


def _any_member(subject: Type) -> Type:
    if not subject.closed or not subject.fields:
        return subject.rest or ANY
    members = list(subject.fields.values())
    found = members[0]
    for member in members[1:]:
        found = union(found, member)
    return found
