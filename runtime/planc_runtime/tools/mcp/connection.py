"""A connection to an MCP server: opened when it is first used, opened again after it broke.

The library's contexts must be entered and left by the same task, while calls come from many. So a task of its own holds
the connection open; it ends with `close` or with the loop it runs in, and takes the server's process with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import IO, Any, TypeVar

from planc_schemas.ports import ErrorKind, TaskError, TaskFailure

from ...extras import install
from ..secrets import Masker
from .server import McpServer

T = TypeVar("T")
_TAIL = 600


def mcp_failure(server: McpServer, message: str, kind: ErrorKind = "connection", help_: str = "") -> TaskFailure:
    """A failure of a server or of the way to it (R413)."""
    return TaskFailure(TaskError(kind, f"MCP server `{server.name}`: {message}", "R413", help_))


class Connection:
    """The connection to one server. Calls may run at the same time; use it in one event loop at a time."""

    def __init__(self, server: McpServer) -> None:
        self.server = server
        self.masker = Masker({**server.environment, **server.headers})
        """Takes what the server was given in confidence out of what it says."""
        self._holder: asyncio.Task[None] | None = None
        self._opening: asyncio.Future[Any] | None = None
        self._closing = asyncio.Event()

    async def use(self, work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        """Runs `work` with the connected `mcp.Client`. Raises TaskFailure (R413) when there is no connection.

        After a failure of the connection the next use opens a new one.
        """
        client = await self._client()
        try:
            return await work(client)
        except TaskFailure:
            raise
        except Exception as error:  # the library raises its own, anyio's, httpx2's and pydantic's errors
            if not is_answer(error):
                await self.close()
            raise mcp_failure(self.server, self.masker.mask(_words(error))) from error

    async def close(self) -> None:
        """Ends the connection, and with it the server's process. Safe to call twice, and from another loop."""
        holder, self._holder, self._opening = self._holder, None, None
        if holder is not None and not holder.done() and holder.get_loop() is asyncio.get_running_loop():
            self._closing.set()
            await asyncio.wait([holder])

    async def _client(self) -> Any:
        loop = asyncio.get_running_loop()
        holder = self._holder
        if holder is None or holder.done() or holder.get_loop() is not loop or self._opening is None:
            self._opening = loop.create_future()
            self._closing = asyncio.Event()
            self._holder = loop.create_task(self._hold(self._opening, self._closing), name=f"mcp {self.server.name}")
        return await asyncio.shield(self._opening)

    async def _hold(self, opening: asyncio.Future[Any], closing: asyncio.Event) -> None:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
            try:
                async with contextlib.AsyncExitStack() as stack:
                    async with asyncio.timeout(self.server.start_timeout):
                        client = await stack.enter_async_context(_client_for(self.server, log))
                    opening.set_result(client)
                    await closing.wait()
            except Exception as error:  # noqa: BLE001  # whatever it was, whoever waits must hear of it
                if not opening.done():
                    words = self.masker.mask(_words(error))
                    opening.set_exception(mcp_failure(self.server, f"no connection: {words}{self._tail(log)}"))
                    opening.exception()  # nobody may be waiting any more
            finally:
                if not opening.done():
                    opening.cancel()

    def _tail(self, log: IO[str]) -> str:
        """The last words of the server's error output."""
        log.flush()
        log.seek(0)
        text = self.masker.mask(log.read().strip())
        return f"; its last words: {text[-_TAIL:]}" if text else ""


@contextlib.asynccontextmanager
async def _client_for(server: McpServer, log: IO[str]) -> AsyncIterator[Any]:
    """The library's client for the server. Raises TaskFailure when the extra is not installed."""
    try:
        import httpx2
        import mcp
        from mcp.client.streamable_http import streamable_http_client
    except ImportError:
        help_ = f"install it: {install('mcp')}"
        raise mcp_failure(server, "MCP support is not installed", "unsupported", help_) from None
    async with contextlib.AsyncExitStack() as stack:
        if server.url:
            timeout = httpx2.Timeout(30.0, read=300.0)  # a server may hold an answer open for long
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=dict(server.headers), timeout=timeout))
            transport = streamable_http_client(server.url, http_client=http)
        else:
            command, *rest = server.command
            parameters = mcp.StdioServerParameters(
                command=command, args=rest, env=dict(server.environment), cwd=server.folder
            )
            transport = mcp.stdio_client(parameters, errlog=log)  # type: ignore[arg-type]  # any file will do
        yield await stack.enter_async_context(mcp.Client(transport))


def is_answer(error: Exception) -> bool:
    """Did the server answer with an error (the connection is fine), or did the connection fail?"""
    from mcp import MCPError
    from mcp_types import CONNECTION_CLOSED

    return isinstance(error, MCPError) and error.code != CONNECTION_CLOSED


def _words(error: BaseException) -> str:
    """The innermost message of an error or a group of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TaskFailure):
        return error.error.message
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
