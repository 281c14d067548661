"""The store as the executor, the server and the CLI see it: runs, their journals, kept results.

One journal per run, one writer per journal. Events are buffered by `append` and made durable together by `commit`
(group commit): what `commit` returned for survives SIGKILL and, with full synchronisation, a power cut. Two stores
pass the same conformance suite: `memory.MemoryStore` and `sqlite.SqliteStore`.

How an executor uses it::

    journal = store.create(run_id, plan, text, this_process())     # or store.open(run_id, …) to resume
    events = store.reader(run_id).walk()                           # resume: the fold of these is the state
    journal.append([Event("run_started", None, {...}, at=now)])
    journal.commit()                                               # blocks for about one fsync; may run in a thread
    ...
    journal.close()                                                # commits, gives the lease back
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event, RunStatus
from planc_schemas.values import Json

Clock: TypeAlias = Callable[[], float]
"""Seconds since the epoch; leases are judged by it."""

LEASE_SECONDS = 30.0
"""How long a lease lives without a heartbeat. Only matters for holders on other machines: a dead holder on this one
is known at once by its process."""
HEARTBEAT_SECONDS = 10.0
"""How often an executor calls `Journal.heartbeat` while it waits; commits renew the lease by themselves."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who executes a run. `space` names the machine, its boot and the process namespace: process numbers of equal
    spaces can be compared. `started` is the process's start in clock ticks since boot, so that a reused process
    number is not taken for the holder."""

    host: str
    pid: int
    space: str
    started: int

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan as a run executed it: compiled, and the text of its file (source of positions in messages)."""

    digest: str
    plan: CompiledPlan
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept result. `at` is when it was made (seconds since the epoch), also when it was reused since."""

    fingerprint: str
    output: Json
    run_id: str
    instance: str
    at: float


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a list. `counts` are events by type; `usage` sums calls, tokens and usd (None: unpriced) so far.
    `holder` is who executes it now, None when nobody does. `problem` says why a journal cannot be read; the rest is
    then empty. Times are seconds since the epoch."""

    run_id: str
    name: str
    status: RunStatus
    plan_digest: str
    file: str
    started_at: float
    updated_at: float
    finished_at: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    usage: Mapping[str, Json] = field(default_factory=dict)
    error: Json = None
    last_seq: int = 0
    holder: Holder | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs to list, newest first. Empty fields do not filter; `labels` must all match."""

    name: str | None = None
    statuses: frozenset[RunStatus] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    since: float | None = None
    before_run: str | None = None
    """Only runs older than this one: the next page of a list."""
    limit: int | None = None


ALL_RUNS = RunFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What `gc` keeps: the newest `keep` runs, and runs finished less than `max_age` seconds ago. None: no bound.
    Runs that are executed now or that can still be resumed are never removed unless `unfinished` is set."""

    keep: int | None = None
    max_age: float | None = None
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class GcReport:
    """The runs that were removed and how much room that made."""

    removed: tuple[str, ...]
    bytes_freed: int


class Journal(Protocol):
    """The right to write one run's events, held under a lease.

    `append` only buffers and may be called by the executor's loop while `commit` runs in another thread; two
    commits never overlap. After StoreFull or StoreLocked the buffer is kept and `commit` may be tried again; after
    any other StoreError the journal takes nothing more (every later call raises the same error).
    """

    @property
    def run_id(self) -> str: ...

    @property
    def fence(self) -> int:
        """Grows by one with every holder of the run; every write checks it."""
        ...

    @property
    def last_seq(self) -> int:
        """Number of the last event, committed or buffered; 0 before the first."""
        ...

    @property
    def pending(self) -> int:
        """Events that are buffered and not yet committed."""
        ...

    @property
    def is_quick(self) -> bool:
        """Does a write touch no disk, so that nobody needs a thread for it?"""
        ...

    def append(self, events: Iterable[Event]) -> None:
        """Gives each event its `seq` and buffers a snapshot of it (later changes of `data` do not count).
        `data` is JSON, checked where it came in; raises ValueError or TypeError for NaN, infinities and objects."""
        ...

    def commit(self) -> None:
        """Makes everything appended before the call durable, in one transaction. Without anything: does nothing.
        Raises LeaseLost when another executor took the run over, and the other StoreErrors."""
        ...

    def heartbeat(self) -> None:
        """Renews the lease. Raises LeaseLost."""
        ...

    def add_plan(self, plan: CompiledPlan, text: str) -> None:
        """Keeps a further plan of this run (edited before a resume, or made by a `goal` task) beside it."""
        ...

    def close(self) -> None:
        """Commits, gives the lease back, releases the files. Closing again does nothing."""
        ...


class Reader(Protocol):
    """Committed events of one run, while others may be writing. Never writes, never checkpoints."""

    def read(self, after: int = 0, *, whole: bool = False, limit: int | None = None) -> list[Event]: ...

    def walk(self) -> Iterator[Event]:
        """All events committed when it is called, in order and whole, as `read` gives them; only some are in memory
        at a time. The reader stays open while it is walked."""
        ...

    def holder(self) -> Holder | None:
        """Who executes the run now; None when nobody does."""
        ...

    def close(self) -> None: ...


