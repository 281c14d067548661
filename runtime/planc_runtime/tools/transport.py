"""One HTTP request over a connection to a checked address; the only module that knows the HTTP library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeAlias

import httpcore2

from planc_schemas.ports import TaskError, TaskFailure

from .exchange import HttpAnswer, Origin, bad_request, net_failure

Addresses: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Host and port → the addresses that may be connected to. Raises TaskFailure if there is none."""


class _CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to a checked address of the host; TLS still verifies the host's name."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        for address in await self._addresses(host, port):
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


async def send(
    method: str, where: Origin, headers: Mapping[str, str], body: bytes | None, addresses: Addresses, max_bytes: int
) -> HttpAnswer:
    """Sends one request and reads the answer, redirects included as they are.

    Raises TaskFailure: bad_request (R402), connection, timeout, server_error (R411), tool_error (R405, body too
    large), and what `addresses` raises.
    """
    url = httpcore2.URL(scheme=where.scheme, host=where.host, port=where.port, target=where.target)
    own = {"host": where.netloc, "accept-encoding": "identity", "user-agent": "planc"}
    sent = list({**own, **headers}.items())
    try:
        async with (
            httpcore2.AsyncConnectionPool(network_backend=_CheckedBackend(addresses)) as pool,
            pool.stream(method, url, headers=sent, content=body) as response,
        ):
            received = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in response.headers}
            content = b"" if method == "HEAD" else await _body(response, received, where, max_bytes)
            return HttpAnswer(response.status, str(where), received, content)
    except httpcore2.TimeoutException:
        raise net_failure("timeout", f"{method} {where}: the connection timed out") from None
    except (httpcore2.LocalProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise bad_request(f"{method} {where} cannot be sent: {error}") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise net_failure("connection", f"{method} {where}: {str(error) or type(error).__name__}") from None


async def _body(response: httpcore2.Response, headers: Mapping[str, str], where: Origin, max_bytes: int) -> bytes:
    encoding = headers.get("content-encoding", "identity")
    if encoding not in ("", "identity"):
        raise net_failure("server_error", f"{where}: the body is compressed ({encoding}), which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > max_bytes:
            raise TaskFailure(TaskError("tool_error", f"{where}: the body is larger than {max_bytes} bytes", "R405"))
    return bytes(body)
