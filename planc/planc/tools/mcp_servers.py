"""The MCP servers of the user configuration as tools. Only the operator names servers; plans name their tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from planc.config.userfile import Mcp
from planc_runtime.tools.mcp.server import McpServer
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.ports import TaskError
from planc_schemas.values import parse_duration


def add_mcp_tools(registry: ToolRegistry, servers: Mapping[str, Mcp], environment: Mapping[str, str]) -> list[str]:
    """Adds the tools of the servers; gives notes about those that are left out, so that plans without them work on.

    Each server is started (or asked), says what its tools are, and is started again when one of them is called.
    """
    notes: list[str] = []
    made: list[McpServer] = []
    for name, says in servers.items():
        try:
            made.append(_server(name, says, environment))
        except ValueError as error:
            notes.append(f"[mcp.{name}] is left out: {error}")
    if not made:
        return notes
    import asyncio  # what only those wait for who have such servers
    from concurrent.futures import ThreadPoolExecutor

    from planc_runtime.tools.mcp.tool import load_mcp_tools

    with ThreadPoolExecutor(1) as thread:  # the caller may be inside an event loop
        tools, failures = thread.submit(lambda: asyncio.run(load_mcp_tools(made))).result()
    for tool in tools:
        registry.add(tool)
    return [*notes, *(_left_out(failure.error) for failure in failures)]


def _left_out(error: TaskError) -> str:
    return f"{error.message}; its tools are left out" + (f" ({error.help})" if error.help else "")


def _server(name: str, says: Mcp, environment: Mapping[str, str]) -> McpServer:
    """Raises ValueError for settings that cannot be."""
    missing = [variable for variable in (*says.env, *says.headers_env.values()) if variable not in environment]
    if missing:
        raise ValueError(f"the environment variable {missing[0]} is not set")
    return McpServer(
        name=name,
        command=says.command,
        url=says.url,
        environment={variable: environment[variable] for variable in says.env},
        headers={header: environment[variable] for header, variable in says.headers_env.items()},
        folder=Path(says.folder).expanduser() if says.folder else None,
        call_timeout=parse_duration(says.timeout) if says.timeout else None,
    )
