"""The folder of runs: rights of its files, its index, what is left behind."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from planc_runtime.store.base import Retention
from planc_runtime.store.lease import this_process
from planc_runtime.store.reader import SqliteReader
from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.values import SPILL_BYTES, digest
from tests.support.journals import begin, complete, run_finished, task_finished

ME = this_process()


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / ".planc")


def test_only_the_owner_may_read(store: SqliteStore) -> None:
    old = os.umask(0)
    try:
        journal = begin(store, "R1", ME, task_finished("a", "z" * (SPILL_BYTES + 1)))
        store.runs()
        found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.folder.rglob("*")}
        journal.close()
    finally:
        os.umask(old)
    assert {"journal.db", "journal.db-wal", "journal.db-shm", "lock", "index.db", "content", "R1"} <= found.keys()
    del found[".gitignore"]
    assert {name for name, mode in found.items() if mode & 0o077} == set()
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_runs_stay_out_of_version_control(store: SqliteStore) -> None:
    complete(store, "R1", ME)
    assert (store.folder / ".gitignore").read_text() == "*\n"


def test_a_folder_that_is_not_there_has_no_runs(store: SqliteStore) -> None:
    assert store.runs() == []
    kept = store.kept()
    assert kept.find("f") is None
    kept.close()
    assert not store.folder.exists()


def test_a_closed_journal_is_one_file(store: SqliteStore) -> None:
    complete(store, "R1", ME)
    assert sorted(path.name for path in (store.folder / "runs" / "R1").iterdir()) == ["journal.db", "lock"]


def test_a_copied_run_is_complete(store: SqliteStore, tmp_path: Path) -> None:
    complete(store, "R1", ME, task_finished("a", "z" * (SPILL_BYTES + 1)))
    other = SqliteStore(tmp_path / "other")
    shutil.copytree(store.folder / "runs" / "R1", other.folder / "runs" / "R1")
    assert list(other.export("R1")) == list(store.export("R1"))
    assert [run.run_id for run in other.runs()] == ["R1"]


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + b"\x01" * 5000])
def test_a_damaged_index_is_made_again(store: SqliteStore, content: bytes) -> None:
    complete(store, "R1", ME, task_finished("a", 1))
    before = store.runs()
    (store.folder / "index.db").write_bytes(content)
    assert store.runs() == before
    kept = store.kept()
    assert kept.find(digest("a")) is not None
    kept.close()


def test_an_index_of_another_version_is_made_again(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    complete(store, "R1", ME)
    before = store.runs()
    monkeypatch.setattr("planc_runtime.store.index._VERSION", 2)
    assert store.runs() == before


def test_finished_runs_are_not_opened_again(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        complete(store, f"R{number}", ME)
    first = store.runs()
    opened: list[Path] = []
    original = SqliteReader.__init__
    monkeypatch.setattr(
        SqliteReader, "__init__", lambda self, path, clock: (opened.append(path), original(self, path, clock))[1]
    )
    assert store.runs() == first
    assert opened == []
    journal = store.open("R1", ME)
    journal.append([task_finished("late", 1), run_finished("failed")])
    journal.close()
    opened.clear()
    assert {run.run_id: run.status for run in store.runs()} == {"R0": "succeeded", "R1": "failed", "R2": "succeeded"}
    assert {path.parent.name for path in opened} == {"R1"}


def test_what_the_index_says_is_checked_against_the_journal(store: SqliteStore) -> None:
    """A run that was replaced behind the index's back: the kept result is not the one that was asked for."""
    complete(store, "R1", ME, task_finished("a", 1), task_finished("b", 2))
    kept = store.kept()
    shutil.rmtree(store.folder / "runs" / "R1")
    complete(store, "R1", ME, task_finished("b", 2), task_finished("a", 1))
    assert kept.find(digest("a")) is None
    kept.close()
    again = store.kept()
    found = again.find(digest("a"))
    assert found is not None
    assert found.output == 1
    again.close()


def test_one_damaged_run_does_not_hide_the_others(store: SqliteStore) -> None:
    complete(store, "R1", ME)
    complete(store, "R2", ME)
    (store.folder / "runs" / "R1" / "journal.db").write_bytes(b"rubbish" * 1000)
    runs = store.runs()
    assert [(run.run_id, run.problem is None) for run in runs] == [("R2", True), ("R1", False)]
    assert store.gc(Retention(keep=0, unfinished=True), now=1e9).removed == ("R2",)


def test_leftovers_of_a_killed_create_are_swept(store: SqliteStore) -> None:
    complete(store, "R1", ME)
    left = store.folder / "runs" / ".new-R2-1"
    fresh = store.folder / "runs" / ".new-R3-1"
    for folder in (left, fresh):
        folder.mkdir()
    os.utime(left, (0, 0))
    assert [run.run_id for run in store.runs()] == ["R1"]
    store.gc(Retention(), now=0.0)
    assert (left.exists(), fresh.exists()) == (False, True)
