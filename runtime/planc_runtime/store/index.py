"""One small database over all journals of a folder: the list of runs, and which run keeps a result.

It is derived: brought up to date from the journals before it is used, so executors never write it, and thrown away
when it is damaged or of another version. Finished runs whose files did not change since are not opened again, which
keeps `runs ls` quick with thousands of runs. It uses a rollback journal, not a write-ahead log: several processes
write it, and only the log has the checkpoint race described in `connection.py`.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NamedTuple

from .base import Clock, Holder, RunSummary
from .connection import BUSY_SECONDS
from .errors import StoreError
from .queries import queries
from .reader import SqliteReader
from .summary import FINISHED

_VERSION: Final = 1


class Index:
    """The index of the journals in `runs`. A folder that may not be written gets one in memory instead."""

    def __init__(self, path: Path, runs: Path, clock: Clock) -> None:
        self._runs = runs
        self._clock = clock
        self._sql = queries("index.sql")
        self._connection = _open(path)
        self._looked_at: dict[str, RunSummary] = {}
        """Summaries of the runs that the last refresh had to open."""

    def close(self) -> None:
        self._connection.close()

    def refresh(self) -> None:
        """Takes in what the journals have that the index has not."""
        try:
            self._refresh()
        except sqlite3.DatabaseError:
            # Damaged, locked for long, or in a folder that may not be written: it is only derived.
            self._connection.close()
            self._connection = _in_memory()
            self._refresh()

    def summaries(self) -> list[RunSummary]:
        """All runs that have events, in no order, as of the last `refresh`."""
        rows = self._connection.execute(self._sql["summaries"])
        indexed = [_summary(text) for run_id, text in rows if run_id not in self._looked_at]
        return [run for run in (*indexed, *self._looked_at.values()) if run.last_seq or run.problem]

    def _refresh(self) -> None:
        known = {row[0]: _Known(*row[1:]) for row in self._connection.execute(self._sql["indexed"])}
        self._looked_at = {}
        changed: list[_Change] = []
        for journal in self._journals():
            run_id = journal.parent.name
            stamp = _stamp(journal)
            old = known.pop(run_id, _NEW)
            if old.final and old.stamp == stamp:
                continue
            try:
                change = self._read(run_id, journal, stamp, old)
            except StoreError as error:
                self._looked_at[run_id] = _unreadable(run_id, error)
                continue
            self._looked_at[run_id] = change.summary
            if (stamp, change.chain) != (old.stamp, old.chain):
                changed.append(change)
        if changed or known:
            self._write(changed, list(known))

    def _read(self, run_id: str, journal: Path, stamp: str, old: _Known) -> _Change:
        with closing(SqliteReader(journal, self._clock)) as reader:
            same = old.seq > 0 and reader.chain_at(old.seq) == old.chain
            earlier = (
                _summary(self._connection.execute(self._sql["summary"], (run_id,)).fetchone()[0]) if same else None
            )
            summary = reader.summary(run_id, earlier)
            keeps = reader.keeps(old.seq if same else 0)
            return _Change(run_id, stamp, not same, reader.chain_at(summary.last_seq), summary, keeps)

    def find(self, fingerprint: str, instance: str, not_before: float) -> Iterator[tuple[str, int, str, float]]:
        """Run, seq, instance and time of the results with this fingerprint: those of the instance, then all, each
        newest first. There may be thousands, and the first one mostly serves."""
        yield from self._connection.execute(self._sql["find_kept_of"], (fingerprint, not_before, instance))
        yield from self._connection.execute(self._sql["find_kept"], (fingerprint, not_before))

    def _journals(self) -> list[Path]:
        try:
            with os.scandir(self._runs) as entries:
                names = [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
        except FileNotFoundError:
            return []
        return [self._runs / name / "journal.db" for name in names]

    def _write(self, changed: list[_Change], gone: list[str]) -> None:
        with _transaction(self._connection) as connection:
            for run_id in gone:
                connection.execute(self._sql["drop_run"], (run_id,))
                connection.execute(self._sql["drop_kept_of_run"], (run_id,))
            for change in changed:
                if change.afresh:
                    connection.execute(self._sql["drop_kept_of_run"], (change.run_id,))
                connection.execute(self._sql["put_run"], change.row())
                connection.executemany(
                    self._sql["put_kept"],
                    [(keeps, change.run_id, seq, instance, at) for keeps, seq, instance, at in change.keeps],
                )


class _Known(NamedTuple):
    """What the index knows of a run."""

    stamp: str
    final: int
    seq: int
    chain: int


_NEW = _Known("", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Change:
    """What a journal says that the index does not know yet. `afresh`: it is not the journal that was indexed."""

    run_id: str
    stamp: str
    afresh: bool
    chain: int
    summary: RunSummary
    keeps: list[tuple[str, int, str, float]]

    def row(self) -> tuple[str, str, int, int, int, str]:
        run = self.summary
        final = run.status in FINISHED and run.holder is None
        return (self.run_id, self.stamp, int(final), run.last_seq, self.chain, json.dumps(asdict(run)))


def _summary(text: str) -> RunSummary:
    data = json.loads(text)
    holder = data.pop("holder")
    return RunSummary(**data, holder=Holder(**holder) if holder else None)


def _unreadable(run_id: str, error: StoreError) -> RunSummary:
    return RunSummary(run_id, "", "abandoned", "", "", 0.0, 0.0, problem=str(error))


def _stamp(journal: Path) -> str:
    """Sizes and times of a journal's files: they differ when anything was written since. An empty log, which a mere
    reader leaves behind, does not count."""
    parts = []
    for path in (journal, journal.with_name("journal.db-wal")):
        try:
            stat = path.stat()
        except OSError:
            continue
        if stat.st_size:
            parts.append(f"{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}")
    return " ".join(parts)


def _open(path: Path) -> sqlite3.Connection:
    """The index at `path`, made new when it is damaged or of another version; in memory where that cannot be done."""
    for _ in range(2):
        try:
            return _prepared(_connect(path))
        except (sqlite3.OperationalError, OSError):
            break
        except sqlite3.DatabaseError:
            for name in (path.name, path.name + "-journal"):
                path.with_name(name).unlink(missing_ok=True)
    return _in_memory()


def _in_memory() -> sqlite3.Connection:
    return _prepared(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError("another version")
        connection.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            with _transaction(connection):
                # Another process may have been quicker between the look and the lock.
                if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                    for statement in queries("index.sql")["schema"].split(";"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
