"""Opening a journal's database, and saying in our words what SQLite reports.

Writers use write-ahead logging and commit with `BEGIN IMMEDIATE`; there is one per journal at a time, and it alone
checkpoints. Readers are opened read-only. (SQLite before 3.51.3 can lose a commit when a second connection
checkpoints while the log is being reset; with these two rules no second connection ever does.)
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, TypeAlias

from .encode import damaged
from .errors import FormatUnknown, StoreError, StoreFull, StoreIOError, StoreLocked, StoreReadOnly
from .queries import migrations

Synchronous: TypeAlias = Literal["full", "normal"]
APPLICATION_ID: Final = 0x504C414E
"""`PLAN`, in the file's header: no other program's database is taken for a journal."""
FORMAT: Final = len(migrations())
BUSY_SECONDS: Final = 5.0
LOG_PAGES: Final = 128
"""The write-ahead log is copied back and begun anew after so many pages. A commit takes half as long again while the
log grows as when it is written over, so it is to stop growing soon (SQLite's own 1,000 pages are some 750 tasks); on
slow disks it makes no difference (experiments/020-journal)."""


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turns sqlite3.Error and OSError about `path` into a StoreError; text that is no UTF-8 is damage, too."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise damaged(str(path), str(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise translate(error, path) from error


def translate(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """The StoreError that says what an error of SQLite or the system means for `path`."""
    if isinstance(error, OSError):
        return _of_system(error, path)
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreLocked(
            f"{path} is locked",
            f"another program held it for longer than {BUSY_SECONDS:g} s",
            "close the program that has it open (a database browser?) and try again",
        )
    # Our statements are fixed and fit the schema: one that fails as such met another schema or other values.
    # One without a name is Python's: a column that should be text is no UTF-8.
    foreign = name in ("SQLITE_ERROR", "SQLITE_MISMATCH") or (not name and isinstance(error, sqlite3.OperationalError))
    if foreign or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged(str(path), str(error))
    if name == "SQLITE_FULL":
        return StoreFull(f"no space left to write {path}", help="make room and resume the run; nothing is lost")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreReadOnly(f"{path} cannot be opened or written", str(error), _CHECK_RIGHTS)
    return StoreIOError(f"{path} cannot be read or written", f"{name or 'SQLite'}: {error}", _CHECK_DISK)


_CHECK_RIGHTS = "check the owner and the rights of the folder, or choose another one with `--store DIR`"
_CHECK_DISK = "check the disk; what was committed is kept, and the run can be resumed"


def _of_system(error: OSError, path: Path) -> StoreError:
    why = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(f"no space left to write {path}", why, "make room and resume the run; nothing is lost")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
        return StoreReadOnly(f"{path} cannot be opened or written", why, _CHECK_RIGHTS)
    return StoreIOError(f"{path} cannot be read or written", why, _CHECK_DISK)


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """`mode`: rwc, rw, ro, or `ro&immutable=1` (see sqlite.org/uri.html). No implicit transactions."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )


def create_database(path: Path, fill: Iterable[tuple[str, tuple[object, ...]]]) -> None:
    """A new journal in write-ahead mode with the current format; `fill` are statements with their parameters, executed
    with it. Not yet synced."""
    connection = connect(path, "rwc")
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        upgrade(connection, 0)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement, values in fill:
            connection.execute(statement, values)
        connection.execute("COMMIT")
    finally:
        connection.close()


def upgrade(connection: sqlite3.Connection, from_format: int) -> None:
    """Applies the migrations after `from_format`, inside the caller's transaction."""
    steps = migrations()
    for _, sql in steps[from_format:]:
        for statement in statements(sql):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(steps)}")


def statements(sql: str) -> Iterator[str]:
    """Single statements of a script; `executescript` would commit the open transaction."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def open_writer(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    """The one writing connection of a journal; older formats are migrated.

    Raises sqlite3.Error, JournalDamaged, FormatUnknown.
    """
    connection = connect(path, "rw")
    try:
        found = check_format(connection, path)
        problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise damaged(str(path), str(problem))
        connection.execute(f"PRAGMA synchronous = {synchronous.upper()}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        if found < FORMAT:
            connection.execute("BEGIN IMMEDIATE")
            upgrade(connection, found)
            connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection. An older format is read from a migrated copy in memory; a journal in a folder that may
    not be written is read as it lies, if its last writer closed it properly.

    Raises sqlite3.Error, JournalDamaged, FormatUnknown.
    """
    connection = connect(path, "ro")
    try:
        found = check_format(connection, path)
    except sqlite3.OperationalError as error:
        connection.close()
        # A reader of a write-ahead log makes its shared-memory file; where it may not, the file alone must do.
        unwritable = error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY"))
        if not unwritable or not path.exists() or _log_of(path).exists():
            raise
        connection = connect(path, "ro&immutable=1")
        found = check_format(connection, path)
    except BaseException:
        connection.close()
        raise
    return _migrated_copy(connection, found) if found < FORMAT else connection


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _migrated_copy(connection: sqlite3.Connection, found: int) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        connection.backup(copy)
        upgrade(copy, found)
    finally:
        connection.close()
    return copy


def check_format(connection: sqlite3.Connection, path: Path) -> int:
    """The journal's format (1…FORMAT). Raises JournalDamaged and FormatUnknown."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID or found < 1:
        raise damaged(str(path), "it is empty or not a journal of planc")
    if found > FORMAT:
        raise FormatUnknown(
            f"the journal {path} has format {found}, and this planc reads up to {FORMAT}",
            "it was written by a newer version",
            "install that version, or execute the plan again",
        )
    return found
