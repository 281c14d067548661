"""Events on their way into a journal: numbered, encoded, waiting for the next commit."""

from __future__ import annotations

from collections.abc import Iterable

from planc_schemas.events import Event

from .encode import Content, Row, encode


class Buffer:
    """Holds what was appended since the last commit. `last_seq` and `chain` are those of the last appended event, at
    first of the last one in the journal (0 when it has none). With `chain` None rows have no checksums."""

    def __init__(self, last_seq: int, chain: int | None) -> None:
        self.last_seq = last_seq
        self.chain = chain
        self.rows: list[Row] = []
        self.contents: list[Content] = []

    def append(self, events: Iterable[Event]) -> None:
        """Gives each event its number. Raises ValueError or TypeError for data that is not JSON."""
        for event in events:
            event.seq = self.last_seq + 1
            row, self.chain, contents = encode(event, self.chain)
            if contents is not None:
                self.contents.extend(contents)
            self.last_seq = event.seq
            self.rows.append(row)
