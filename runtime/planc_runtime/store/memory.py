"""A store in memory: for tests, dry runs and whoever wants no files. Passes the same suite as the real one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.values import Json

from . import content, runid
from .base import (
    ALL_RUNS,
    HEARTBEAT_SECONDS,
    LEASE_SECONDS,
    Clock,
    GcReport,
    Holder,
    Kept,
    KeptPlan,
    Retention,
    RunFilter,
    RunSummary,
)
from .buffer import Buffer
from .encode import DECIDING, Row, event_of, restore
from .errors import ContentDamaged, LeaseLost, RunExists, RunHeld, RunUnknown
from .export import export_lines
from .lease import Lease, standing
from .notes import MemoryNotes
from .pages import pages
from .retention import superfluous
from .summary import Heading, select, sum_usage, summarise


@dataclass(slots=True)
class _Run:
    plans: list[KeptPlan]
    rows: list[Row] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    lease: Lease = field(default_factory=lambda: Lease(0, None))


class MemoryStore:
    """See `base.Store`. Lives and dies with its object."""

    def __init__(self, *, clock: Clock = time.time) -> None:
        self._runs: dict[str, _Run] = {}
        self._notes: dict[str, MemoryNotes] = {}
        self._clock = clock

    def create(self, run_id: str, plan: CompiledPlan, text: str, holder: Holder) -> MemoryJournal:
        if not runid.RUN_ID.fullmatch(run_id):
            raise ValueError(f"{run_id!r} is no run id: letters, digits, - and _ only, at most 64")
        if run_id in self._runs:
            raise RunExists(f"a run {run_id} exists already", help="resume it, or use a new id")
        self._runs[run_id] = _Run([KeptPlan(plan.digest, plan, text)])
        return self.open(run_id, holder)

    def open(self, run_id: str, holder: Holder) -> MemoryJournal:
        run = self._run(run_id)
        now = self._clock()
        if standing(run.lease, now) == "held":
            raise RunHeld(f"run {run_id} is being executed already", f"by {run.lease.holder}")
        run.lease = Lease(run.lease.fence + 1, holder, now, now + LEASE_SECONDS)
        return MemoryJournal(run_id, run, self._clock)

    def read(self, run_id: str, after: int = 0, *, whole: bool = False, limit: int | None = None) -> list[Event]:
        return self.reader(run_id).read(after, whole=whole, limit=limit)

    def reader(self, run_id: str) -> MemoryReader:
        return MemoryReader(self._run(run_id), self._clock)

    def content(self, run_id: str, ref: Json) -> Json:
        return _content(self._run(run_id), ref)

    def plans(self, run_id: str) -> list[KeptPlan]:
        return list(self._run(run_id).plans)

    def holder(self, run_id: str) -> Holder | None:
        return self.reader(run_id).holder()

    def summary(self, run_id: str) -> RunSummary:
        run = self._run(run_id)
        events = self.read(run_id)
        return summarise(
            run_id,
            Heading(run.plans[0].plan.name, run.plans[0].digest, run.plans[0].plan.file),
            [event for event in events if event.type in DECIDING],
            Counter(event.type for event in events),
            sum_usage(events),
            max((event.at for event in events), default=0.0),
            self.holder(run_id),
        )

    def runs(self, which: RunFilter = ALL_RUNS) -> list[RunSummary]:
        return select((self.summary(run_id) for run_id, run in self._runs.items() if run.rows), which)

    def resolve(self, prefix: str) -> str:
        if prefix.lower() == runid.LAST:
            begun = [run_id for run_id, run in self._runs.items() if run.rows]
            if not begun:
                raise RunUnknown("there are no runs here", help="`planc execute PLAN` makes one")
            return max(begun)
        return runid.resolve(prefix, self._runs)

    def kept(self) -> MemoryResults:
        return MemoryResults(self._runs)

    def notes(self, run_id: str = "") -> MemoryNotes:
        return self._notes.setdefault(run_id, MemoryNotes())

    def mailbox(self, run_id: str) -> None:
        """Nobody else's process has this store."""

    def remove(self, run_id: str) -> None:
        holder = self.holder(run_id)
        if holder is not None:
            raise RunHeld(f"run {run_id} is being executed already", f"by {holder}")
        del self._runs[run_id]

    def gc(self, retention: Retention, now: float) -> GcReport:
        doomed = superfluous(self.runs(), retention, now)
        freed = sum(len(row[-1]) for run in doomed for row in self._runs[run.run_id].rows)
        for run in doomed:
            self.remove(run.run_id)
        return GcReport(tuple(run.run_id for run in doomed), freed)

    def export(self, run_id: str) -> Iterator[str]:
        run = self._run(run_id)
        return export_lines(run_id, run.plans, self.read(run_id), lambda event: _whole(run, event))

    def close(self) -> None:
        for notes in self._notes.values():
            notes.close()

    def _run(self, run_id: str) -> _Run:
        try:
            return self._runs[run_id]
        except KeyError:
            raise RunUnknown(f"there is no run `{run_id}`") from None