class KeptResults(Protocol):
    """Results of all runs of a store by fingerprint, as of the moment `Store.kept` was called.

    Kept are `task_finished` and `task_reused` events that have a fingerprint and whose data does not say
    `"cache": false`. They live as long as the run that made them.
    """

    def find(
        self, fingerprint: str, instance: str = "", *, max_age: float | None = None, now: float = 0.0
    ) -> Kept | None:
        """The newest result with this fingerprint, not older than `max_age` seconds at `now`; None for a miss. Several
        tasks may have asked the same and have had different answers: those of `instance` itself go before others.
        Write `{"fingerprint", "output", "from_run": kept.run_id, "recorded_at": kept.at}` as the `task_reused`
        event: its age stays that of the first recording."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Note:
    """Something an agent remembered. `at` is in seconds since the epoch, `instance` is the task that wrote it."""

    text: str
    at: float
    run_id: str
    instance: str


@dataclass(frozen=True, slots=True)
class NoteScope:
    """A scope that holds notes: how many, and when the newest was added (seconds since the epoch)."""

    scope: str
    entries: int
    newest: float


class Notes(Protocol):
    """What agents remember, in scopes that do not see each other. Every call opens and closes what it needs, so it
    may be used by several threads and processes at once. Raises StoreError."""

    def add(self, scope: str, text: str, *, key: str, at: float, instance: str, run_id: str, keep: int) -> None:
        """Keeps a text; a second one with the same `key` in the scope changes nothing. Beyond `keep` entries the
        oldest go."""
        ...

    def find(self, scope: str, query: str, limit: int) -> list[Note]:
        """Entries with any word of the query (word stems count), the best match first, the newest of equals; the
        newest entries when the query has no words."""
        ...

    def scopes(self) -> list[NoteScope]:
        """The scopes that hold something, by name."""
        ...

    def forget(self, scope: str) -> int:
        """Removes all entries of a scope; gives how many there were."""
        ...


class Letter(Protocol):
    """An answer that was handed over; it counts as long as its author's process lives and has not withdrawn it."""

    @property
    def is_gone(self) -> bool:
        """Was it dealt with (the journal says how), or lost (then it may be posted again)?"""
        ...

    def withdraw(self) -> None:
        """Takes it back, if it is still there. Once only."""
        ...


class Mailbox(Protocol):
    """Letters to the process that executes a run, from processes that may not write its journal. What the letters say
    is up to both ends; see mailbox.py."""

    def post(self, name: str, text: bytes) -> Letter:
        """Leaves a letter; `name` is 32 hexadecimal digits that nobody else uses. Raises StoreError."""
        ...

    def names(self) -> list[str]:
        """What there is, perhaps not all of it. Never raises."""
        ...

    def read(self, name: str) -> bytes | None:
        """A letter's text, at most `MAX_OUTPUT_BYTES`; None for anything that is no letter with a living author.
        Never raises."""
        ...

    def remove(self, name: str) -> None:
        """Says that this letter was dealt with. Never raises."""
        ...


class Store(Protocol):
    """All runs of one project. Every method but `create`, `open`, `remove` and `gc` only reads."""

    def create(self, run_id: str, plan: CompiledPlan, text: str, holder: Holder) -> Journal:
        """A new run; it exists for others once its first events are committed. Raises RunExists."""
        ...

    def open(self, run_id: str, holder: Holder) -> Journal:
        """Takes the lease of an existing run, over from a dead holder if need be.
        Raises RunHeld (naming who holds it), RunUnknown, JournalDamaged, FormatUnknown."""
        ...

    def read(self, run_id: str, after: int = 0, *, whole: bool = False, limit: int | None = None) -> list[Event]:
        """Committed events with `seq > after`, in order. Large members of `data` were spilled: `output` stands as
        `output_ref` = {"sha256", "bytes"}; with `whole` they are put back (and verified)."""
        ...

    def reader(self, run_id: str) -> Reader:
        """An open read-only view, for whoever reads the same run again and again (see follow.py)."""
        ...

    def content(self, run_id: str, ref: Json) -> Json:
        """The JSON value behind a `…_ref` of this run's events. Raises ContentDamaged."""
        ...

    def plans(self, run_id: str) -> list[KeptPlan]:
        """The plans of a run, in the order they were added; the first is the one it started with."""
        ...

    def summary(self, run_id: str) -> RunSummary: ...

    def runs(self, which: RunFilter = ALL_RUNS) -> list[RunSummary]: ...

    def resolve(self, prefix: str) -> str:
        """The full id of the run whose id begins so (case does not matter); `last` is the newest run.
        Raises RunUnknown, RunAmbiguous."""
        ...

    def holder(self, run_id: str) -> Holder | None:
        """Who executes the run now; None when nobody does."""
        ...

    def kept(self) -> KeptResults: ...

    def notes(self, run_id: str = "") -> Notes:
        """The notes of a run (they go when it is removed), or those of the project."""
        ...

    def mailbox(self, run_id: str) -> Mailbox | None:
        """Where answers are handed to the process that executes the run; None where no other process could."""
        ...

    def remove(self, run_id: str) -> None:
        """Deletes a run. Raises RunHeld when it is executed now."""
        ...

    def gc(self, retention: Retention, now: float) -> GcReport: ...

    def export(self, run_id: str) -> Iterator[str]:
        """The run as JSON lines, self-contained: a header with the plans, then every event, whole."""
        ...

    def close(self) -> None: ...
