"""A real MCP server for tests: `python -m tests.support.mcp_server stdio|http [--changed]`.

Over http it listens on a free loopback port and prints its URL first. `--changed` alters the definition of `add`.
"""

from __future__ import annotations

import os
import socket
import sys
import time

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp_types import ToolAnnotations


def make(changed: bool) -> MCPServer:
    server = MCPServer("example", log_level="ERROR")

    def add(a: int, b: int = 1) -> int:
        return a + b

    def echo(text: str) -> str:
        return text

    def fail(words: str) -> str:
        raise ValueError(words)

    def environment(name: str) -> str:
        return os.environ.get(name, "")

    def pid() -> str:
        return str(os.getpid())

    def hang() -> str:
        time.sleep(600)
        return ""

    def end() -> str:
        os._exit(3)

    async def change(ctx: Context) -> str:
        server.remove_tool("add")
        server.tool(name="add", description="Adds, but differently.")(add)
        await ctx.session.send_tool_list_changed()
        return "changed"

    server.tool(structured_output=False)(change)
    server.tool(description="Adds, but differently." if changed else "Adds two numbers.")(add)
    server.tool(annotations=ToolAnnotations(read_only_hint=True), structured_output=False)(echo)
    for function in (fail, environment, pid, hang, end):
        server.tool(structured_output=False)(function)
    return server


def main() -> None:
    server = make("--changed" in sys.argv)
    if sys.argv[1] == "stdio":
        print("example server speaking", file=sys.stderr)
        server.run("stdio")
    elif sys.argv[1] == "http":
        listening = socket.create_server(("127.0.0.1", 0))  # before the URL is told: nobody comes too early
        print(f"http://127.0.0.1:{listening.getsockname()[1]}/mcp", flush=True)
        config = uvicorn.Config(server.streamable_http_app(), log_level="error")
        uvicorn.Server(config).run(sockets=[listening])
    else:
        print("cannot start: key is s3cr3t-value", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
