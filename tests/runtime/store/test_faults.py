"""A store that cannot be read or written says what, why and what to do, and never starts over by itself."""

from __future__ import annotations

import errno
import itertools
import os
import random
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from planc_runtime.store import connection
from planc_runtime.store.errors import (
    ContentDamaged,
    FormatUnknown,
    JournalDamaged,
    RunUnknown,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)
from planc_runtime.store.lease import this_process
from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.compiled import CompiledPlan
from planc_schemas.values import SPILL_BYTES, digest
from tests.support import tracer
from tests.support.journal_writer import RUN, TASKS
from tests.support.journals import begin, complete, facts, run_finished, small_plan, task_finished
from tests.support.privileges import without_privileges
from tests.support.tracer import Fault
from tests.support.warm import Warm

ME = this_process()
MODULE = "tests.support.journal_writer"
WRITES = {"pwrite64"}
can_be_traced = pytest.mark.skipif(tracer.missing() is not None, reason=tracer.missing() or "")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / ".planc")


def journal_of(store: SqliteStore, run_id: str = "R1") -> Path:
    return store.folder / "runs" / run_id / "journal.db"


def test_a_flipped_byte_anywhere_is_noticed_or_harmless(store: SqliteStore) -> None:
    """Never other events than those that were written: each of 400 bytes, one at a time."""
    complete(store, "R1", ME, *(task_finished(f"t{n}", {"text": "honey " * 40, "n": n}) for n in range(60)))
    path = journal_of(store)
    good = path.read_bytes()
    expected = [(event.at, fact) for event, fact in zip(store.read("R1"), facts(store.read("R1")), strict=True)]
    plans = store.plans("R1")
    noticed = 0
    chance = random.Random(7)
    for position in chance.sample(range(len(good)), 400):
        path.write_bytes(good[:position] + bytes([good[position] ^ 1 << chance.randrange(8)]) + good[position + 1 :])
        try:
            events = store.read("R1")
            assert [(event.at, fact) for event, fact in zip(events, facts(events), strict=True)] == expected, position
            assert store.plans("R1") == plans, position
            store.summary("R1")
        except JournalDamaged:
            noticed += 1
        except FormatUnknown:  # The number of the format was hit.
            noticed += 1
    assert noticed > 150


@pytest.mark.parametrize("bytes_left", [0, 1, 100, 4096, 8192])
def test_a_cut_journal_is_refused_and_kept(store: SqliteStore, bytes_left: int) -> None:
    complete(store, "R1", ME, *(task_finished(f"t{n}", "x" * 500) for n in range(30)))
    path = journal_of(store)
    path.write_bytes(path.read_bytes()[:bytes_left])
    with pytest.raises(JournalDamaged, match="never starts such a run over"):
        store.open("R1", ME)
    with pytest.raises(JournalDamaged):
        store.read("R1")
    assert path.stat().st_size == bytes_left
    listed = store.runs()
    assert [run.run_id for run in listed] == ["R1"]
    assert "damaged" in (listed[0].problem or "")
    store.remove("R1")
    assert store.runs() == []


def test_a_journal_that_is_gone_is_an_unknown_run(store: SqliteStore) -> None:
    complete(store, "R1", ME)
    journal_of(store).unlink()
    with pytest.raises(RunUnknown):
        store.open("R1", ME)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET data = replace(data, '1', '2') WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
    ],
)
def test_the_database_itself_refuses_to_change_the_past(store: SqliteStore, change: str) -> None:
    complete(store, "R1", ME, task_finished("a", 1), task_finished("b", 1))
    with closing(sqlite3.connect(journal_of(store))) as database:
        with pytest.raises(sqlite3.IntegrityError, match="events are never"):
            database.execute(change)
        # Without the guard the chain of checksums tells.
        database.execute("DROP TRIGGER event_is_not_changed")
        database.execute("DROP TRIGGER event_is_not_deleted")
        database.execute(change)
        database.commit()
    with pytest.raises(JournalDamaged, match="event 2"):
        store.read("R1")


def test_a_newer_format_is_refused_by_number(store: SqliteStore) -> None:
    complete(store, "R1", ME)
    with closing(sqlite3.connect(journal_of(store))) as database:
        database.execute("PRAGMA user_version = 99")
    for use in (lambda: store.open("R1", ME), lambda: store.read("R1")):
        with pytest.raises(FormatUnknown, match="format 99, and this planc reads up to 2"):
            use()


def test_another_programs_database_is_no_journal(store: SqliteStore) -> None:
    complete(store, "R1", ME)
    path = journal_of(store)
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(JournalDamaged, match="not a journal of planc"):
        store.read("R1")


