"""Events as rows and back: strict JSON, large members moved to the content store, a checksum chain.

The chain is CRC-32 (zlib) over the previous event's chain and this event's type, instance, time and data. SQLite has no
checksums of its own for pages, so this is what notices a flipped bit inside a text.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, cast

from planc_schemas.events import Event, EventType
from planc_schemas.json_text import json_bytes, json_value
from planc_schemas.values import SPILL_BYTES, Json

from .errors import JournalDamaged

_REF = "_ref"
DECIDING: frozenset[str] = frozenset(
    {
        "run_started",
        "plan_grown",
        "run_resumed",
        "run_interrupted",
        "run_finished",
        "task_waiting",
        "task_answered",
    }
)
"""Types of the events that a run's heading and status follow from (`summary.summarise`)."""
_RESULTS: frozenset[str] = frozenset({"task_finished", "task_reused"})

Row: TypeAlias = tuple[int, str, str | None, float, int | None, int | None, int, str]
"""One row of table `event`, in the order of query `insert_event`: seq, type, instance, at, decides, keeps, chain, data.
A plain tuple: two of them are made for every task, and a named one takes five times as long."""


@dataclass(frozen=True, slots=True)
class Content:
    """A JSON text that was taken out of an event, by the SHA-256 of its bytes."""

    sha256: str
    text: bytes


def encode(event: Event, chain: int | None) -> tuple[Row, int | None, list[Content] | None]:
    """The row of an event that has its `seq`, after an event with this `chain` (0 before the first, None where nothing
    needs checksums: in memory); the new chain; and what was spilled. Raises ValueError or TypeError when `data` is not
    JSON."""
    data, type_ = event.data, event.type
    raw = json_bytes(data)
    contents = None
    if len(raw) > SPILL_BYTES:
        spilled, contents = _spill(data)
        raw = json_bytes(spilled)
    if chain is not None:
        chain = chain_of(chain, type_, event.instance, float(event.at), raw)
    decides = 1 if type_ in DECIDING else None
    keeps = 1 if type_ in _RESULTS and _is_kept(data) else None
    return (event.seq, type_, event.instance, event.at, decides, keeps, chain or 0, raw.decode()), chain, contents


def chain_of(before: int, type_: str, instance: str | None, at: float, raw: bytes) -> int:
    return zlib.crc32(raw, zlib.crc32(f"{type_} {instance} {_text_of(at)}".encode(), before))


@lru_cache(maxsize=8)
def _text_of(at: float) -> str:
    """The shortest text of a time; all events of a turn have the same one, and writing it out takes a while."""
    return repr(at)


def _is_kept(data: dict[str, Json]) -> bool:
    """Whether other runs may use this result: it has a fingerprint, may be kept, and is no stand-in for a failure."""
    return "fingerprint" in data and data.get("cache") is not False and not data.get("recovered")


def _spill(data: dict[str, Json]) -> tuple[dict[str, Json], list[Content]]:
    """Members over the limit leave `name_ref` behind; the others stay."""
    kept: dict[str, Json] = {}
    contents = []
    for name, value in data.items():
        raw = json_bytes(value)
        if len(raw) <= SPILL_BYTES:
            kept[name] = value
            continue
        content = Content(hashlib.sha256(raw).hexdigest(), raw)
        contents.append(content)
        kept[name + _REF] = {"sha256": content.sha256, "bytes": len(raw)}
    return kept, contents


def restore(event: Event, load: Callable[[Json], Json]) -> Event:
    """The event with every `name_ref` replaced by what `load` gives for it."""
    refs = [name for name, value in event.data.items() if name.endswith(_REF) and is_ref(value)]
    if refs:
        event.data = {
            (name.removesuffix(_REF) if name in refs else name): (load(value) if name in refs else value)
            for name, value in event.data.items()
        }
    return event


def event_of(seq: int, type_: str, instance: str | None, at: float, text: str) -> Event:
    return Event(cast(EventType, type_), instance, json_value(text), seq, at)


def is_ref(value: Json) -> bool:
    return isinstance(value, dict) and value.keys() == {"sha256", "bytes"}


class Decoder:
    """Rows back to events, in order, checking that none is missing or changed since it was written."""

    def __init__(self, where: str, seq: int, chain: int) -> None:
        self._where = where
        self._seq = seq
        self.chain = chain

    def decode(self, rows: Iterable[tuple[int, str, str | None, float, int, str]]) -> list[Event]:
        """Raises JournalDamaged."""
        return [self._event(*row) for row in rows]

    def _event(self, seq: int, type_: str, instance: str | None, at: float, chain: int, text: str) -> Event:
        self.chain = chain_of(self.chain, type_, instance, at, text.encode())
        self._seq += 1
        if seq != self._seq or chain != self.chain:
            raise damaged(self._where, f"event {self._seq} is missing or not what was written")
        return event_of(seq, type_, instance, at, text)


def damaged(where: str, why: str) -> JournalDamaged:
    return JournalDamaged(
        f"the journal {where} is damaged",
        why,
        "planc never starts such a run over by itself: restore the file from a copy, or remove the run with "
        "`planc runs rm` and execute the plan again (results of other runs are reused)",
    )
