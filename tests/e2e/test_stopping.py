"""Signals, two executors, failing disks, damaged journals: a run ends in order, or is refused with the reason."""

from __future__ import annotations

import errno
import json
import signal
from collections import Counter
from pathlib import Path

import pytest

from planc_runtime.store.errors import StoreError
from tests.support.cli import planc
from tests.support.crashing import INSTANCES, MARKS, PATIENCE, Accounts, Folder, can_be_traced, mark_of
from tests.support.tracer import Fault
from tests.support.warm import Warm


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_leaves_it_resumable(tmp_path: Path, number: signal.Signals) -> None:
    folder = Folder(tmp_path / "run")
    accounts = Accounts(folder)
    process = folder.start_held("execute", "1.5")
    process.send_signal(signal.SIGSTOP)  # it goes on with the signal waiting for it, and before its drain is over
    process.send_signal(number)
    folder.let_go()
    process.send_signal(signal.SIGCONT)
    _, error = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in error
    assert process.returncode == 130, error
    assert 0 < accounts.died() < len(INSTANCES)
    assert Counter(folder.marks()) == Counter(mark_of(instance) for instance in folder.completed())
    assert folder.events()[-1].type == "run_interrupted"
    accounts.ended(folder.run("resume"))
    assert Counter(folder.marks()).most_common(1)[0][1] == 1


def test_two_executors_of_one_run(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "run")
    process = folder.start_held("execute", "0.5")
    process.send_signal(signal.SIGSTOP)
    try:
        second = folder.run("resume")
    finally:
        folder.let_go()
        process.send_signal(signal.SIGCONT)
    process.communicate(timeout=PATIENCE)
    assert second.status == 4, second.error
    assert f"by process {process.pid} on " in second.error
    assert process.returncode == 0
    assert Counter(folder.marks()) == Counter(dict.fromkeys(MARKS, 1))


SYNCS = frozenset({"fsync", "fdatasync"})
WRITES = frozenset({"pwrite64"})


@pytest.mark.tracing
@can_be_traced
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_failing_disk_is_told_and_the_run_goes_on_later(tmp_path: Path, error: str) -> None:
    """The first, second, … sync and some of the writes fail, and all later ones of their kind."""
    places = [(SYNCS, number) for number in range(1, 19)] + [(WRITES, number) for number in range(1, 109, 9)]
    told = 0
    with Warm() as warm:
        for names, number in places:
            folder = Folder(tmp_path / f"{'-'.join(sorted(names))}_{number}")
            accounts = Accounts(folder)
            failed = folder.run_warm(warm, fault=Fault(number, getattr(errno, error), names))
            assert "Traceback" not in failed.error
            if failed.status == 0:  # Only what comes after the last commit failed: nothing is lost by that.
                accounts.ended(failed)
                continue
            told += 1
            assert failed.status == 4, f"{names} {number}: {failed.status} {failed.error[-1500:]}"
            assert "no space left" in failed.error or "cannot be" in failed.error, failed.error
            accounts.died()
            accounts.ended(folder.run_warm(warm))
    assert told > 20


def test_a_damaged_journal_is_refused_by_every_command(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "run")
    assert folder.run("execute").status == 0
    (journal,) = folder.path.glob(".planc/runs/*/journal.db")
    raw = journal.read_bytes()
    journal.write_bytes(raw[:8000] + bytes(len(raw) - 8000))
    with pytest.raises(StoreError):
        folder.events()
    for arguments in (["resume"], ["replay"], ["runs", "show"], ["runs", "export"], ["runs", "events"]):
        done = planc(*arguments, "last", folder=folder.path)
        assert done.returncode == 4, f"{arguments}: {done.stderr}"
        assert "is damaged" in done.stderr
        assert "Traceback" not in done.stderr
    listed = planc("runs", "ls", "--json", folder=folder.path)
    assert len(json.loads(listed.stdout)) == 1
    assert journal.read_bytes()[:8000] == raw[:8000]
