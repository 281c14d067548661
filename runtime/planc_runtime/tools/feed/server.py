"""The feed server on the loopback interface, and the question whether arXiv itself can be reached."""

from __future__ import annotations

import json
import queue
import socket
import ssl
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from .atom import answer, refusal
from .grammar import QueryError, Record, parse

_HOST = "127.0.0.1"
_ORDERS = {"submittedDate": "published", "lastUpdatedDate": "updated"}
_LARGEST_PAGE = 2_000


def load_records() -> list[Record]:
    """The records that come with planc, the newest first."""
    text = files(__package__).joinpath("records.json").read_text("utf-8")
    records = [
        Record(**{**item, "authors": tuple(item["authors"]), "categories": tuple(item["categories"])})
        for item in json.loads(text)["records"]
    ]
    return sorted(records, key=lambda record: (record.published, record.arxiv_id), reverse=True)


def respond(records: Sequence[Record], parameters: dict[str, list[str]]) -> tuple[int, bytes]:
    """Status and body for the parameters of a request to `/api/query`, as `parse_qs` gives them."""
    one = {name: values[-1] for name, values in parameters.items()}
    query = one.get("search_query", "")
    try:
        start, size = int(one.get("start", "0")), int(one.get("max_results", "10"))
        if start < 0 or not 0 <= size <= _LARGEST_PAGE:
            raise QueryError(f"start must not be negative, max_results between 0 and {_LARGEST_PAGE}")
        matches = _sorted(records, query, one.get("sortBy", "relevance"), one.get("sortOrder", "descending"))
    except ValueError as error:
        return 400, refusal(str(error))
    return 200, answer(query, matches[start : start + size], len(matches), start, size)


def _sorted(records: Sequence[Record], query: str, by: str, order: str) -> list[Record]:
    """The matching records in the order asked for; among equals the newest first."""
    if order not in ("ascending", "descending") or by not in (*_ORDERS, "relevance"):
        raise QueryError(f"sortBy={by} sortOrder={order} is not known")
    predicate = parse(query)
    scored = [(predicate(record), record) for record in records]
    matches = [(score, record) for score, record in scored if score]
    descending = order == "descending"
    if by == "relevance":
        matches.sort(key=lambda match: match[0], reverse=descending)
    else:
        matches.sort(key=lambda match: str(getattr(match[1], _ORDERS[by])), reverse=descending)
    return [record for _, record in matches]


class Feed:
    """A running feed server. `url` is what `PLANC_ARXIV_URL` may be set to. Close it, or use it in a `with`."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._server = ThreadingHTTPServer((_HOST, 0), _handler(records))
        self._server.daemon_threads = True
        self.url = f"http://{_HOST}:{self._server.server_port}/api/query"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="planc-feed", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Feed:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start_feed() -> Feed:
    """Starts the feed server with planc's own records on a free port of the loopback interface."""
    return Feed(load_records())


def _handler(records: Sequence[Record]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != "/api/query":
                self.send_error(404)
                return
            status, body = respond(records, parse_qs(parts.query))
            self.send_response(status)
            self.send_header("Content-Type", "application/atom+xml; charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error: that is for people."""

    return Handler


def arxiv_reachable(timeout: float = 3.0, host: str = "export.arxiv.org", port: int = 443) -> bool:
    """Does a server that can prove to be `host` answer within `timeout` seconds? No request is made of it.

    The name look-up is inside the time limit as well (a thread is left behind if it hangs).
    """
    outcome: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def knock() -> None:
        try:
            context = ssl.create_default_context()
            with (
                socket.create_connection((host, port), timeout=timeout) as plain,
                # the handshake is made inside, because a failing one would leave the socket open
                context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False) as secure,
            ):
                secure.do_handshake()
            outcome.put(True)
        except OSError:
            outcome.put(False)

    threading.Thread(target=knock, name="planc-knock", daemon=True).start()
    try:
        return outcome.get(timeout=timeout)
    except queue.Empty:
        return False
