"""Python functions as tools: async ones on the loop, others in a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from planc_schemas.json_text import json_bytes
from planc_schemas.ports import TaskError, TaskFailure, ToolSpec
from planc_schemas.values import Json

from .cancelled import Cancelled
from .context import Prepared, ToolContext
from .declare import Declaration, declaration_of
from .results import converted, tool_failure
from .schema import Signature, ToolDefinitionError, problems, signature_of

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,127}")
_WORLD = ("write", "run", "tool")


class FunctionTool:
    """A tool made of a Python function. `spec` is what the compiler and models see of it."""

    def __init__(self, function: Callable[..., Any], *, source: str = "built-in", listed: bool = True) -> None:
        """Raises ToolDefinitionError when the function's hints do not make a tool."""
        self.listed = listed
        self._function = function
        self._signature = signature_of(function)
        self._is_async = inspect.iscoroutinefunction(function)
        self._read = self._signature.checker.validator.validate_json
        self.spec = _spec(function, self._signature, source)
        self.name = self.spec.name
        properties = self.spec.arguments["properties"]
        self._defaults = {name: item["default"] for name, item in properties.items() if "default" in item}

    def prepare(self, arguments: Mapping[str, Json]) -> Prepared:
        """Checks the arguments. Raises TaskFailure (bad_request, R402) when they do not fit."""
        return Prepared({**self._defaults, **arguments}, self._python_values(arguments))

    async def invoke(self, prepared: Prepared, context: ToolContext) -> Json:
        """Calls the function. Raises TaskFailure: tool_error (R403, R404), or what the function raised as one."""
        values = prepared.values
        for name in self._signature.secrets:
            if isinstance(values.get(name), str):
                values[name] = context.secrets.handle(values[name])
        if self._signature.context:
            values[self._signature.context] = context
        if self._signature.key:
            values[self._signature.key] = context.idempotency_key
        try:
            if self._is_async:
                result = await self._function(**values)
            else:
                result = await in_thread(lambda: self._function(**values), context.cancelled)
        except TaskFailure:
            raise
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise tool_failure("R403", f"tool `{self.spec.name}` cancelled itself") from None
        except (Exception, SystemExit) as error:  # whatever a tool raises is the tool's failure
            words = context.secrets.masker.mask(str(error))[:500]
            raise tool_failure("R403", f"tool `{self.spec.name}` raised {type(error).__name__}: {words}") from error
        return converted(result, self._signature.returns, self.spec.name)

    def _python_values(self, arguments: Mapping[str, Json]) -> dict[str, Any]:
        """Strict JSON mode: `"5"` is not 5, but a text may be a date or an enum's value."""
        try:
            values: dict[str, Any] = self._read(json_bytes(arguments), strict=True)
            return values
        except ValidationError as error:
            message = f"tool `{self.spec.name}` cannot take these arguments: {problems(error)}"
        except (ValueError, TypeError) as error:
            message = f"tool `{self.spec.name}` cannot take these arguments: {error}"
        raise TaskFailure(TaskError("bad_request", message, "R402", f"see `planc tools show {self.spec.name}`"))


def _spec(function: Callable[..., Any], signature: Signature, source: str) -> ToolSpec:
    said = declaration_of(function) or Declaration()
    name = said.name or str(getattr(function, "__name__", ""))
    if not _NAME.fullmatch(name):
        raise ToolDefinitionError(f"{name!r} cannot be a tool's name; say @tool(name=…)")
    effects = [f"tool:{name}" if effect == "tool" else effect for effect in said.effects]
    effects += [f"secret:{{{secret}}}" for secret in signature.secrets]
    world = said.changes_world
    return ToolSpec(
        name=name,
        description=said.description or signature.description,
        arguments=signature.arguments,
        result=signature.result,
        effects=tuple(effects),
        changes_world=any(effect.split(":")[0] in _WORLD for effect in effects) if world is None else world,
        cacheable=not effects if said.cacheable is None else said.cacheable,
        timeout=said.timeout,
        source=source,
    )


async def in_thread(work: Callable[[], Any], cancelled: Cancelled) -> Any:
    """Runs `work` in a daemon thread of its own; a hanging one neither blocks others nor the end of the process.

    When the awaiting task is cancelled, `cancelled` is set and the thread is left behind: Python cannot stop it.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(set_it: Callable[[Any], None], value: Any) -> None:
        if not done.done():
            set_it(value)

    def run() -> None:
        try:
            outcome, set_it = context.run(work), done.set_result
        except BaseException as error:  # noqa: BLE001  # it is raised where the result is awaited
            outcome, set_it = _raisable(error), done.set_exception
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(settle, set_it, outcome)

    threading.Thread(target=run, name="planc-tool", daemon=True).start()
    try:
        return await done
    except asyncio.CancelledError:
        cancelled.set()
        raise


def _raisable(error: BaseException) -> Exception:
    """Futures do not take StopIteration, and an exit or interrupt of a tool's thread must not end the process."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")
