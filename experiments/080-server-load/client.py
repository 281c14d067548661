"""The other side of the load: a model endpoint that answers after a pause, readers of event streams, a prober."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

TOKEN = "token-of-the-load"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


async def endpoint(seconds: float) -> asyncio.Server:
    """Chat Completions on loopback: every request is answered after `seconds`, whatever it asks."""
    answer = {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "done"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11},
    }
    said, models = _response(answer), _response({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).lower()
                if request.startswith(b"get"):
                    writer.write(models)
                    continue
                if b"transfer-encoding: chunked" in request:
                    await reader.readuntil(b"0\r\n\r\n")
                else:
                    await reader.readexactly(int(request.split(b"content-length:")[1].split(b"\r\n")[0]))
                await asyncio.sleep(seconds)
                writer.write(said)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0, backlog=512)


def _response(data: Any) -> bytes:
    body = json.dumps(data).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


def post(port: int, path: str, body: Any) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", path, json.dumps(body), HEADERS)
    with connection.getresponse() as answer:
        data = json.loads(answer.read())
        assert answer.status < 300, data
    connection.close()
    return data


@dataclass
class Seen:
    """What one reader got: numbers of events in the order they came, and when the run ended (monotonic seconds)."""

    run: str
    numbers: list[int] = field(default_factory=list)
    finished: int = 0
    status: str = ""
    ended: float = 0.0

    @property
    def is_whole(self) -> bool:
        return self.status == "succeeded" and self.numbers == list(range(1, len(self.numbers) + 1))


async def read_stream(port: int, run: str, pause: float = 0.0) -> Seen:
    """Follows a run to its end; `pause` seconds are waited after every 4 kB, which makes a slow reader."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    writer.write(
        f"GET /api/runs/{run}/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
    )
    seen = Seen(run)
    buffer = b""
    while b"event: end" not in buffer:
        piece = await reader.read(4096 if pause else 65536)
        assert piece, "the server closed the stream"
        buffer += piece
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            if line.startswith(b"event: end"):
                buffer = line
            elif line.startswith(b"data: {") and len(line) > 10:
                event = json.loads(line[6:])
                seen.numbers.append(event["seq"])
                seen.finished += event["type"] == "task_finished"
                if event["type"] == "run_finished":
                    seen.status, seen.ended = event["data"]["status"], time.monotonic()
        if pause:
            await asyncio.sleep(pause)
    writer.close()
    return seen


async def read_nothing(port: int, run: str) -> Callable[[], None]:
    """A reader that asks for a stream and never reads it; gives how to close it."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(
        f"GET /api/runs/{run}/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
    )
    return writer.transport.abort


def probe(port: int, runs: list[str], pipe: Connection, every: float) -> None:
    """A process of its own: asks for the status of one run after the other until it is told to stop; sends the
    milliseconds of each answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    taken: list[float] = []
    while not pipe.poll(every):
        begun = time.perf_counter()
        connection.request("GET", f"/api/runs/{runs[len(taken) % len(runs)]}", headers=HEADERS)
        with connection.getresponse() as answer:
            json.loads(answer.read())
            assert answer.status == 200
        taken.append((time.perf_counter() - begun) * 1000)
    pipe.send(taken)
