"""Events of one run as frames of a stream, read and encoded once for all its readers.

Readers pull at their own pace: one that is slow, or comes late, falls out of the frames that are kept here and reads
the journal by itself, so it holds up neither the run nor the others.
"""

from __future__ import annotations

import asyncio
import json
import threading
from bisect import bisect_right
from collections import deque
from typing import Final

from planc_runtime.store.base import Reader, Store
from planc_schemas.events import Event

from . import views
from .bell import Bell

BATCH: Final = 500
"""Events read from the journal at once."""
KEPT_BYTES: Final = 2 * 1024 * 1024
"""Of frames, for each followed run."""
SENT_BYTES: Final = 256 * 1024
"""Given to a reader at once, if one frame is not larger already."""


class Feed:
    """One followed run. `readers` counts who reads it; whoever opened it last closes it."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.bell = Bell()
        self.readers = 0
        self._store = store
        self._run_id = run_id
        self._reader: Reader | None = None
        self._frames: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        self._last: int | None = None
        """Number of the last event that was read; the frames end there."""
        self._reading = asyncio.Lock()
        self._in_use = threading.Lock()
        """A reader that went away leaves its read to end in its thread."""

    async def after(self, seq: int) -> tuple[int, bytes]:
        """The next frames after event `seq` with the number of the last one; `(seq, b"")` when there are none yet.
        Raises StoreError."""
        if self._last is None:
            self._last = seq
        if seq == self._last:
            async with self._reading:
                if seq == self._last:  # nobody else has read on meanwhile
                    await self._read_on()
        if self._frames and self._frames[0][0] <= seq + 1 <= self._last:
            return self._kept_after(seq)
        if seq == self._last:
            return seq, b""
        return _cut(await asyncio.to_thread(self._read_apart, seq), seq)

    def _kept_after(self, seq: int) -> tuple[int, bytes]:
        start = bisect_right(self._frames, seq, key=lambda frame: frame[0])
        return _cut([self._frames[index] for index in range(start, min(len(self._frames), start + BATCH))], seq)

    async def _read_on(self) -> None:
        frames = await asyncio.to_thread(self._read_next)
        for frame in frames:
            self._frames.append(frame)
            self._bytes += len(frame[1])
        while self._bytes > KEPT_BYTES and len(self._frames) > BATCH:
            self._bytes -= len(self._frames.popleft()[1])
        if frames:
            self._last = frames[-1][0]

    def _read_next(self) -> list[tuple[int, bytes]]:
        with self._in_use:
            if self._reader is None:
                self._reader = self._store.reader(self._run_id)
            return _frames(self._reader.read(self._last or 0, limit=BATCH))

    def _read_apart(self, seq: int) -> list[tuple[int, bytes]]:
        return _frames(self._store.read(self._run_id, seq, limit=BATCH))

    def close(self) -> None:
        """May wait for a read that is under way: not for the loop's own thread."""
        with self._in_use:
            if self._reader is not None:
                self._reader.close()
                self._reader = None


def _frames(events: list[Event]) -> list[tuple[int, bytes]]:
    """Each event as one `data:` line with its number."""
    return [(event.seq, _frame(event)) for event in events]


def _frame(event: Event) -> bytes:
    text = json.dumps(views.event_shape(event).model_dump(), ensure_ascii=True)
    return f"id: {event.seq}\ndata: {text}\n\n".encode("ascii")


def _cut(frames: list[tuple[int, bytes]], seq: int) -> tuple[int, bytes]:
    """As many frames as go out at once."""
    parts: list[bytes] = []
    size = 0
    for number, frame in frames:
        if parts and size + len(frame) > SENT_BYTES:
            break
        parts.append(frame)
        size += len(frame)
        seq = number
    return seq, b"".join(parts)
