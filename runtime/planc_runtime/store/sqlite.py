"""The store of one project: a folder with one SQLite journal per run.

::

    .planc/
      .gitignore            everything in here stays out of version control
      notes.db              what agents remember beyond one run (notes.py)
      index.db              derived: list of runs, kept results (index.py)
      runs/RUN_ID/
        journal.db          events, plans, lease (migrations/)
        lock                held while a process executes the run (lock.py)
        content/SHA256      outputs over the limit (content.py)
        notes.db            what agents remember within the run
        inbox/              answers from other processes while one executes the run (mailbox.py)

Folders are 0700, files 0600. A run's folder is complete by itself: copy it to keep it, delete it to forget it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.values import Json

from . import runid
from .base import ALL_RUNS, Clock, GcReport, Holder, KeptPlan, KeptResults, Retention, RunFilter, RunSummary
from .connection import Synchronous, create_database, open_writer, spoken
from .errors import FormatUnknown, JournalDamaged, RunExists, RunHeld, RunUnknown
from .export import export_lines
from .files import sync_file, sync_folder
from .index import Index
from .journal import SqliteJournal
from .kept import IndexedResults
from .lock import FileLock
from .mailbox import FileMailbox
from .notes import SqliteNotes
from .plans import plan_statements
from .reader import SqliteReader
from .retention import superfluous
from .summary import select

_JOURNAL = "journal.db"


class SqliteStore:
    """See `base.Store`. `folder` is made by the first `create`. With `synchronous="normal"` a power cut may lose the
    newest commits (a killed process loses nothing either way)."""

    def __init__(self, folder: Path | str, *, synchronous: Synchronous = "full", clock: Clock = time.time) -> None:
        self.folder = Path(folder)
        self._runs = self.folder / "runs"
        self._synchronous: Synchronous = synchronous
        self._clock = clock

    def create(self, run_id: str, plan: CompiledPlan, text: str, holder: Holder) -> SqliteJournal:
        if not runid.RUN_ID.fullmatch(run_id):
            raise ValueError(f"{run_id!r} is no run id: letters, digits, - and _ only, at most 64")
        folder = self._runs / run_id
        with spoken(folder):
            self._make_folders()
            if folder.exists():
                raise _exists(run_id)
            # Filled under another name, so that a run's folder never holds half a journal.
            building = self._runs / f".new-{run_id}-{os.getpid()}"
            building.mkdir(mode=0o700)
            try:
                self._fill(building, plan, text)
                building.rename(folder)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
            sync_folder(self._runs)
        return self._take(run_id, folder / _JOURNAL, holder, fresh=True)

    def _make_folders(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._runs.mkdir(mode=0o700, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")

    def _fill(self, folder: Path, plan: CompiledPlan, text: str) -> None:
        journal = folder / _JOURNAL
        journal.touch(mode=0o600)
        create_database(journal, plan_statements(plan, text))
        sync_file(journal)
        sync_folder(folder)

    def open(self, run_id: str, holder: Holder) -> SqliteJournal:
        return self._take(run_id, self._journal(run_id), holder, fresh=False)

    def _take(self, run_id: str, journal: Path, holder: Holder, *, fresh: bool) -> SqliteJournal:
        lock = FileLock(journal.with_name("lock"))
        with spoken(journal):
            if not lock.acquire():
                raise _held(run_id, self.holder(run_id))
            try:
                if not fresh:
                    self._refuse_living(run_id)
                connection = open_writer(journal, self._synchronous)
                try:
                    return SqliteJournal(run_id, journal, connection, holder, self._clock, lock.release)
                except BaseException:
                    connection.close()
                    raise
            except BaseException:
                lock.release()
                raise

    def _refuse_living(self, run_id: str) -> None:
        """A holder on another machine has no lock here; looked at read-only, so that it is not disturbed."""
        holder = self.holder(run_id)
        if holder is not None:
            raise _held(run_id, holder)

    def read(self, run_id: str, after: int = 0, *, whole: bool = False, limit: int | None = None) -> list[Event]:
        with closing(self.reader(run_id)) as reader:
            return reader.read(after, whole=whole, limit=limit)

    def reader(self, run_id: str) -> SqliteReader:
        return SqliteReader(self._journal(run_id), self._clock)

    def content(self, run_id: str, ref: Json) -> Json:
        with closing(self.reader(run_id)) as reader:
            return reader.content(ref)

    def plans(self, run_id: str) -> list[KeptPlan]:
        with closing(self.reader(run_id)) as reader:
            return reader.plans()

    def holder(self, run_id: str) -> Holder | None:
        with closing(self.reader(run_id)) as reader:
            return reader.holder()

    def summary(self, run_id: str) -> RunSummary:
        with closing(self.reader(run_id)) as reader:
            return reader.summary(run_id)

    def runs(self, which: RunFilter = ALL_RUNS) -> list[RunSummary]:
        with closing(self._index()) as index:
            index.refresh()
            return select(index.summaries(), which)

    def resolve(self, prefix: str) -> str:
        if prefix.lower() == runid.LAST:
            return self._last()
        return runid.resolve(prefix, self._run_ids())

    def _last(self) -> str:
        """The newest run that began: a folder whose executor was killed before its first event does not count."""
        for run_id in sorted(self._run_ids(), reverse=True):
            with suppress(JournalDamaged, FormatUnknown):
                if not self.read(run_id, limit=1):
                    continue
            return run_id
        raise RunUnknown(f"there are no runs in {self.folder}", help="`planc execute PLAN` makes one")

    def kept(self) -> KeptResults:
        index = self._index()
        index.refresh()
        return IndexedResults(index, self.reader)

    def notes(self, run_id: str = "") -> SqliteNotes:
        folder = self._runs / run_id if run_id else self.folder
        return SqliteNotes(folder / "notes.db")

    def mailbox(self, run_id: str) -> FileMailbox:
        return FileMailbox(self._journal(run_id).with_name("inbox"))

    def remove(self, run_id: str) -> None:
        folder = self._journal(run_id).parent
        lock = FileLock(folder / "lock")
        with spoken(folder):
            if not lock.acquire():
                raise _held(run_id, self.holder(run_id))
            try:
                # A journal that cannot be read may be removed.
                with suppress(JournalDamaged, FormatUnknown):
                    self._refuse_living(run_id)
                doomed = self._runs / f".old-{run_id}-{os.getpid()}"
                folder.rename(doomed)
            finally:
                lock.release()
            shutil.rmtree(doomed)

    def gc(self, retention: Retention, now: float) -> GcReport:
        with spoken(self._runs):
            self._sweep()
        removed = []
        freed = 0
        for run in superfluous(self.runs(), retention, now):
            size = sum(path.stat().st_size for path in (self._runs / run.run_id).rglob("*") if path.is_file())
            try:
                self.remove(run.run_id)
            except RunHeld:  # Somebody resumed it meanwhile.
                continue
            removed.append(run.run_id)
            freed += size
        return GcReport(tuple(removed), freed)

    def _sweep(self) -> None:
        """Folders that a killed `create` or `remove` left behind."""
        for left in (*self._runs.glob(".new-*"), *self._runs.glob(".old-*")):
            if left.stat().st_mtime < self._clock() - 3600:
                shutil.rmtree(left, ignore_errors=True)

    def export(self, run_id: str) -> Iterator[str]:
        with closing(self.reader(run_id)) as reader:
            yield from export_lines(run_id, reader.plans(), reader.read(), reader.whole)

    def close(self) -> None:
        """Nothing is held between calls; journals and readers close themselves."""

    def _index(self) -> Index:
        return Index(self.folder / "index.db", self._runs, self._clock)

    def _run_ids(self) -> list[str]:
        if not self._runs.is_dir():
            return []
        return [entry.name for entry in self._runs.iterdir() if not entry.name.startswith(".")]

    def _journal(self, run_id: str) -> Path:
        journal = self._runs / run_id / _JOURNAL
        if not runid.RUN_ID.fullmatch(run_id) or not journal.exists():
            raise RunUnknown(f"there is no run `{run_id}` in {self.folder}", help="`planc runs ls` lists them")
        return journal


def _held(run_id: str, holder: Holder | None) -> RunHeld:
    who = str(holder) if holder else "a process that is just starting or ending"
    return RunHeld(
        f"run {run_id} is being executed already",
        f"by {who}",
        "follow it with `planc runs events --follow`, or stop that process and resume",
    )


def _exists(run_id: str) -> RunExists:
    return RunExists(f"a run {run_id} exists already", help="resume it, or use a new id")
