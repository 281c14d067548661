"""Writing one run's journal: a buffer, group commits, the fencing number in every write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event

from .base import HEARTBEAT_SECONDS, LEASE_SECONDS, Clock, Holder
from .buffer import Buffer
from .connection import translate
from .content import ContentStore
from .encode import Row
from .errors import LeaseLost, StoreError, StoreFull, StoreLocked
from .plans import plan_statements
from .queries import queries


class SqliteJournal:
    """See `base.Journal`. Made by `SqliteStore.create` and `open`; owns the connection and what `release` frees."""

    is_quick = False

    def __init__(
        self, run_id: str, path: Path, connection: sqlite3.Connection, holder: Holder, clock: Clock,
        release: Callable[[], None],
    ) -> None:  # fmt: skip
        self.run_id = run_id
        self._path = path
        self._connection = connection
        self._holder = holder
        self._clock = clock
        self._release = release
        self._contents_store = ContentStore(path.parent / "content")
        self._sql = queries()
        self._writing = Lock()
        self._broken: StoreError | None = None
        self._closed = False
        self._renewed = clock()
        self.fence = self._take()
        last = connection.execute(self._sql["last_event"]).fetchone()
        self._buffer = Buffer(*(last or (0, 0)))

    @property
    def last_seq(self) -> int:
        return self._buffer.last_seq

    @property
    def pending(self) -> int:
        return len(self._buffer.rows)

    def append(self, events: Iterable[Event]) -> None:
        self._buffer.append(events)

    def commit(self) -> None:
        with self._writing:
            self._check()
            # Only what is here now: the owner may go on appending while this thread writes.
            rows = self._buffer.rows
            count = len(rows)
            if count:
                self._write(lambda: self._insert(rows[:count]))
                del rows[:count]

    def _insert(self, rows: list[Row]) -> None:
        if self._buffer.contents:
            self._put_contents()
        self._connection.executemany(self._sql["insert_event"], rows)
        if self._clock() - self._renewed > HEARTBEAT_SECONDS:
            self._renew()

    def heartbeat(self) -> None:
        with self._writing:
            self._check()
            self._write(self._renew)

    def add_plan(self, plan: CompiledPlan, text: str) -> None:
        with self._writing:
            self._check()
            self._write(lambda: self._insert_plan(plan, text))

    def _insert_plan(self, plan: CompiledPlan, text: str) -> None:
        for statement, values in plan_statements(plan, text):
            self._connection.execute(statement, values)

    def close(self) -> None:
        if self._closed:
            return
        try:
            if self._broken is None:
                self.commit()
                with self._writing:
                    self._write(lambda: self._connection.execute(self._sql["return_lease"], (self.fence,)))
        finally:
            self._closed = True
            self._connection.close()
            self._release()

    def _take(self) -> int:
        """Writes this holder into the lease and returns the new fencing number."""
        now = self._clock()
        who = self._holder
        self._connection.execute("BEGIN IMMEDIATE")
        fence: int = self._connection.execute(
            self._sql["take_lease"], (who.host, who.pid, who.space, who.started, now, now + LEASE_SECONDS)
        ).fetchone()[0]
        self._connection.execute("COMMIT")
        return fence

    def _renew(self) -> None:
        now = self._clock()
        self._connection.execute(self._sql["renew_lease"], (now + LEASE_SECONDS, self.fence))
        self._renewed = now

    def _put_contents(self) -> None:
        contents = self._buffer.contents
        count = len(contents)
        for content in contents[:count]:
            self._contents_store.put(content)
        del contents[:count]

    def _check(self) -> None:
        if self._broken is not None:
            raise self._broken
        if self._closed:
            raise ValueError("this journal is closed")

    def _write(self, work: Callable[[], object]) -> None:
        """One transaction, refused when another holder has taken the run since; everything that may go wrong in it
        comes out as a StoreError.

        Only a full disk and a lock leave the journal usable: the transaction was rolled back as a whole. After any
        other error it is unknown what reached the disk (a failed fsync is not repeated by a second one), so nothing
        may be written on top; whoever opens the journal next reads what is really there.
        """
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if connection.execute(self._sql["read_fence"]).fetchone()[0] != self.fence:
                    raise self._lost()
                work()
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except LeaseLost as error:
            self._broken = error
            raise
        except (sqlite3.Error, OSError) as error:
            problem = translate(error, self._path)
            if not isinstance(problem, StoreFull | StoreLocked):
                self._broken = problem
            raise problem from error

    def _lost(self) -> LeaseLost:
        return LeaseLost(
            f"this process no longer executes run {self.run_id}",
            "another one took it over",
            "what was committed before is kept; look at it with `planc runs show`",
        )
