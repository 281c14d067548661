"""An answer as it is handed to the process that executes its run, and how that process takes it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from pydantic_core import from_json

from planc_schemas.json_text import json_bytes
from planc_schemas.values import MAX_OUTPUT_BYTES, Json

from ..store.base import Mailbox
from .answers import AnswerRefused

LOOK_SECONDS: Final = 0.5
"""Between looks at a mailbox. A look at an empty one costs some 20 µs."""
_MEMBERS: Final = {"instance", "answer", "digest", "by"}


@dataclass(frozen=True, slots=True)
class Letter:
    """An answer on its way. `id` stands in the journal with the answer: by it the author knows its own."""

    instance: str
    answer: Json
    digest: str
    by: str
    id: str = field(default_factory=lambda: os.urandom(16).hex())

    def text(self) -> bytes:
        """Raises AnswerRefused for an answer that `read` would not take."""
        text = json_bytes({name: getattr(self, name) for name in _MEMBERS})
        if len(text) > MAX_OUTPUT_BYTES:
            raise AnswerRefused(f"the answer has more than {MAX_OUTPUT_BYTES // (1024 * 1024)} MB", _LATER)
        try:
            Letter.read(self.id, text)
        except ValueError as error:
            raise AnswerRefused(f"the answer cannot be handed over: {error}", _LATER) from None
        return text

    @staticmethod
    def read(id: str, text: bytes) -> Letter:
        """Anybody may have written it. Raises ValueError for what is no letter: NaN, lone surrogates and what is
        nested too deep for a journal among it."""
        data = from_json(text, allow_inf_nan=False)
        if not isinstance(data, dict) or data.keys() != _MEMBERS:
            raise ValueError(f"a letter has just the members {', '.join(sorted(_MEMBERS))}")
        if not all(isinstance(data[name], str) for name in _MEMBERS - {"answer"}):
            raise ValueError("only `answer` may be other than a text")
        return Letter(data["instance"], data["answer"], data["digest"], data["by"], id)


_LATER = "answer when the run's other tasks are done: it waits without a process then"


class Reception:
    """Takes the letters to a run that this process executes, from its first question to its end. Before that nobody
    writes any, and nobody looks; afterwards whoever still waits finds the run without a process."""

    def __init__(self, mailbox: Mailbox | None, take: Callable[[Letter], Awaitable[None]]) -> None:
        """`take` journals the answer of a letter; it raises AnswerRefused."""
        self._mailbox = mailbox
        self._take = take
        self._timer: asyncio.TimerHandle | None = None
        self._at_hand: dict[str, asyncio.Task[None]] = {}

    def open(self) -> None:
        """There is a question. Opening again does nothing."""
        if self._mailbox is not None and self._timer is None:
            self._look(self._mailbox)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._at_hand.values():
            task.cancel()

    def _look(self, mailbox: Mailbox) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(LOOK_SECONDS, self._look, mailbox)
        for name in mailbox.names():
            if name not in self._at_hand:
                self._at_hand[name] = loop.create_task(self._deal_with(name, mailbox))

    async def _deal_with(self, name: str, mailbox: Mailbox) -> None:
        with suppress(Exception):  # nothing in a letter may end the run; its author reads the journal
            text = mailbox.read(name)
            if text is not None:
                await self._take(Letter.read(name, text))
        del self._at_hand[name]
        mailbox.remove(name)
