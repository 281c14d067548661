"""Who may talk to the server.

A page in the operator's browser must not be able to drive planc (cross-site requests, DNS rebinding), and no other user
of the machine either. So: a random token, a closed list of Host names, an Origin check on everything that acts, and no
act by GET. The token comes as `Authorization: Bearer …` (clients) or as a cookie that `/?token=…` sets (browsers).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from .problems import problem_body

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "planc_token"
"""Cookies are of a host, whatever the port: a server adds its own to the name, so that several can be open at once."""
MAX_BODY_BYTES = 16 * 1024 * 1024
ANSWER_SECONDS = 60.0
"""How long a request may take until its answer begins, its body included."""
SEND_SECONDS = 120.0
"""How long a reader may leave a part of its answer unread."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = frozenset({"/", "/api/health"})
"""Served without the token: the empty shell of the page and the sign of life. Assets are under /static-like paths."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


_LOG = logging.getLogger("planc.server")


class _TooLarge(Exception):
    """The body grew over the limit while it was read."""


class Guard:
    """ASGI middleware around the whole application. `hosts` are the names the server answers to, without port."""

    def __init__(
        self,
        app: App,
        *,
        token: str,
        hosts: Iterable[str],
        cookie: str = COOKIE,
        max_body: int = MAX_BODY_BYTES,
        seconds: float = ANSWER_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)
        self._cookie = cookie
        self._max_body = max_body
        self._seconds = seconds
        self._send_seconds = send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        send = _with_security_headers(send)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _answer(send, *refusal)
        elif not (scope["path"] == "/" and scope["method"] == "GET" and await self._log_in(scope, send)):
            await self._bounded(scope, _Exchange(receive, send, self._max_body, self._send_seconds))

    async def _bounded(self, scope: Scope, exchange: _Exchange) -> None:
        """The application under its limits. Whatever goes wrong in it, there is an answer, and no traceback."""
        try:
            async with asyncio.timeout(self._seconds) as deadline:
                exchange.deadline = deadline
                await self._app(scope, exchange.receive, exchange.send)
        except TimeoutError:
            exchange.late = True
        except _TooLarge:
            exchange.too_large = True
        except Exception as error:  # noqa: BLE001  # the last place before the connection
            if exchange.started:
                _LOG.warning("%s broke off: %s: %s", scope["path"], type(error).__name__, error)
        if exchange.started:
            return
        if exchange.too_large:
            await _answer(exchange.raw_send, 413, "The request is too large", f"the limit is {self._max_body} bytes")
        elif not exchange.has_body:
            await _answer(exchange.raw_send, 408, "The body did not arrive", f"it may take {self._seconds:g} s")
        elif exchange.late:
            await _answer(exchange.raw_send, 503, "It took too long", f"there was no answer within {self._seconds:g} s")
        else:
            await _answer(exchange.raw_send, 500, "This is a defect of planc", "the server's log says more")

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, str] | None:
        """Status, title and detail of the answer to a request that may not pass."""
        host = _host_name(headers.get("host", ""))
        if host not in self._hosts:
            return (
                421,
                "Wrong host",
                f"this server does not answer to {host!r}; it answers to {', '.join(sorted(self._hosts))}",
            )
        acts = scope["method"] not in SAFE_METHODS
        origin = headers.get("origin")
        if acts and origin is not None and urlsplit(origin).netloc != headers.get("host"):
            return 403, "Wrong origin", f"a page of {origin} may not act here"
        if acts and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "Wrong origin", "another site may not act here"
        if int(headers["content-length"]) > self._max_body if headers.get("content-length", "").isdigit() else False:
            return 413, "The request is too large", f"the limit is {self._max_body} bytes"
        if scope["path"].startswith("/api/") and scope["path"] not in OPEN_PATHS and not self._knows_token(headers):
            return (
                401,
                "The token is missing or wrong",
                "send `Authorization: Bearer TOKEN`, or open the address that `planc serve` printed",
            )
        return None

    def _knows_token(self, headers: dict[str, str]) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_token(given.strip())
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return cookie is not None and self._is_token(cookie.value)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._token.encode())

    async def _log_in(self, scope: Scope, send: Send) -> bool:
        """`/?token=…` sets the cookie and leads to `/`, so that the token does not stay in the address bar."""
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token")
        if not given or not self._is_token(given[0]):
            return False
        cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
        await send(
            {
                "type": "http.response.start",
                "status": 303,
                "headers": [(b"location", b"/"), (b"set-cookie", cookie.encode())],
            }
        )
        await send({"type": "http.response.body", "body": b""})
        return True


def _host_name(host: str) -> str:
    """`[::1]:8080` → `::1`, `localhost:80` → `localhost`."""
    if host.startswith("["):
        return host[1:].split("]", 1)[0]
    return host.rsplit(":", 1)[0] if host.count(":") == 1 else host


class _Exchange:
    """One request and its answer, bounded in size and time."""

    def __init__(self, receive: Receive, send: Send, max_body: int, send_seconds: float) -> None:
        self.raw_send = send
        self.deadline: asyncio.Timeout | None = None
        self.started = False
        self.has_body = False
        self.too_large = False
        self.late = False
        self._receive = receive
        self._left = max_body
        self._send_seconds = send_seconds

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.too_large = True
            raise _TooLarge
        if not message.get("more_body", False):
            self.has_body = True
        return message

    async def send(self, message: Message) -> None:
        """The application may turn a read that failed into an answer of its own: the right one is given instead."""
        if self.too_large and not self.started:
            return
        if message["type"] == "http.response.start":
            self.started = True
            if self.deadline is not None:
                self.deadline.reschedule(None)
        try:
            async with asyncio.timeout(self._send_seconds):
                await self.raw_send(message)
        except TimeoutError:
            raise OSError(f"the reader left the answer unread for {self._send_seconds:g} s") from None


def _with_security_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *SECURITY_HEADERS]
        await send(message)

    return sending


async def _answer(send: Send, status: int, title: str, detail: str) -> None:
    body = problem_body(status, title, detail)
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
