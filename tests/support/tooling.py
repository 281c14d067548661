"""Short forms for tests of tools."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from planc_runtime.tools.context import ToolContext
from planc_runtime.tools.registry import ToolRegistry
from planc_runtime.tools.rights import Grants
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json


def grants(folder: Path | None = None, *, deny: dict[str, list[str]] | None = None, **allow: Sequence[str]) -> Grants:
    """`grants(net=["x.example"])`: what `--allow-net=x.example` gives."""
    return Grants.from_flags(allow, deny, folder=folder)


def registry_of(*functions: Callable[..., Any]) -> ToolRegistry:
    registry = ToolRegistry()
    for function in functions:
        registry.add_function(function)
    return registry


def call(function: Callable[..., Any], arguments: dict[str, Json], given: Grants | None = None, **more: Any) -> Json:
    """Calls a function as a tool, through the registry."""
    return run(registry_of(function), arguments, given, **more)


def run(registry: ToolRegistry, arguments: dict[str, Json], given: Grants | None = None, **more: Any) -> Json:
    """Calls the only tool of a registry."""
    context = ToolContext(grants=given or Grants(), **more)
    return asyncio.run(registry.call(registry.names()[0], arguments, context))


def error_of(
    function: Callable[..., Any], arguments: dict[str, Json], given: Grants | None = None, **more: Any
) -> TaskError:
    """The error of a call that must fail."""
    with pytest.raises(TaskFailure) as caught:
        call(function, arguments, given, **more)
    return caught.value.error
