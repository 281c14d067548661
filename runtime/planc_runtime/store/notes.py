"""What agents remember: texts in scopes, found again by their words (SQLite's full-text search, FTS5).

Not a journal: entries may be dropped (the oldest first). What an agent recalled is part of its journalled turns, so
that resuming and replaying never ask here again.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Final

from .base import Note, NoteScope
from .connection import connect, spoken, statements
from .encode import damaged
from .errors import FormatUnknown
from .queries import queries

FORMAT: Final = 1
APPLICATION_ID: Final = 0x504C4E4F
"""`PLNO`, in the file's header."""
_WORD = re.compile(r"\w+")
_MAX_WORDS: Final = 32


class _SqlNotes(ABC):
    """See `base.Notes`."""

    @abstractmethod
    def _opened(self, *, create: bool) -> AbstractContextManager[sqlite3.Connection | None]:
        """A connection with the schema in it; None when nothing was ever added and `create` is not set."""

    def add(self, scope: str, text: str, *, key: str, at: float, instance: str, run_id: str, keep: int) -> None:
        sql = queries("notes.sql")
        with self._opened(create=True) as connection:
            assert connection is not None
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(sql["add"], (scope, key, at, run_id, instance, text))
            connection.execute(sql["drop_oldest"], (scope, scope, keep))
            connection.execute("COMMIT")

    def find(self, scope: str, query: str, limit: int) -> list[Note]:
        sql, words = queries("notes.sql"), search_words(query)
        with self._opened(create=False) as connection:
            if connection is None:
                return []
            if words:
                rows = connection.execute(sql["find"], (words, scope, limit)).fetchall()
            else:
                rows = connection.execute(sql["newest"], (scope, limit)).fetchall()
            return [Note(*row) for row in rows]

    def scopes(self) -> list[NoteScope]:
        with self._opened(create=False) as connection:
            rows = [] if connection is None else connection.execute(queries("notes.sql")["scopes"]).fetchall()
            return [NoteScope(*row) for row in rows]

    def forget(self, scope: str) -> int:
        with self._opened(create=False) as connection:
            if connection is None:
                return 0
            return connection.execute(queries("notes.sql")["forget"], (scope,)).rowcount


class SqliteNotes(_SqlNotes):
    """Notes in a file, readable by its owner only; it is made when the first note is added."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _opened(self, *, create: bool) -> Iterator[sqlite3.Connection | None]:
        with spoken(self._path):
            if create:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._path.touch(mode=0o600)
            elif not self._path.exists():
                yield None
                return
            with closing(connect(self._path, "rw")) as connection:
                _prepare(connection, str(self._path))
                yield connection


class MemoryNotes(_SqlNotes):
    """Notes that live and die with their object."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def _opened(self, *, create: bool) -> Iterator[sqlite3.Connection | None]:
        with self._lock:
            if self._connection is None and create:
                self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
                _prepare(self._connection, "memory")
            yield self._connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


def _prepare(connection: sqlite3.Connection, where: str) -> None:
    """Makes the schema in an empty database, and refuses any other that is not notes of this format."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == 0:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody was quicker
            for statement in statements(queries("notes.sql")["schema"]):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    elif connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise damaged(where, "it does not hold notes of planc")
    elif found > FORMAT:
        raise FormatUnknown(f"{where} has format {found}", "it was written by a newer version", "install that one")


def search_words(query: str) -> str:
    """A query as FTS5 takes it: each word quoted, any of them may match; "" for no words (at most 32 count)."""
    return " OR ".join(f'"{word}"' for word in _WORD.findall(query)[:_MAX_WORDS])
