"""Kept results found through the index and read from the journal that made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .base import Kept
from .errors import StoreError
from .index import Index
from .reader import SqliteReader

_OPEN_READERS: Final = 16
"""Journals kept open at once; a run mostly reuses the results of one earlier run."""


class IndexedResults:
    """See `base.KeptResults`. What the index says is checked against the journal: a removed or damaged run is a miss,
    because doing a task again is always right and using a wrong result never is."""

    def __init__(self, index: Index, open_reader: Callable[[str], SqliteReader]) -> None:
        self._index = index
        self._open = open_reader
        self._readers: dict[str, SqliteReader] = {}

    def find(
        self, fingerprint: str, instance: str = "", *, max_age: float | None = None, now: float = 0.0
    ) -> Kept | None:
        not_before = float("-inf") if max_age is None else now - max_age
        for run_id, seq, made_by, at in self._index.find(fingerprint, instance, not_before):
            kept = self._load(fingerprint, run_id, seq, made_by, at)
            if kept is not None:
                return kept
        return None

    def _load(self, fingerprint: str, run_id: str, seq: int, instance: str, at: float) -> Kept | None:
        try:
            event = self._reader(run_id).event(seq)
        except StoreError:
            return None
        if event is None or event.data.get("fingerprint") != fingerprint or "output" not in event.data:
            return None
        return Kept(fingerprint, event.data["output"], run_id, instance, at)

    def _reader(self, run_id: str) -> SqliteReader:
        if run_id not in self._readers:
            if len(self._readers) >= _OPEN_READERS:
                self._readers.pop(next(iter(self._readers))).close()
            self._readers[run_id] = self._open(run_id)
        return self._readers[run_id]

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()
        self._index.close()
