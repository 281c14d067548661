"""How a Python function becomes a tool: the `@tool` decorator and the markers for parameters.

from typing import Annotated
import planc

@planc.tool(effects=("net:api.example",))
def lookup(word: Annotated[str, "the word to look up"], limit: int = 5) -> list[str]:
    "Looks a word up in the example dictionary."
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar, overload

from planc_schemas.values import parse_duration

Function = TypeVar("Function", bound=Callable[..., Any])
_MARK = "__planc_tool__"


class _KeyMarker:
    """Marks the parameter that gets the idempotency key."""


IdempotencyKey: TypeAlias = Annotated[str, _KeyMarker]
"""Type of a parameter that gets the call's idempotency key; plans and models do not see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What `@tool` says about a function. See `tool`."""

    name: str | None = None
    effects: tuple[str, ...] = ()
    changes_world: bool | None = None
    cacheable: bool | None = None
    timeout: float | None = None
    description: str | None = None


@overload
def tool(function: Function, /) -> Function: ...
@overload
def tool(
    *,
    name: str | None = None,
    effects: Sequence[str] = (),
    changes_world: bool | None = None,
    cacheable: bool | None = None,
    timeout: float | str | None = None,
    description: str | None = None,
) -> Callable[[Function], Function]: ...
def tool(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    effects: Sequence[str] = (),
    changes_world: bool | None = None,
    cacheable: bool | None = None,
    timeout: float | str | None = None,
    description: str | None = None,
) -> Function | Callable[[Function], Function]:
    """Marks a function as a tool; the function itself stays what it was.

    `name` is what plans call it (default: the function's name). `effects` are the rights one call uses, such as
    `net:api.example`, `read:{path}` (the argument `path`), `run:git`, or `tool` when they cannot be told beforehand;
    () says that the function touches nothing outside itself. `changes_world`: repeating a call may do harm (default:
    true when it writes or runs commands). `cacheable`: a later run may reuse the result (default: only without
    effects). `timeout`: how long one call may take, in seconds or as `30s`, `5m`; an agent is told when it is over and
    goes on without. `description` replaces the docstring. Raises ValueError for a `timeout` that is no duration.
    """
    declaration = Declaration(
        name=name,
        effects=tuple(effects),
        changes_world=changes_world,
        cacheable=cacheable,
        timeout=parse_duration(timeout) if isinstance(timeout, str) else timeout,
        description=description,
    )

    def mark(target: Function) -> Function:
        setattr(target, _MARK, declaration)
        return target

    return mark if function is None else mark(function)


def declaration_of(function: Callable[..., Any]) -> Declaration | None:
    """What `@tool` said about the function, None when it is not decorated."""
    found = getattr(function, _MARK, None)
    return found if isinstance(found, Declaration) else None


def is_key_marker(metadata: object) -> bool:
    """Is this `Annotated` metadata the mark of `IdempotencyKey`?"""
    return metadata is _KeyMarker