class MemoryJournal:
    """See `base.Journal`."""

    is_quick = True

    def __init__(self, run_id: str, run: _Run, clock: Clock) -> None:
        self.run_id = run_id
        self.fence = run.lease.fence
        self._run = run
        self._clock = clock
        self._closed = False
        self._lost = False
        self._buffer = Buffer(len(run.rows), None)

    @property
    def last_seq(self) -> int:
        return self._buffer.last_seq

    @property
    def pending(self) -> int:
        return len(self._buffer.rows)

    def append(self, events: Iterable[Event]) -> None:
        self._buffer.append(events)

    def commit(self) -> None:
        self._check()
        buffer = self._buffer
        if not buffer.rows:
            return
        for content_ in buffer.contents:
            self._run.contents[content_.sha256] = content_.text
        buffer.contents.clear()
        self._run.rows.extend(buffer.rows)
        buffer.rows.clear()
        if self._clock() > self._run.lease.expires_at - LEASE_SECONDS + HEARTBEAT_SECONDS:
            self._renew()

    def heartbeat(self) -> None:
        self._check()
        self._renew()

    def _renew(self) -> None:
        self._run.lease = replace(self._run.lease, expires_at=self._clock() + LEASE_SECONDS)

    def add_plan(self, plan: CompiledPlan, text: str) -> None:
        self._check()
        self._run.plans.append(KeptPlan(plan.digest, plan, text))

    def close(self) -> None:
        if self._closed:
            return
        try:
            if not self._lost:
                self.commit()
                self._run.lease = Lease(self.fence, None)
        finally:
            self._closed = True

    def _check(self) -> None:
        if self._closed:
            raise ValueError("this journal is closed")
        if self._run.lease.fence != self.fence:
            self._lost = True
            raise LeaseLost(f"this process no longer executes run {self.run_id}", "another one took it over")


class MemoryReader:
    """See `base.Reader`."""

    def __init__(self, run: _Run, clock: Clock) -> None:
        self._run = run
        self._clock = clock

    def read(self, after: int = 0, *, whole: bool = False, limit: int | None = None) -> list[Event]:
        rows = self._run.rows[after : None if limit is None else after + limit]
        events = [event_of(seq, type_, instance, at, data) for seq, type_, instance, at, _, _, _, data in rows]
        return [_whole(self._run, event) for event in events] if whole else events

    def walk(self) -> Iterator[Event]:
        return pages(self, len(self._run.rows))

    def holder(self) -> Holder | None:
        lease = self._run.lease
        return lease.holder if standing(lease, self._clock()) == "held" else None

    def close(self) -> None:
        """Nothing to release."""


class MemoryResults:
    """See `base.KeptResults`."""

    def __init__(self, runs: dict[str, _Run]) -> None:
        self._found: dict[str, list[Kept]] = {}
        for run_id, run in runs.items():
            reader = MemoryReader(run, time.time)
            for seq, _, instance, _, _, keeps, _, _ in run.rows:
                if keeps:
                    event = reader.read(seq - 1, whole=True, limit=1)[0]
                    data = event.data
                    made_at = data.get("recorded_at", event.at)
                    kept = Kept(data["fingerprint"], data["output"], run_id, instance or "", made_at)
                    self._found.setdefault(kept.fingerprint, []).append(kept)

    def find(
        self, fingerprint: str, instance: str = "", *, max_age: float | None = None, now: float = 0.0
    ) -> Kept | None:
        found = [
            kept
            for kept in self._found.get(fingerprint, ())
            if max_age is None or kept.at >= now - max_age
        ]  # fmt: skip
        return max(found, key=lambda kept: (kept.instance == instance, kept.at, kept.run_id), default=None)

    def close(self) -> None:
        """Nothing to release."""


def _content(run: _Run, ref: Json) -> Json:
    raw = run.contents.get(ref["sha256"])
    if raw is None:
        raise ContentDamaged(f"the stored output {ref['sha256']} is missing")
    return content.check(raw, ref, ref["sha256"])


def _whole(run: _Run, event: Event) -> Event:
    return restore(event, lambda ref: _content(run, ref))
