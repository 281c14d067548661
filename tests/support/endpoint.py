"""A real HTTP server on loopback that speaks Chat Completions; only the answers are scripted.

In a test::

    with Endpoint([text("Hello"), Error(429, headers={"Retry-After": "1"})]) as endpoint:
        ...OPENAI_BASE_URL=endpoint.base_url...
        assert endpoint.requests[0].prompt == "Say hello"

A script is one reply (given every time), a list of replies (given in order; then status 500), or a function of the
request. As a process of its own, for tests of the command line (prints the base URL, ends when its stdin is closed)::

    python -m tests.support.endpoint --answer-script answers.json --log requests.jsonl

with answers.json: `{"rules": [{"contains": "Summarise", "text": "Short."}], "default": {"text": "Hello"}}`; see
`answers.scripted_reply` for the forms. Without a script it answers from the request (see `answers.automatic`).
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.answers import automatic, script_from, strict_problem
from tests.support.exchange import Exchange, Request, shut
from tests.support.replies import Answer, Error, Reply

Script = Reply | Sequence[Reply] | Callable[[Request], Reply | str | None]


class Endpoint:
    """The server; a context manager. Its threads are daemons and its connections are closed with it.

    `structured` are the response formats it accepts; others get a 400, as older servers answer. With `strict` a
    schema outside the strict subset gets a 400 too. With `api_key` any other key gets a 401. `models` are
    listed under /models.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        api_key: str | None = None,
        structured: Sequence[str] = ("json_schema", "json_object", "text"),
        strict: bool = True,
        models: Sequence[str] = ("scripted",),
        log: Path | None = None,
    ) -> None:
        self._script: Script = script if script is not None else automatic
        self._given = 0
        self._api_key = api_key
        self._structured = tuple(structured)
        self._strict = strict
        self._log = log
        self.models = tuple(models)
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._in_flight = 0
        self.max_in_flight = 0
        self.requests: list[Request] = []
        """Chat completion requests in the order they came in."""
        self.closing = threading.Event()
        self.arrived = threading.Condition(self._lock)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.endpoint = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        with self._lock:
            for connection in self._connections:
                shut(connection)

    def wait_for_requests(self, count: int, timeout: float = 120.0) -> None:
        """Blocks until `count` requests have come in; AssertionError after `timeout` seconds."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, timeout), (
                f"{len(self.requests)} requests came in, {count} were expected"
            )

    # --- used by the handler ---

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.discard(connection)

    def begin(self, request: Request) -> Reply:
        """Records the request and says what to answer."""
        with self._lock:
            self.requests.append(request)
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)
            self.arrived.notify_all()
            if self._log is not None:
                with self._log.open("a") as log:
                    log.write(json.dumps({"path": request.path, "body": request.body}) + "\n")
            refusal = self._objection(request)
            if refusal is not None:
                return refusal
            if not callable(self._script):
                return self._next()
        reply = self._script(request)
        return Answer(reply) if isinstance(reply, str) else (reply or automatic(request))

    def end(self) -> None:
        with self._lock:
            self._in_flight -= 1

    def _next(self) -> Reply:
        if not isinstance(self._script, Sequence):
            assert not callable(self._script)
            return self._script
        self._given += 1
        if self._given > len(self._script):
            return Error(500, f"the script has {len(self._script)} replies and this is request {self._given}")
        return self._script[self._given - 1]

    def _objection(self, request: Request) -> Reply | None:
        if self._api_key is not None and request.headers.get("authorization") != f"Bearer {self._api_key}":
            return Error(401, "Incorrect API key provided", "invalid_api_key")
        kind = request.structured_by
        if kind is not None and kind not in self._structured:
            return Error(400, f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model")
        strict = ((request.body.get("response_format") or {}).get("json_schema") or {}).get("strict")
        if self._strict and strict and request.schema is not None:
            problem = strict_problem(request.schema)
            if problem:
                return Error(400, f"Invalid schema for response_format 'answer': {problem}", "invalid_json_schema")
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    endpoint: Endpoint

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is part of many tests and no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.endpoint.opened(self.connection)

    def finish(self) -> None:
        self.server.endpoint.closed(self.connection)
        super().finish()

    def do_GET(self) -> None:
        exchange = self._exchange(Request("GET", self.path, {}, {}))
        if self.path.rstrip("/").endswith("/models"):
            models = [{"id": name, "object": "model"} for name in self.server.endpoint.models]
            exchange.send_json({"object": "list", "data": models})
        else:
            Error(404, f"no such path: {self.path}").send(exchange)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request("POST", self.path, headers, json.loads(body or b"{}"))
        exchange = self._exchange(request)
        if not self.path.endswith("/chat/completions"):
            Error(404, f"no such path: {self.path}").send(exchange)
            return
        reply = self.server.endpoint.begin(request)
        exchange.on_end = self.server.endpoint.end
        try:
            reply.send(exchange)
        finally:
            exchange.end()

    def _exchange(self, request: Request) -> Exchange:
        return Exchange(self, request, self.server.endpoint.closing)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the tests look at `Endpoint.requests`."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A scripted Chat Completions endpoint on loopback.")
    parser.add_argument("--answer-script", type=Path, help="JSON file with rules; see the module's docstring")
    parser.add_argument("--log", type=Path, help="append every request to this file, one JSON object a line")
    parser.add_argument("--api-key", help="refuse every other key with a 401")
    options = parser.parse_args(arguments)
    script = script_from(json.loads(options.answer_script.read_text())) if options.answer_script else None
    with Endpoint(script, api_key=options.api_key, log=options.log) as endpoint:
        print(endpoint.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
