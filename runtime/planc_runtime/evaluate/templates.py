"""Data and texts with expressions inside, and the three ways into the package: `evaluate`, `build`, `render`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planc_schemas.expressions import Data, Expr, Text
from planc_schemas.ports import TaskFailure
from planc_schemas.values import MAX_TEXT_BYTES, Json

from .failure import expression_failure, located, source_of
from .interpreter import NOT_A_PATH, Evaluation, walk
from .scope import Scope
from .text import bounded, kind_of, text_of

_DEFECTS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError)
"""What malformed code or a surprise in a filter could raise; nobody but us may see these."""


def evaluate(expr: Expr, scope: Scope, place: str = "") -> Json:
    """The value of an expression. `place` is the task's field it stands in, for the message.

    Raises TaskFailure (kind "expression": R101 no such member, R102 wrong type, R103 too large, R104 too many steps).
    """
    try:
        value = walk(expr, scope)
    except _DEFECTS:
        value = NOT_A_PATH
    if value is not NOT_A_PATH:
        return value
    return _guarded(lambda: Evaluation(scope).value(expr), place, expr)


def build(data: Data, scope: Scope, place: str = "") -> Json:
    """The value of data code (`with`, `value`, `if`, …). Constants are not copied. Raises as `evaluate` does."""
    head = data[0]
    if head == "const":
        return data[1]
    if head == "expr":
        return evaluate(data[1], scope, place)
    if head == "obj" and (built := _of_paths(data[1], scope)) is not None:
        return built
    evaluation = DataEvaluation(scope, place)
    return _guarded(lambda: evaluation.data(data, place), evaluation)


def _of_paths(members: dict[str, Data], scope: Scope) -> dict[str, Json] | None:
    """The usual arguments, an object of constants and plain paths, without ceremony. None when something in it is
    more than that, leads nowhere, or makes texts so long that somebody must count them."""
    built: dict[str, Json] = {}
    size = 0
    try:
        for key, (head, body) in members.items():
            if head == "const":
                built[key] = body
                continue
            if head != "expr" or (value := walk(body, scope)) is NOT_A_PATH:
                return None
            if type(value) is str:
                size += len(value)
            built[key] = value
    except _DEFECTS:
        return None
    return built if size <= MAX_TEXT_BYTES else None


def render(text: Text, scope: Scope, place: str = "") -> str:
    """A text with its expressions put in. Raises as `evaluate` does."""
    rendered: str = _guarded(lambda: DataEvaluation(scope).text(text), place)
    return rendered


def _guarded(work: Callable[[], Any], where: str | DataEvaluation, expr: Expr | None = None) -> Any:
    """Runs it; `where` is the place, or the evaluation that knows how far it came."""
    try:
        return work()
    except TaskFailure as caught:
        failure = caught
    except RecursionError:
        failure = expression_failure("it is nested too deeply", "R104")
    except _DEFECTS as error:
        failure = expression_failure(f"it cannot be evaluated: {error}")
    place = where if isinstance(where, str) else where.place
    raise located(failure, place, source_of(expr) if expr is not None else "")


class DataEvaluation(Evaluation):
    """One evaluation of data or of a text, with the size of all texts in it bounded together."""

    __slots__ = ("place", "size")

    def __init__(self, scope: Scope, place: str = "") -> None:
        super().__init__(scope)
        self.size = 0
        self.place = place

    def data(self, data: Data, place: str) -> Json:
        self.spend(1)
        self.place = place
        head, body = data
        if head == "const":
            return body
        if head == "expr":
            return self._measured(self._placed(body))
        if head == "text":
            return self.text(body)
        if head == "obj":
            return {key: self.data(member, f"{place}.{key}" if place else key) for key, member in body.items()}
        if head == "arr":
            return [self.data(item, place) for item in body]
        raise expression_failure(f"unknown data code `{head}`: the plan was compiled by another version")

    def _placed(self, expr: Expr) -> Json:
        value = walk(expr, self.scope)
        if value is not NOT_A_PATH:
            return value
        try:
            return self.value(expr)
        except TaskFailure as failure:
            raise located(failure, "", source_of(expr)) from None

    def _measured(self, value: Json) -> Json:
        if isinstance(value, str):
            self._grow(len(value))
        return value

    def _grow(self, size: int) -> None:
        self.size += size
        bounded(self.size)

    def text(self, segments: Text) -> str:
        parts: list[str] = []
        self._text(segments, parts)
        return "".join(parts)

    def _text(self, segments: Text, parts: list[str]) -> None:
        for segment in segments:
            self.spend(1)
            if type(segment) is str:
                self._grow(len(segment))
                parts.append(segment)
            elif segment[0] == "put":
                part = text_of(self._placed_in_text(segment[1]))
                self._grow(len(part))
                parts.append(part)
            elif segment[0] == "if":
                self._text(self._branch(segment), parts)
            elif segment[0] == "for":
                self._loop(segment, parts)
            else:
                raise expression_failure(f"unknown text code `{segment[0]}`: the plan was compiled by another version")

    def _placed_in_text(self, expr: Expr) -> Json:
        if self.variables is self.scope.variables:
            return self._placed(expr)
        try:
            return self.value(expr)
        except TaskFailure as failure:
            raise located(failure, "", source_of(expr)) from None

    def _branch(self, segment: list[Any]) -> Text:
        for condition, text in segment[1]:
            if self._placed_in_text(condition):
                return list(text)
        return list(segment[2])

    def _loop(self, segment: list[Any], parts: list[str]) -> None:
        _, name, items_code, body, otherwise = segment
        items = self._placed_in_text(items_code)
        if not isinstance(items, list):
            raise expression_failure(
                f"`{{% for %}}` goes over a list, and `{source_of(items_code)}` is {kind_of(items)}",
                help_="`| items` gives the pairs of an object, `| default([])` a list in place of null",
            )
        if not items:
            self._text(otherwise, parts)
            return
        outer, count = self.variables, len(items)
        inner = dict(outer)
        self.variables = inner
        try:
            for index, item in enumerate(items):
                inner[name] = item
                inner["loop"] = _loop_variable(index, count)
                self._text(body, parts)
        finally:
            self.variables = outer


def _loop_variable(index: int, count: int) -> dict[str, Json]:
    return {
        "index0": index,
        "index": index + 1,
        "first": index == 0,
        "last": index == count - 1,
        "length": count,
        "revindex": count - index,
        "revindex0": count - index - 1,
    }
