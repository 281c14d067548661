"""Events of a run as they are committed, as server-sent events (html.spec.whatwg.org, server-sent events).

Each event is one `data:` line of JSON with its number as `id:`, so a browser that reconnects says by itself where to go
on (`Last-Event-ID`). `event: end` says that nothing further will come.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from planc_runtime.store.base import Store

from . import shapes
from .openapi import problems
from .readers import Readers
from .run_routes import After, RunId

_SENT = {
    "type": "object",
    "description": "One server-sent event: a message with an event of the run as JSON, or `end` when none will follow.",
    "required": ["data"],
    "properties": {
        "event": {"enum": ["message", "end"]},
        "id": {"type": "string", "description": "the event's number: send it as Last-Event-ID to go on after it"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {
                "anyOf": [{"$ref": "#/components/schemas/EventShape"}, {"type": "object", "maxProperties": 0}]
            },
        },
    },
}


def router(store: Store, readers: Readers) -> APIRouter:
    routes = APIRouter(tags=["runs"], responses=problems(404))

    @routes.get(
        "/api/runs/{run}/stream",
        summary="Follow a run: server-sent events; `Last-Event-ID` or `after` says where to go on",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": _SENT}}}},
    )
    async def stream_events(
        run: RunId,
        after: After = 0,
        last_event_id: Annotated[
            str | None, Header(max_length=32, description="the `id:` of the last event already seen")
        ] = None,
    ) -> StreamingResponse:
        run_id = await asyncio.to_thread(store.resolve, run)
        if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
            after = max(after, min(int(last_event_id), shapes.MOST))
        readers.require_room()
        return StreamingResponse(
            _server_sent(readers, run_id, after),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    return routes


async def _server_sent(readers: Readers, run_id: str, after: int) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    async for batch in readers.follow(run_id, after):
        yield batch or b": still here\n\n"
    if not readers.stopping:
        yield b"event: end\ndata: {}\n\n"
