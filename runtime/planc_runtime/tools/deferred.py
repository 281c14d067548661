"""Tools that are made when somebody asks what they are: schemas take milliseconds, and a plan names one or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from planc_schemas.ports import ToolSpec
from planc_schemas.values import Json

from .context import Prepared, ToolContext
from .functions import FunctionTool


class DeferredTool:
    """A `FunctionTool` of what `load` gives, whose name is known beforehand."""

    def __init__(self, name: str, load: Callable[[], Callable[..., Any]], *, listed: bool = True) -> None:
        self.name = name
        self.listed = listed
        self._load = load

    @cached_property
    def _tool(self) -> FunctionTool:
        tool = FunctionTool(self._load(), listed=self.listed)
        if tool.name != self.name:
            raise ValueError(f"the tool `{tool.name}` was announced as `{self.name}`")
        return tool

    @property
    def spec(self) -> ToolSpec:
        return self._tool.spec

    def prepare(self, arguments: Mapping[str, Json]) -> Prepared:
        """See `FunctionTool.prepare`."""
        return self._tool.prepare(arguments)

    async def invoke(self, prepared: Prepared, context: ToolContext) -> Json:
        """See `FunctionTool.invoke`."""
        return await self._tool.invoke(prepared, context)
