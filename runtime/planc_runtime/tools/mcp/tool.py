"""The tools of an MCP server.

Their definitions are read when the catalogue is made; every plan is checked against them and pins their digest. They
are read again before each call: a tool that is not the same any more is refused.
What a server says (names, descriptions, schemas, results) is data of the server; it grants nothing. As nobody can tell
what such a tool touches, it needs the right `tool:NAME`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from planc_schemas.ports import MCP_SOURCE, TaskError, TaskFailure, ToolSpec
from planc_schemas.validate import validate
from planc_schemas.values import Json, JsonSchema

from ..context import Prepared, ToolContext
from ..results import plain, tool_failure
from ..schema import written_out
from ..secrets import Masker
from .connection import Connection, mcp_failure
from .server import McpServer

MAX_TOOLS = 1_000
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,90}")
_TEXT: JsonSchema = {"type": "string"}


class McpTool:
    """One tool of a server. `spec` is its definition as the catalogue has it."""

    listed = True

    def __init__(self, spec: ToolSpec, connection: ServerConnection) -> None:
        self.spec = spec
        self.name = spec.name
        self._connection = connection

    def prepare(self, arguments: Mapping[str, Json]) -> Prepared:
        """The arguments, unchanged: the server fills in its defaults. Raises TaskFailure (bad_request, R402)."""
        given = dict(arguments)
        problems = validate(plain(given, self.spec.name), self.spec.arguments, patterns=False)
        if problems:
            words = "; ".join(str(problem) for problem in problems[:5])
            message = f"tool `{self.spec.name}` cannot take these arguments: {words}"
            raise TaskFailure(TaskError("bad_request", message, "R402", f"see `planc tools show {self.spec.name}`"))
        return Prepared(given, given)

    async def invoke(self, prepared: Prepared, context: ToolContext) -> Json:
        """Calls the tool. Raises TaskFailure: denied (R409), connection (R413), tool_error (R403, R404)."""
        live = (await self._connection.definitions()).get(self.spec.name)
        if live is None or live.definition != self.spec.definition:
            raise _drifted(self.spec, live)
        name = self.spec.name.partition(".")[2]
        result = await self._connection.use(lambda client: client.call_tool(name, prepared.values))
        return _value(result, self.spec, self._connection.masker)


class ServerConnection(Connection):
    """A connection that asks the server for its definitions."""

    def __init__(self, server: McpServer) -> None:
        super().__init__(server)
        self._asking: asyncio.Task[dict[str, ToolSpec]] | None = None

    async def definitions(self) -> dict[str, ToolSpec]:
        """Full name → definition as the server has it now; calls at the same time share one question.
        Raises TaskFailure (R413)."""
        asking = self._asking
        if asking is None or asking.done() or asking.get_loop() is not asyncio.get_running_loop():
            asking = self._asking = asyncio.create_task(self.use(self._definitions_of))
            asking.add_done_callback(_heard)
        return await asyncio.shield(asking)

    async def _definitions_of(self, client: Any) -> dict[str, ToolSpec]:
        return {spec.name: spec for spec in await _list(self.server, client)}


def _heard(asking: asyncio.Task[dict[str, ToolSpec]]) -> None:
    """Whoever asked may be gone; what went wrong is then nobody's concern."""
    if not asking.cancelled():
        asking.exception()


async def load_mcp_tools(servers: Sequence[McpServer]) -> tuple[list[McpTool], list[TaskFailure]]:
    """The tools of the servers, all asked at once, and a failure (R413) for each server that cannot be asked.

    The connections are closed again until a tool is called.
    """
    connections = [ServerConnection(server) for server in servers]
    try:
        listed = await asyncio.gather(*(each.definitions() for each in connections), return_exceptions=True)
    finally:
        await asyncio.gather(*(each.close() for each in connections))
    tools: list[McpTool] = []
    failures: list[TaskFailure] = []
    for connection, found in zip(connections, listed, strict=True):
        if isinstance(found, TaskFailure):
            failures.append(found)
            continue
        if isinstance(found, BaseException):
            raise found
        # a fresh connection: the one used here may belong to a loop that ends before the first call
        later = ServerConnection(connection.server)
        tools += [McpTool(spec, later) for spec in found.values()]
    return tools, failures


async def _list(server: McpServer, client: Any) -> list[ToolSpec]:
    specs: list[ToolSpec] = []
    cursor: str | None = None
    while True:
        page = await client.list_tools(cursor=cursor, cache_mode="refresh")
        specs += [_spec(server, tool) for tool in page.tools if _NAME.fullmatch(tool.name)]
        cursor = page.next_cursor
        if cursor is None:
            return specs
        if len(specs) > MAX_TOOLS or not page.tools:
            raise mcp_failure(server, f"it lists more than {MAX_TOOLS} tools", "bad_request")


def _spec(server: McpServer, tool: Any) -> ToolSpec:
    name = f"{server.name}.{tool.name}"
    arguments = _plain_schema(tool.input_schema)
    return ToolSpec(
        name=name,
        description=tool.description or tool.title or "",
        arguments={**arguments, "type": "object", "properties": arguments.get("properties", {})},
        result=_TEXT if tool.output_schema is None else _plain_schema(tool.output_schema),
        effects=(f"tool:{name}",),
        changes_world=not (tool.annotations is not None and tool.annotations.read_only_hint),
        cacheable=False,
        timeout=server.call_timeout,
        source=f"{MCP_SOURCE}{server.name}",
    )


def _plain_schema(schema: JsonSchema) -> JsonSchema:
    found = written_out({key: value for key, value in schema.items() if key != "$defs"}, schema.get("$defs", {}))
    return found if isinstance(found, dict) else {}


def _value(result: Any, spec: ToolSpec, masker: Masker) -> Json:
    """A result as JSON: the structured content where the definition promises it, else the texts."""
    text = "\n".join(_text(block) for block in result.content)
    if result.is_error:
        raise tool_failure("R403", f"tool `{spec.name}` failed: {masker.mask(text)[:2_000]}")
    if spec.result == _TEXT:
        return plain(masker.mask(text), spec.name)
    value = plain(result.structured_content, spec.name)
    problems = validate(value, spec.result, patterns=False)
    if problems:
        words = "; ".join(str(problem) for problem in problems[:3])
        raise tool_failure("R404", masker.mask(f"tool `{spec.name}` did not return what it promises: {words}"))
    return masker.mask_json(value)


def _text(block: Any) -> str:
    if block.type == "text":
        return str(block.text)
    if block.type == "resource" and hasattr(block.resource, "text"):
        return str(block.resource.text)
    return f"[{block.type}]"


def _drifted(spec: ToolSpec, live: ToolSpec | None) -> TaskFailure:
    if live is None:
        what = "is gone"
    else:
        fields = ("description", "arguments", "result", "effects")
        parts = [name for name in fields if getattr(live, name) != getattr(spec, name)]
        what = f"has changed its {' and '.join(parts)}"
    message = f"tool `{spec.name}` {what} since the plan was checked"
    return TaskFailure(TaskError("denied", message, "R409", "check the plan again and look at what changed"))
