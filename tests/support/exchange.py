"""One request to the loopback endpoint, and the wire its answer is written on."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

JSON = "application/json"


@dataclass
class Request:
    """One request as it came. `gone` is set when the client left before it had the answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    gone: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", []))

    @property
    def prompt(self) -> str:
        """The last message of the user."""
        return next((str(m["content"]) for m in reversed(self.messages) if m["role"] == "user"), "")

    @property
    def streaming(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def structured_by(self) -> str | None:
        return (self.body.get("response_format") or {}).get("type")

    @property
    def schema(self) -> dict[str, Any] | None:
        """The schema asked for, when there is one."""
        return ((self.body.get("response_format") or {}).get("json_schema") or {}).get("schema")


class Exchange:
    """One request being answered: what replies write with. Writes to a client that left are dropped."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Request, closing: threading.Event) -> None:
        self.request = request
        self._handler = handler
        self._closing = closing
        self.on_end: Callable[[], None] | None = None
        """Called once, before the client can have the whole answer: what it asks next must not overtake that."""

    def end(self) -> None:
        on_end, self.on_end = self.on_end, None
        if on_end is not None:
            on_end()

    def send_json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send(json.dumps(value).encode(), status, JSON, headers)

    def send(self, body: bytes, status: int, content_type: str, headers: dict[str, str] | None = None) -> None:
        self.head(status, content_type, {"Content-Length": str(len(body)), **(headers or {})})
        self.end()
        self.write(body)

    def head(self, status: int, content_type: str, headers: dict[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in {"Content-Type": content_type, **headers}.items():
            self._handler.send_header(name, value)
        try:
            self._handler.end_headers()
        except OSError:
            self.close()

    def write(self, data: bytes) -> bool:
        """False when the client is gone."""
        try:
            self._handler.wfile.write(data)
        except OSError:
            self.request.gone.set()
            self.close()
            return False
        return True

    def stream(self, events: Iterable[bytes], *, complete: bool = True) -> None:
        """Server-sent events as HTTP chunks; an incomplete stream breaks off without the last chunk."""
        self.head(200, "text/event-stream", {"Transfer-Encoding": "chunked"})
        self.end()
        for piece in events:
            if not self.write(b"%x\r\n%s\r\n" % (len(piece), piece)):
                return
        if complete:
            self.write(b"0\r\n\r\n")
        else:
            self.close()

    def close(self) -> None:
        self._handler.close_connection = True
        shut(self._handler.connection)

    def wait_for(self, gate: threading.Event) -> None:
        while not gate.wait(0.01) and not self._closing.is_set():
            pass

    def wait_for_client_to_leave(self) -> None:
        """Returns when the client closed its end (then `request.gone` is set) or the endpoint is closed."""
        connection = self._handler.connection
        while not self.endpoint_closes(0):
            try:
                readable, _, _ = select.select([connection], [], [], 0.02)
                if readable and connection.recv(1, socket.MSG_PEEK) == b"":
                    self.request.gone.set()
                    return
            except OSError:
                self.request.gone.set()
                return

    def endpoint_closes(self, within: float) -> bool:
        return self._closing.wait(within)


def shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
