"""Whoever sends or reads too slowly is let go; on a virtual clock where no socket is needed."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import Any

import pytest
import uvicorn

from planc.serving import connections
from planc.serving.connections import BoundedConnection
from planc_runtime.server.guard import Guard
from tests.support.virtual_time import run_virtual

SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/api/check",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"authorization", b"Bearer t")],
}


async def never() -> Any:
    await asyncio.get_running_loop().create_future()


def talk(app: Any, receive: Any, stuck: bool = False) -> tuple[list[dict[str, Any]], float]:
    """What the guard answers for an application, and after how many seconds it was done. `stuck`: the reader takes
    the head of the answer and then nothing."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        if stuck and message["type"] == "http.response.body":
            await never()
        sent.append(message)

    async def go() -> float:
        await Guard(app, token="t", hosts={"localhost"}, seconds=60, send_seconds=120)(dict(SCOPE), receive, send)
        return asyncio.get_running_loop().time() - 1000

    return sent, run_virtual(go())


async def whole() -> dict[str, Any]:
    return {"type": "http.request", "body": b"{}", "more_body": False}


async def reads_its_body(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def thinks_for_ever(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await never()


async def breaks(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    raise RuntimeError("a defect")


async def streams(scope: Any, receive: Any, send: Any) -> None:
    """As an answer that goes on for an hour does."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(60):
        await asyncio.sleep(60)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def dripping() -> dict[str, Any]:
    await asyncio.sleep(10)
    return {"type": "http.request", "body": b"x", "more_body": True}


@pytest.mark.parametrize(
    ("app", "receive", "status", "seconds"),
    [
        (reads_its_body, whole, 200, 0),
        (reads_its_body, never, 408, 60),
        (reads_its_body, dripping, 408, 60),
        (thinks_for_ever, whole, 503, 60),
        (breaks, whole, 500, 0),
        (streams, whole, 200, 3600),
    ],
)
def test_an_answer_begins_in_time(app: Any, receive: Any, status: int, seconds: float) -> None:
    sent, after = talk(app, receive)
    assert (sent[0]["status"], round(after)) == (status, seconds)
    if status >= 400:
        assert json.loads(sent[1]["body"])["status"] == status
        assert (b"content-type", b"application/problem+json") in sent[0]["headers"]


def test_a_reader_that_reads_nothing_is_let_go() -> None:
    sent, after = talk(streams, whole, stuck=True)
    assert len(sent) == 1
    assert round(after) == 60 + 120


@pytest.mark.parametrize("said", [b"", b"GET /api/health HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT"])
def test_a_request_whose_head_does_not_come_ends_its_connection(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """A real socket: the connection is closed by the server, whatever of the head was sent."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    config = uvicorn.Config(reads_its_body, http=BoundedConnection, lifespan="off", log_level="error", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        with socket.create_connection(listener.getsockname(), timeout=120) as client:
            client.sendall(said)  # before anybody listens: what is sent later may come after the end
            thread.start()
            try:
                while client.recv(65536):
                    continue
            finally:
                server.should_exit = True
                thread.join(120)
    assert not thread.is_alive(), "the server of this test has ended"
