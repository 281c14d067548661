"""The filters of the language (`x | upper`), one function each; names and parameters as in planc_schemas.expressions.

The interpreter has charged a step for every item of the subject before a filter is called; a filter that can make
more than it was given checks the size first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

from planc_schemas.values import MAX_EXPRESSION_STEPS, Json, canonical_json

from .arithmetic import is_number, number
from .compare import check_ordered
from .failure import expression_failure
from .predicates import PREDICATES
from .text import bounded, json_of, kind_of, text_of

_WORD: Final = re.compile(r"\w[\w'’]*")
_MISSING: Final = object()


def _need(value: Json, name: str, *kinds: type) -> None:
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise expression_failure(f"`{name}` does not work on {kind_of(value)}")


def _member(item: Json, attribute: str, default: Json | object = _MISSING) -> Json:
    """`item.a.b` for the attribute `a.b`."""
    for key in attribute.split("."):
        if isinstance(item, dict) and key in item:
            item = item[key]
        elif isinstance(item, list) and key.isdigit() and int(key) < len(item):
            item = item[int(key)]
        elif default is _MISSING:
            raise expression_failure(f"an item has no member `{attribute}`", "R101")
        else:
            return default
    return item


def _keys(items: list[Json], attribute: str | None) -> list[Json]:
    return items if attribute is None else [_member(item, attribute) for item in items]


def _ordering(name: str, subject: Json, attribute: str | None) -> list[Json]:
    """The values to order by; all of one kind."""
    _need(subject, name, list)
    keys = _keys(subject, attribute)
    for key in keys:
        check_ordered(keys[0], key)
    return keys


def _predicate(test: str | None, argument: Json) -> Callable[[Json], bool]:
    if test is None:
        return bool
    function = PREDICATES.get(test)
    if function is None:
        raise expression_failure(f"there is no test `{test}`")
    arguments = () if argument is _MISSING else (argument,)
    return lambda value: function(value, *arguments)


# --- any value ----------------------------------------------------------------------------------------------------


def _default(subject: Json, value: Json, boolean: bool = False) -> Json:
    return value if subject is None or (boolean and not subject) else subject


def _length(subject: Json) -> int:
    _need(subject, "length", str, list, dict)
    return len(subject)


def _tojson(subject: Json, indent: int | None = None) -> str:
    if indent is not None and not 0 <= indent <= 16:
        raise expression_failure("`tojson` takes an indent from 0 to 16")
    return json_of(subject, indent)


# --- numbers ------------------------------------------------------------------------------------------------------


def _abs(subject: Json) -> Json:
    _need(subject, "abs", int, float)
    return abs(subject)


def _int(subject: Json, default: int = 0) -> Json:
    try:
        if isinstance(subject, bool):
            return int(subject)
        if is_number(subject):
            return int(subject)
        text = subject.strip() if isinstance(subject, str) and len(subject) <= 300 else ""
        return number(int(text)) if re.fullmatch(r"[+-]?\d+", text) else int(float(text))
    except (ValueError, OverflowError):
        return default


def _float(subject: Json, default: float = 0.0) -> Json:
    try:
        value = float(subject) if is_number(subject) or isinstance(subject, str) else math.nan
    except (ValueError, OverflowError):
        return default
    return value if math.isfinite(value) else default


def _round(subject: Json, precision: int = 0) -> Json:
    _need(subject, "round", int, float)
    if abs(precision) > 300:
        raise expression_failure("`round` takes a precision from -300 to 300")
    return number(round(subject, precision)) if precision > 0 else int(round(subject, precision))


# --- strings ------------------------------------------------------------------------------------------------------


def _string(name: str, change: Callable[[str], Json]) -> Callable[[Json], Json]:
    def apply(subject: Json) -> Json:
        _need(subject, name, str)
        return change(subject)

    return apply


def _indent(subject: Json, width: int = 4, first: bool = False) -> str:
    _need(subject, "indent", str)
    if not 0 <= width <= 1000:
        raise expression_failure("`indent` takes a width from 0 to 1000")
    bounded(len(subject) + width * (subject.count("\n") + 1))
    blanks = " " * width
    lines = subject.split("\n")
    return "\n".join(blanks + line if line and (index or first) else line for index, line in enumerate(lines))


def _replace(subject: Json, old: str, new: str) -> str:
    _need(subject, "replace", str)
    if not isinstance(old, str) or not isinstance(new, str):
        raise expression_failure("`replace` takes two strings")
    count = subject.count(old)
    bounded(len(subject) + count * (len(new) - len(old)))
    return str(subject).replace(old, new)


def _split(subject: Json, separator: str | None = None) -> list[Json]:
    _need(subject, "split", str)
    if separator == "":
        raise expression_failure("`split` needs a separator that is not empty")
    count = subject.count(separator) if separator else len(subject) // 2
    if count > MAX_EXPRESSION_STEPS and len(subject.split(separator, MAX_EXPRESSION_STEPS)) > MAX_EXPRESSION_STEPS:
        raise expression_failure("the list is too long", "R103")
    return list(subject.split(separator))


def _title(subject: str) -> str:
    return _WORD.sub(lambda match: match[0][0].upper() + match[0][1:].lower(), subject)


def _truncate(subject: Json, length: int = 255) -> str:
    _need(subject, "truncate", str)
    if length < 1:
        raise expression_failure("`truncate` takes a length of at least 1")
    return str(subject) if len(subject) <= length else subject[: length - 1].rstrip() + "…"


# --- lists --------------------------------------------------------------------------------------------------------


def _end(name: str, index: int) -> Callable[[Json], Json]:
    def apply(subject: Json) -> Json:
        _need(subject, name, list, str)
        return subject[index] if subject else None

    return apply


def _join(subject: Json, separator: str = "", attribute: str | None = None) -> str:
    _need(subject, "join", list)
    if not isinstance(separator, str):
        raise expression_failure("`join` takes a string as its separator")
    parts = [text_of(item) for item in _keys(subject, attribute)]
    bounded(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def _list(subject: Json) -> list[Json]:
    _need(subject, "list", list, str)
    return list(subject)


def _map(subject: Json, filter: str | None = None, attribute: str | None = None, default: Any = _MISSING) -> list[Json]:
    _need(subject, "map", list)
    if attribute is not None:
        return [_member(item, attribute, default) for item in subject]
    function = FILTER_FUNCTIONS.get(filter or "")
    if function is None:
        raise expression_failure(f"there is no filter `{filter}`" if filter else "`map` needs a filter or an attribute")
    return [function(item) for item in subject]


def _extreme(name: str, pick: Callable[..., Json]) -> Callable[..., Json]:
    def apply(subject: Json, attribute: str | None = None) -> Json:
        keys = _ordering(name, subject, attribute)
        return subject[pick(range(len(keys)), key=keys.__getitem__)] if keys else None

    return apply


def _choose(wanted: bool) -> Callable[..., list[Json]]:
    def apply(subject: Json, test: str | None = None, argument: Any = _MISSING) -> list[Json]:
        _need(subject, "select" if wanted else "reject", list)
        holds = _predicate(test, argument)
        return [item for item in subject if holds(item) == wanted]

    return apply


def _choose_by(wanted: bool) -> Callable[..., list[Json]]:
    def apply(subject: Json, attribute: str, test: str | None = None, argument: Any = _MISSING) -> list[Json]:
        _need(subject, "selectattr" if wanted else "rejectattr", list)
        holds = _predicate(test, argument)
        return [item for item in subject if holds(_member(item, attribute, None)) == wanted]

    return apply


def _reverse(subject: Json) -> Json:
    _need(subject, "reverse", list, str)
    return subject[::-1]


def _sort(subject: Json, reverse: bool = False, attribute: str | None = None) -> list[Json]:
    keys = _ordering("sort", subject, attribute)
    return [subject[index] for index in sorted(range(len(keys)), key=keys.__getitem__, reverse=bool(reverse))]


def _sum(subject: Json, attribute: str | None = None) -> Json:
    _need(subject, "sum", list)
    values = _keys(subject, attribute)
    for value in values:
        _need(value, "sum", int, float)
    try:
        return number(sum(values))
    except OverflowError:
        raise expression_failure("the result is too large", "R103") from None


def _unique(subject: Json, attribute: str | None = None) -> list[Json]:
    _need(subject, "unique", list)
    seen: dict[str, Json] = {}
    for item, key in zip(subject, _keys(subject, attribute), strict=True):
        seen.setdefault(canonical_json(key), item)
    return list(seen.values())


# --- objects ------------------------------------------------------------------------------------------------------


def _of_object(name: str, take: Callable[[dict[str, Json]], list[Json]]) -> Callable[[Json], list[Json]]:
    def apply(subject: Json) -> list[Json]:
        _need(subject, name, dict)
        return take(subject)

    return apply


FILTER_FUNCTIONS: Final[dict[str, Callable[..., Json]]] = {
    "abs": _abs,
    "capitalize": _string("capitalize", str.capitalize),
    "default": _default,
    "first": _end("first", 0),
    "float": _float,
    "indent": _indent,
    "int": _int,
    "items": _of_object("items", lambda data: [[key, value] for key, value in data.items()]),
    "join": _join,
    "keys": _of_object("keys", list),
    "last": _end("last", -1),
    "length": _length,
    "list": _list,
    "lower": _string("lower", str.lower),
    "map": _map,
    "max": _extreme("max", max),
    "min": _extreme("min", min),
    "reject": _choose(False),
    "rejectattr": _choose_by(False),
    "replace": _replace,
    "reverse": _reverse,
    "round": _round,
    "select": _choose(True),
    "selectattr": _choose_by(True),
    "sort": _sort,
    "split": _split,
    "string": text_of,
    "sum": _sum,
    "title": _string("title", _title),
    "tojson": _tojson,
    "trim": _string("trim", str.strip),
    "truncate": _truncate,
    "unique": _unique,
    "upper": _string("upper", str.upper),
    "values": _of_object("values", lambda data: list(data.values())),
    "wordcount": _string("wordcount", lambda text: len(_WORD.findall(text))),
}
"""Filter → function(subject, parameters…). Parameters have the names of the table."""
