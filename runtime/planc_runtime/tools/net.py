"""The one HTTP client of tools: it connects only to addresses it has checked.

For every hop (the first request and each redirect): the host must be granted; its name is resolved once; special
addresses (see addresses.py) are dropped unless they are granted themselves; the connection goes to an address that is
left, so that a second look-up cannot lead elsewhere. Size, time and redirects are bounded. Proxies of the environment
are not used: behind a proxy the address could not be checked.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import MAX_OUTPUT_BYTES

from .addresses import is_special, parse_address
from .exchange import HttpAnswer, Origin, bad_request, net_failure
from .rights import Grants, Right, host_and_port

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Host and port → addresses as texts, best first. Raises OSError when the name does not exist."""

MAX_REDIRECTS = 5
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def system_resolve(host: str, port: int) -> list[str]:
    """Resolves by the operating system."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """An HTTP client under `grants`. `timeout` in seconds covers a whole request with its redirects.

    `max_bytes` bounds the body of an answer. `who` is named in messages, such as "tool `http_request`".
    """

    grants: Grants
    who: str
    timeout: float = 60.0
    max_bytes: int = MAX_OUTPUT_BYTES
    resolve: Resolve = field(default=system_resolve)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpAnswer:
        """Sends a request and reads the whole answer, whatever its status.

        Raises TaskFailure: bad_request (R402, no usable URL or header), denied (R401 host, R407 address), connection,
        timeout, server_error (R411).
        """
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        for name in sent.keys() & _OWN_HEADERS:
            raise bad_request(f"the header `{name}` is set by planc")
        deadline = asyncio.timeout(self.timeout)
        try:
            async with deadline:
                return await self._follow(method, url, sent, body)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise net_failure("timeout", f"{method} {url}: no complete answer within {self.timeout:g} s") from None

    async def _follow(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> HttpAnswer:
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._once(method, url, headers, body)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            target = urljoin(url, location)
            if url.startswith("https:") and not target.startswith("https:"):
                raise net_failure("connection", f"{url} redirects from https to {target}; that is not followed")
            if host_and_port(checked_url(target).geturl()) != host_and_port(url):
                headers = {name: value for name, value in headers.items() if name in ("accept", "user-agent")}
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, body = "GET", None
                headers.pop("content-type", None)
            url = target
        raise net_failure("connection", f"{url}: more than {MAX_REDIRECTS} redirects")

    async def _once(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> HttpAnswer:
        parts = checked_url(url)
        self.grants.require(Right("net", host_and_port(url)), self.who)
        host = str(parts.hostname)
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            target += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
        from .transport import send  # the HTTP library is loaded when the first request is made

        where = Origin(parts.scheme, host, parts.port, parts.netloc, target)
        answer = await send(method, where, headers, body, self.addresses, self.max_bytes)
        return replace(answer, url=url)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to. Raises TaskFailure (denied, R407) if none is left."""
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise net_failure("connection", f"{host}: the name cannot be resolved ({error})") from None
        allowed = [text for text in found if self._may_connect(text, port)]
        if not allowed:
            address = found[0] if found else "no address"
            raise TaskFailure(
                TaskError(
                    "denied",
                    f"{self.who}: {host} leads to {address}, which is not a public address",
                    "R407",
                    f"if you want this, run again with --allow-net={address} as well",
                )
            )
        return allowed

    def _may_connect(self, text: str, port: int) -> bool:
        address = parse_address(text)
        if self.grants.denies_address(address, port):
            return False
        return not is_special(address) or self.grants.allows_address(address, port)


def checked_url(url: str) -> SplitResult:
    """The parts of an http(s) URL that means one thing only. Raises TaskFailure (bad_request, R402) otherwise.

    Refused: control characters and blanks, a user name or password, a host that is not ASCII, a bad port.
    """
    if any(ord(character) <= 0x20 or ord(character) == 0x7F for character in url):
        raise bad_request(f"{url!r}: a URL has no blanks or control characters")
    try:
        parts = urlsplit(url)
        host_and_port(url)
    except ValueError as error:
        raise bad_request(f"{url!r} is not a usable URL: {error}") from None
    if "@" in parts.netloc or "\\" in parts.netloc:
        raise bad_request(f"{url!r}: a URL with a user name is not accepted; give a secret as `bearer`")
    if not str(parts.hostname).isascii():
        raise bad_request(f"{url!r}: write the host name in its ASCII form (xn--…)")
    return parts
