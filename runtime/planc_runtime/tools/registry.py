"""The tools of this process: a catalogue for the compiler, and the one place where tools are called.

Every call, whoever makes it (a `tool` task, an agent's turn, a sub-plan, a resumed run), goes through
`ToolRegistry.call`, which checks rights before anything happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from planc_schemas.ports import TaskError, TaskFailure, ToolSpec
from planc_schemas.values import Json

from .context import Prepared, ToolContext
from .functions import FunctionTool
from .results import bounded
from .rights import Grants, Right, denied, rights_of


class Tool(Protocol):
    """Something that can be called: a Python function, a tool of an MCP server."""

    @property
    def name(self) -> str: ...

    @property
    def spec(self) -> ToolSpec:
        """What it takes, gives and touches; its name is `name`."""
        ...

    @property
    def listed(self) -> bool:
        """Is it for plans to name? Not listed are tools that only the runtime offers (an agent's memory)."""
        ...

    def prepare(self, arguments: Mapping[str, Json]) -> Prepared:
        """Checks the arguments. Raises TaskFailure (bad_request) when they do not fit."""
        ...

    async def invoke(self, prepared: Prepared, context: ToolContext) -> Json:
        """Calls the tool with what `prepare` gave. Raises TaskFailure."""
        ...


class ToolRegistry:
    """A ToolCatalogue that can also call. Names are unique; the order of `names()` is alphabetical."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        self._definitions: dict[str, str] = {}
        for tool in tools:
            self.add(tool)

    def add(self, tool: Tool) -> None:
        """Adds a tool. Raises ValueError for a name that is taken."""
        if tool.name in self._tools:
            other, source = self._tools[tool.name].spec.source, tool.spec.source
            raise ValueError(f"two tools are called `{tool.name}`: one from {other}, one from {source}")
        self._tools[tool.name] = tool

    def add_function(self, function: Callable[..., Any], *, source: str = "python") -> ToolSpec:
        """Adds a Python function as a tool. Raises ToolDefinitionError for hints that do not make one."""
        tool = FunctionTool(function, source=source)
        self.add(tool)
        return tool.spec

    def get(self, name: str) -> ToolSpec | None:
        """What the tool is, None if there is none of that name."""
        tool = self._tools.get(name)
        return tool.spec if tool else None

    def names(self) -> Sequence[str]:
        """The listed tools."""
        return sorted(name for name, tool in self._tools.items() if tool.listed)

    def specs(self) -> list[ToolSpec]:
        """The listed tools, by name."""
        return [self._tools[name].spec for name in self.names()]

    def subset(self, names: Iterable[str]) -> ToolRegistry:
        """A registry of these tools only (an agent's allow-list); unknown names are left out."""
        return ToolRegistry(self._tools[name] for name in names if name in self._tools)

    def rights(self, name: str, arguments: Mapping[str, Json]) -> list[Right]:
        """The rights that this very call uses. Raises TaskFailure (bad_request, R402/R406)."""
        tool = self._find(name)
        return _rights(tool.spec, tool.prepare(arguments).arguments)

    async def call(
        self, name: str, arguments: Mapping[str, Json], context: ToolContext, *, definition: str = ""
    ) -> Json:
        """Checks and calls a tool; gives its result as JSON of bounded size, with secret values masked.

        `definition` is the digest the plan was checked with; "" when there is none.
        Raises TaskFailure and nothing else, save CancelledError when the caller is cancelled:
        bad_request (R402 arguments, R406 no such tool), denied (R401 right, R407 address, R408 path, R409 the tool
        has changed, R412 secret), timeout (R410), tool_error (R403 raised, R404 not JSON, R405 too large),
        and of the tools that use the network rate_limit, server_error, connection (R411).
        """
        tool = self._find(name)
        mask = context.secrets.masker
        try:
            if definition and self._definition(tool.spec) != definition:
                raise _changed(tool.spec)
            prepared = tool.prepare(arguments)
            authorise(tool.spec, prepared.arguments, context.grants)
            limit = _shorter(tool.spec.timeout, context.timeout)
            if limit is None:
                result = await tool.invoke(prepared, context)
            else:
                result = await _within_time(limit, tool, prepared, context)
            return bounded(mask.mask_json(result), name)
        except TaskFailure as failure:
            error = failure.error
            masked = TaskError(
                error.kind, mask.mask(error.message), error.code, mask.mask(error.help), error.retry_after
            )
            raise TaskFailure(masked) from None
        except TimeoutError:
            raise TaskFailure(TaskError("timeout", f"tool `{name}` timed out", "R410")) from None
        finally:
            context.cancelled.set()

    def _definition(self, spec: ToolSpec) -> str:
        """A tool's digest; it does not change while the tool is here, and every call is compared with it."""
        known = self._definitions.get(spec.name)
        if known is None:
            known = self._definitions[spec.name] = spec.definition
        return known

    def _find(self, name: str) -> Tool:
        tool = self._tools.get(name)
        if tool is None:
            raise TaskFailure(
                TaskError("bad_request", f"there is no tool `{name}` here", "R406", "`planc tools ls` lists the tools")
            )
        return tool


def authorise(spec: ToolSpec, arguments: Mapping[str, Json], grants: Grants) -> None:
    """The choke point: raises TaskFailure (denied, R401) unless every right that the call uses is granted."""
    if grants.denies_any and grants.denies(Right("tool", spec.name)):
        raise denied(Right("tool", spec.name), _who(spec), grants)
    if spec.effects:
        for right in _rights(spec, arguments):
            grants.require(right, _who(spec))


def _who(spec: ToolSpec) -> str:
    return f"tool `{spec.name}`"


def _rights(spec: ToolSpec, arguments: Mapping[str, Json]) -> list[Right]:
    try:
        return rights_of(spec.effects, arguments)
    except ValueError as error:
        raise TaskFailure(TaskError("bad_request", f"tool `{spec.name}`: {error}", "R402")) from None


def _shorter(one: float | None, other: float | None) -> float | None:
    """The shorter of two times, where None is no limit."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


async def _within_time(limit: float, tool: Tool, prepared: Prepared, context: ToolContext) -> Json:
    """`limit` in seconds. Raises TimeoutError when it is the tool's own."""
    deadline: asyncio.Timeout | None = None
    try:
        async with asyncio.timeout(limit) as deadline:
            return await tool.invoke(prepared, context)
    except TimeoutError:
        if deadline is None or not deadline.expired():
            raise
        message = f"tool `{tool.spec.name}` did not finish within {limit:g} s"
        help_ = (
            "the tool says so itself (`timeout`)" if limit == tool.spec.timeout else "give the task a longer `timeout`"
        )
        raise TaskFailure(TaskError("timeout", message, "R410", help_)) from None


def _changed(spec: ToolSpec) -> TaskFailure:
    return TaskFailure(
        TaskError(
            "denied",
            f"the tool `{spec.name}` ({spec.source}) is not the one this plan was checked with",
            "R409",
            "check the plan again, look at what changed, and start a new run",
        )
    )