def test_an_older_format_is_migrated_when_it_is_resumed(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    complete(store, "R1", ME, task_finished("a", 1), run_finished("failed"))
    first = connection.migrations()
    later = (*first, ("0003_note", "ALTER TABLE plan ADD COLUMN note TEXT;\n"))
    monkeypatch.setattr(connection, "migrations", lambda: later)
    monkeypatch.setattr(connection, "FORMAT", 3)
    assert len(store.read("R1")) == 3
    with closing(sqlite3.connect(journal_of(store))) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
    store.open("R1", ME).close()
    with closing(sqlite3.connect(journal_of(store))) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (3,)
        assert database.execute("SELECT note FROM plan").fetchall() == [(None,)]


def test_format_1_had_the_sub_plans_within_the_plan(store: SqliteStore) -> None:
    inner = replace(small_plan(), name="inner", digest="inner")
    plan = replace(small_plan(), imports={"inner.plan.yaml": inner})
    complete(store, "R1", ME, task_finished("a", 1), run_finished("failed"))
    json = TypeAdapter(CompiledPlan).dump_json(plan, exclude_defaults=True).decode()
    check_sum = zlib.crc32("\0".join((plan.digest, plan.name, plan.file, json, "old")).encode())
    with closing(sqlite3.connect(journal_of(store), isolation_level=None)) as database:
        database.execute("DROP TABLE sub_plan")
        database.execute("CREATE INDEX event_keeps ON event (seq) WHERE keeps IS NOT NULL")
        database.execute("UPDATE plan SET compiled = ?, text = 'old', check_sum = ?", (json, check_sum))
        database.execute("PRAGMA user_version = 1")
    assert [(kept.plan, kept.text) for kept in store.plans("R1")] == [(plan, "old")]
    journal = store.open("R1", ME)
    journal.add_plan(replace(plan, digest="second"), "new")
    journal.close()
    assert [kept.plan.imports for kept in store.plans("R1")] == [plan.imports] * 2
    with closing(sqlite3.connect(journal_of(store))) as database:
        assert database.execute("SELECT number, path FROM sub_plan").fetchall() == [(2, "inner.plan.yaml")]


def test_a_locked_journal_is_named(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    journal = begin(store, "R1", ME)
    journal.append([run_finished()])
    with closing(sqlite3.connect(journal_of(store), isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match="another program held it"):
            journal.commit()
        browser.execute("ROLLBACK")
    journal.commit()
    journal.close()
    assert len(store.read("R1")) == 2


def test_a_full_disk_keeps_the_buffer_and_the_commit_can_be_tried_again(store: SqliteStore) -> None:
    journal = begin(store, "R1", ME)
    database = journal._connection  # type: ignore[attr-defined]  # the one way to fill a small "disk"
    database.execute("PRAGMA max_page_count = 20")
    journal.append([task_finished("a", "x" * 200_000)])
    with pytest.raises(StoreFull, match="make room and resume"):
        journal.commit()
    assert (journal.pending, len(store.read("R1"))) == (1, 1)
    database.execute("PRAGMA max_page_count = 1000")
    journal.close()
    assert len(store.read("R1")) == 2


def test_a_folder_that_may_not_be_written() -> None:
    with without_privileges() as folder:
        store = SqliteStore(folder / ".planc")
        complete(store, "R1", ME, task_finished("a", 1))
        folders = (journal_of(store).parent, store.folder / "runs", store.folder)
        for each in folders:
            each.chmod(0o500)
        with pytest.raises(StoreReadOnly, match="Permission denied"):
            store.create("R2", small_plan(), "", ME)
        with pytest.raises(StoreReadOnly):
            store.open("R1", ME)
        assert len(store.read("R1")) == 3
        assert [run.run_id for run in store.runs()] == ["R1"]
        kept = store.kept()
        assert kept.find(digest("a")) is not None
        kept.close()
        for each in reversed(folders):
            each.chmod(0o700)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / ".planc").write_text("not a folder")
    store = SqliteStore(tmp_path / ".planc")
    with pytest.raises(StoreError, match="cannot be"):
        store.create("R1", small_plan(), "", ME)
    assert not (tmp_path / ".planc").is_dir()


def test_a_damaged_or_missing_large_output_is_refused(store: SqliteStore) -> None:
    complete(store, "R1", ME, task_finished("a", "y" * (SPILL_BYTES + 1)))
    ref = store.read("R1")[1].data["output_ref"]
    path = journal_of(store).parent / "content" / ref["sha256"]
    raw = path.read_bytes()
    path.write_bytes(raw[:-2] + b'z"')
    with pytest.raises(ContentDamaged, match="do not match its digest"):
        store.read("R1", whole=True)
    path.unlink()
    with pytest.raises(ContentDamaged, match="cannot be read"):
        store.content("R1", ref)
    with pytest.raises(ContentDamaged, match="not the name"):
        store.content("R1", {"sha256": "../../x", "bytes": 1})
    assert len(store.read("R1")) == 3


@pytest.mark.tracing
@can_be_traced
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("kind", [WRITES, {"fsync", "fdatasync"}, {"rename"}, {"mkdir"}])
def test_a_failing_disk_stops_the_run_with_a_reason_and_it_can_be_resumed(
    tmp_path: Path, kind: set[str], error: str
) -> None:
    """A call of this kind fails with all later ones: the first, then a later one, and so on, until none is left."""
    told = 0
    with Warm() as warm:
        for number in itertools.count(1, 4 if kind == WRITES else 1):
            folder = tmp_path / str(number)
            fault = Fault(number, getattr(errno, error), frozenset(kind))
            failed = warm.run([str(folder)], tmp_path, os.environ, entry=MODULE, fault=fault)
            if sum(name in kind for name in failed.calls) < number:
                break
            assert "Traceback" not in failed.error, f"call {number}: {failed.error}"
            if failed.status != 0:  # Closing may fail after everything was committed: that is no error.
                told += 1
                assert failed.status == 3, f"call {number}: {failed.status} {failed.output[-300:]} {failed.error}"
                assert "error R605" in failed.output or "error R606" in failed.output, failed.output[-300:]
            store = SqliteStore(folder)
            kept = [int(line.split()[1]) for line in failed.output.splitlines() if line.startswith("kept")]
            if kept:
                assert len(store.read(RUN)) >= max(kept), number
            resumed = warm.run([str(folder)], tmp_path, os.environ, entry=MODULE)
            assert resumed.status == 0, f"call {number}: {resumed.output} {resumed.error}"
            events = store.read(RUN, whole=True)
            assert sum(event.type == "task_finished" for event in events) == TASKS
    assert told
