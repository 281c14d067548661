"""The interpreter of expressions: code in, value out.

The usual expression is a path (`tasks.find.output[0].title`): `walk` follows it without ceremony. Everything else, and
every path that leads nowhere, goes through `Evaluation`, which counts steps and words the failure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from planc_schemas.expressions import Expr
from planc_schemas.ports import TaskFailure
from planc_schemas.values import MAX_EXPRESSION_STEPS, Json

from .arithmetic import OPERATORS, is_number
from .compare import check_ordered, contains, equal
from .failure import expression_failure, source_of
from .filters import FILTER_FUNCTIONS
from .predicates import NULL_TESTS, PREDICATES
from .scope import Scope
from .text import kind_of

NOT_A_PATH: Final = object()


def walk(expr: Expr, scope: Scope) -> Any:
    """The value of a path of plain members that are all there, else NOT_A_PATH."""
    head = expr[0]
    if head == "get":
        base = walk(expr[1], scope)
        return base.get(expr[2], NOT_A_PATH) if type(base) is dict else NOT_A_PATH
    if head == "task":
        if expr[2] == "output" and (task := scope.tasks.get(expr[1])) is not None:
            return task.output
        return NOT_A_PATH
    if head == "var":
        return scope.variables.get(expr[1], NOT_A_PATH)
    if head == "inputs":
        return scope.inputs
    if head == "lit":
        return expr[1]
    if head == "at" and expr[2][0] == "lit":
        base, index = walk(expr[1], scope), expr[2][1]
        if type(base) is list and type(index) is int and -len(base) <= index < len(base):
            return base[index]
    return NOT_A_PATH


class Evaluation:
    """One evaluation with its budget of steps. `soft` evaluates a subject that may be missing."""

    __slots__ = ("scope", "steps", "variables")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.variables = scope.variables
        self.steps = MAX_EXPRESSION_STEPS

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise expression_failure(
                f"it needs more than {MAX_EXPRESSION_STEPS} steps",
                "R104",
                "work on the items one by one with `foreach`",
            )

    # --- expressions ----------------------------------------------------------------------------------------------

    def value(self, expr: Expr) -> Json:
        self.spend(1)
        handler = _HANDLERS.get(expr[0])
        if handler is None:
            raise expression_failure(f"unknown code `{expr[0]}`: the plan was compiled by another version")
        return handler(self, expr)

    def soft(self, expr: Expr) -> Json:
        """As `value`, but a path that leads nowhere is null."""
        head = expr[0]
        if head == "get":
            base = self.soft(expr[1])
            return base.get(expr[2]) if isinstance(base, dict) else self._not_object(base, expr)
        if head == "at":
            base, index = self.soft(expr[1]), self.value(expr[2])
            if base is None or (isinstance(base, dict) and isinstance(index, str)):
                return None if base is None else base.get(index)
            if isinstance(base, list) and type(index) is int:
                return base[index] if -len(base) <= index < len(base) else None
        return self.value(expr)

    def _not_object(self, base: Json, expr: Expr) -> None:
        if base is not None:
            raise self._no_member(base, expr)

    def _no_member(self, base: Json, expr: Expr) -> TaskFailure:
        subject = source_of(expr[1])
        if base is None:
            help_ = f"`{source_of(expr)} | default(…)` gives another value when it is null"
            return expression_failure(f"`{subject}` is null, so it has no `{expr[2]}`", "R101", help_)
        if isinstance(base, dict):
            known = ", ".join(f"`{key}`" for key in list(base)[:8]) or "none"
            help_ = f"it has {known}; `| default(…)` gives a value when it is missing"
            return expression_failure(f"`{subject}` has no member `{expr[2]}`", "R101", help_)
        return expression_failure(f"`{subject}` is {kind_of(base)}, so it has no member `{expr[2]}`", "R101")

    def _literal(self, expr: Expr) -> Json:
        return expr[1]

    def _inputs(self, expr: Expr) -> Json:
        return self.scope.inputs

    def _task(self, expr: Expr) -> Json:
        task = self.scope.tasks.get(expr[1])
        if task is None:
            raise expression_failure(f"there is no task `{expr[1]}`", "R101")
        if expr[2] == "output":
            return task.output
        return task.status if expr[2] == "status" else task.errors

    def _variable(self, expr: Expr) -> Json:
        if expr[1] not in self.variables:
            raise expression_failure(f"there is no variable `{expr[1]}` here", "R101")
        return self.variables[expr[1]]

    def _run(self, expr: Expr) -> Json:
        return self.scope.run_id

    def _get(self, expr: Expr) -> Json:
        base = self.value(expr[1])
        if isinstance(base, dict) and expr[2] in base:
            return base[expr[2]]
        raise self._no_member(base, expr)

    def _at(self, expr: Expr) -> Json:
        base, index = self.value(expr[1]), self.value(expr[2])
        if isinstance(base, list) and type(index) is int:
            if -len(base) <= index < len(base):
                return base[index]
            count = f"{len(base)} item{'s' * (len(base) != 1)}"
            raise expression_failure(f"`{source_of(expr[1])}` has {count}, so it has no [{index}]", "R101")
        if isinstance(base, dict) and isinstance(index, str) and index in base:
            return base[index]
        raise self._no_member(base, ["get", expr[1], index])

    def _list(self, expr: Expr) -> Json:
        return [self.value(item) for item in expr[1]]

    def _object(self, expr: Expr) -> Json:
        return {key: self.value(item) for key, item in expr[1]}

    def _not(self, expr: Expr) -> Json:
        return not self.value(expr[1])

    def _sign(self, expr: Expr) -> Json:
        value = self.value(expr[1])
        if not is_number(value):
            raise expression_failure(f"{kind_of(value)} has no sign")
        return -value if expr[0] == "neg" else value

    def _and(self, expr: Expr) -> Json:
        return self.value(expr[1]) and self.value(expr[2])

    def _or(self, expr: Expr) -> Json:
        return self.value(expr[1]) or self.value(expr[2])

    def _binary(self, expr: Expr) -> Json:
        left, right = self.value(expr[2]), self.value(expr[3])
        result = OPERATORS[expr[1]](left, right)
        if isinstance(result, list):
            self.spend(len(result))
        elif isinstance(result, str):
            self.spend(len(result) // 1000)
        return result

    def _compare(self, expr: Expr) -> Json:
        left = self.value(expr[1])
        for op, right_code in expr[2]:
            right = self.value(right_code)
            if isinstance(right, list | dict):
                self.spend(len(right))
            if not _compared(op, left, right):
                return False
            left = right
        return True

    def _conditional(self, expr: Expr) -> Json:
        return self.value(expr[2] if self.value(expr[1]) else expr[3])

    def _filter(self, expr: Expr) -> Json:
        _, name, subject_code, positional, named = expr
        subject = self.soft(subject_code) if name == "default" else self.value(subject_code)
        function = FILTER_FUNCTIONS.get(name)
        if function is None:
            raise expression_failure(f"there is no filter `{name}`: the plan was compiled by another version")
        if isinstance(subject, list | dict):
            self.spend(len(subject))
        elif isinstance(subject, str):
            self.spend(len(subject) // 1000)
        result = function(
            subject,
            *[self.value(code) for code in positional],
            **{key: self.value(code) for key, code in named.items()},
        )
        if isinstance(result, list):
            self.spend(len(result))
        return result

    def _test(self, expr: Expr) -> Json:
        _, name, subject_code, arguments = expr
        subject = self.soft(subject_code) if name in NULL_TESTS else self.value(subject_code)
        function = PREDICATES.get(name)
        if function is None:
            raise expression_failure(f"there is no test `{name}`: the plan was compiled by another version")
        return function(subject, *[self.value(code) for code in arguments])


def _compared(op: str, left: Json, right: Json) -> bool:
    if op == "==":
        return equal(left, right)
    if op == "!=":
        return not equal(left, right)
    if op == "in":
        return contains(right, left)
    if op == "not_in":
        return not contains(right, left)
    check_ordered(left, right)
    return bool(_ORDERS[op](left, right))


_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_HANDLERS: Final[dict[str, Callable[[Evaluation, Expr], Json]]] = {
    "lit": Evaluation._literal,
    "inputs": Evaluation._inputs,
    "task": Evaluation._task,
    "var": Evaluation._variable,
    "run": Evaluation._run,
    "get": Evaluation._get,
    "at": Evaluation._at,
    "list": Evaluation._list,
    "object": Evaluation._object,
    "not": Evaluation._not,
    "neg": Evaluation._sign,
    "pos": Evaluation._sign,
    "and": Evaluation._and,
    "or": Evaluation._or,
    "bin": Evaluation._binary,
    "cmp": Evaluation._compare,
    "cond": Evaluation._conditional,
    "filter": Evaluation._filter,
    "test": Evaluation._test,
}
"""Node form → method; a test holds this equal to the forms of planc_schemas.expressions."""
