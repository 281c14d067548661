"""Reading one run's journal without ever getting in its writer's way."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planc_schemas.events import Event
from planc_schemas.values import Json

from .base import Clock, Holder, KeptPlan, RunSummary
from .connection import open_reader, spoken
from .content import ContentStore
from .encode import Decoder, damaged, event_of, restore
from .lease import Lease, standing
from .pages import pages
from .plans import read_plans
from .queries import queries
from .summary import NOTHING_USED, Heading, add_usage, summarise


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """As `spoken`; besides, values of another kind than the schema has can only come from damage."""
    with spoken(path):
        try:
            yield
        except UnicodeDecodeError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise damaged(str(path), f"a value in it is not what was written: {error}") from error


class SqliteReader:
    """See `base.Reader`; besides events it gives the plans, the lease and the summary.

    Raises JournalDamaged, FormatUnknown, StoreLocked, StoreReadOnly, StoreIOError.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._sql = queries()
        self._contents = ContentStore(path.parent / "content")
        with spoken(path):
            self._connection = open_reader(path)
        self._at = (0, 0)
        """Sequence number and chain of the event read last: a follower goes on from there."""

    def read(self, after: int = 0, *, whole: bool = False, limit: int | None = None) -> list[Event]:
        decoder = Decoder(str(self._path), after, self.chain_at(after))
        with _sound(self._path):
            rows = self._connection.execute(self._sql["read_events"], (after, -1 if limit is None else limit))
            events = decoder.decode(rows)
        self._at = (after + len(events), decoder.chain)
        return [self.whole(event) for event in events] if whole else events

    def walk(self) -> Iterator[Event]:
        with _sound(self._path):
            last = self._connection.execute(self._sql["last_event"]).fetchone()
        return pages(self, last[0] if last else 0)

    def whole(self, event: Event) -> Event:
        """The event with its spilled members put back. Raises ContentDamaged."""
        return restore(event, self._contents.get)

    def content(self, ref: Json) -> Json:
        return self._contents.get(ref)

    def chain_at(self, seq: int) -> int:
        """The checksum chain after this event: equal chains have equal events before them. 0 for an unknown one."""
        if seq == self._at[0]:
            return self._at[1]
        with _sound(self._path):
            row = self._connection.execute(self._sql["chain_at"], (seq,)).fetchone()
        return row[0] if row else 0

    def plans(self) -> list[KeptPlan]:
        with _sound(self._path):
            return read_plans(self._connection, str(self._path))

    def lease(self) -> Lease:
        with _sound(self._path):
            row = self._connection.execute(self._sql["read_lease"]).fetchone()
        fence, host, pid, space, started, taken_at, expires_at = row
        holder = None if host is None else Holder(host, pid, space, started)
        return Lease(fence, holder, taken_at, expires_at)

    def holder(self) -> Holder | None:
        lease = self.lease()
        return lease.holder if standing(lease, self._clock()) == "held" else None

    def keeps(self, after: int) -> list[tuple[str, int, str, float]]:
        """Fingerprint, seq, instance and time of the results after `after` that other runs may use."""
        with _sound(self._path):
            return self._connection.execute(self._sql["new_keeps"], (after,)).fetchall()

    def event(self, seq: int) -> Event | None:
        """One event, whole. Raises JournalDamaged, ContentDamaged."""
        found = self.read(seq - 1, whole=True, limit=1)
        return found[0] if found else None

    def summary(self, run_id: str, known: RunSummary | None = None) -> RunSummary:
        """The run's summary; with `known`, an earlier one, only what came since is counted."""
        with _sound(self._path):
            # One read transaction, so that counts and status belong together.
            self._connection.execute("BEGIN")
            try:
                return self._summary(run_id, known)
            finally:
                self._connection.execute("ROLLBACK")

    def _summary(self, run_id: str, known: RunSummary | None) -> RunSummary:
        execute, sql = self._connection.execute, self._sql
        heading = execute(sql["read_heading"]).fetchone()
        if heading is None:
            raise damaged(str(self._path), "its plan is missing")
        after = known.last_seq if known else 0
        counted = execute(sql["count_events"], (after,)).fetchall()
        *sums, usd, unpriced = execute(sql["sum_usage"], (after,)).fetchone()
        calls, tokens_in, tokens_out, cached = sums
        used = {"calls": calls, "input_tokens": tokens_in, "output_tokens": tokens_out, "cached_tokens": cached}
        return summarise(
            run_id,
            Heading(*heading),
            [event_of(*row) for row in execute(sql["deciding_events"])],
            Counter(known.counts if known else {}) + Counter({type_: count for type_, count, _ in counted}),
            add_usage(known.usage if known else NOTHING_USED, used | {"usd": None if unpriced else usd or 0}),
            max((at for _, _, at in counted), default=known.updated_at if known else 0.0),
            self.holder(),
        )

    def close(self) -> None:
        try:
            self._connection.close()
        except sqlite3.Error:  # A reader has nothing to lose.
            return
