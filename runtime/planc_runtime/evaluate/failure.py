"""How an expression fails: one exception, worded for the person who wrote the expression."""

from __future__ import annotations

import json
from typing import Any

from planc_schemas.expressions import Expr
from planc_schemas.ports import TaskError, TaskFailure

_SHOWN = 120
_OPENING = "`${{ "
_OPERATORS = {"not_in": "not in"}


def expression_failure(message: str, code: str = "R102", help_: str = "") -> TaskFailure:
    """A TaskFailure of kind "expression"."""
    return TaskFailure(TaskError("expression", message, code, help_))


def located(failure: TaskFailure, place: str, what: str = "") -> TaskFailure:
    """The same failure, saying in which field of the task (`prompt`, `with.query`) and expression it happened."""
    error = failure.error
    message = f"{_OPENING}{what} }}}}`: {error.message}" if what else error.message
    if place:
        message = f"in `{place}`{',' if message.startswith(_OPENING) else ':'} {message}"
    return TaskFailure(TaskError(error.kind, message, error.code, error.help, error.retry_after))


def source_of(expr: Expr) -> str:
    """The expression as a person would write it, cut to a line's length; for messages only."""
    try:
        text = _source(expr)
    except (RecursionError, IndexError, KeyError, TypeError, ValueError):
        return "…"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _source(expr: Expr) -> str:
    head = expr[0]
    if head == "lit":
        return json.dumps(expr[1], ensure_ascii=False)
    if head == "inputs":
        return "inputs"
    if head == "task":
        return f"tasks.{expr[1]}.{expr[2]}"
    if head == "run":
        return f"run.{expr[1]}"
    if head == "var":
        return str(expr[1])
    if head == "get":
        return _member(_source(expr[1]), expr[2])
    if head == "at":
        return f"{_source(expr[1])}[{_source(expr[2])}]"
    if head == "list":
        return f"[{', '.join(map(_source, expr[1]))}]"
    if head == "object":
        return "{" + ", ".join(f"{json.dumps(key)}: {_source(value)}" for key, value in expr[1]) + "}"
    return _operation(expr)


def _member(base: str, key: str) -> str:
    return f"{base}.{key}" if key.isidentifier() else f"{base}[{json.dumps(key, ensure_ascii=False)}]"


def _operation(expr: list[Any]) -> str:
    head = expr[0]
    if head in ("and", "or"):
        return f"{_source(expr[1])} {head} {_source(expr[2])}"
    if head == "not":
        return f"not {_source(expr[1])}"
    if head in ("neg", "pos"):
        return f"{'-' if head == 'neg' else '+'}{_source(expr[1])}"
    if head == "bin":
        return f"{_source(expr[2])} {expr[1]} {_source(expr[3])}"
    if head == "cmp":
        return _source(expr[1]) + "".join(f" {_OPERATORS.get(op, op)} {_source(right)}" for op, right in expr[2])
    if head == "cond":
        return f"{_source(expr[2])} if {_source(expr[1])} else {_source(expr[3])}"
    if head == "filter":
        arguments = [*map(_source, expr[3]), *(f"{name}={_source(value)}" for name, value in expr[4].items())]
        return f"{_source(expr[2])} | {expr[1]}" + (f"({', '.join(arguments)})" if arguments else "")
    if head == "test":
        return f"{_source(expr[2])} is {expr[1]}" + (f"({', '.join(map(_source, expr[3]))})" if expr[3] else "")
    return "…"
