"""Listing, finding, keeping, forgetting and exporting runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from planc_runtime.store.base import Retention, RunFilter, Store
from planc_runtime.store.errors import FormatUnknown, JournalDamaged, RunAmbiguous, RunHeld, RunUnknown
from planc_runtime.store.export import read_export
from planc_runtime.store.lease import this_process
from planc_schemas.events import Event, RunStatus
from planc_schemas.values import SPILL_BYTES, Json, digest
from tests.support.journals import (
    NOBODY,
    begin,
    complete,
    facts,
    run_finished,
    run_started,
    small_plan,
    task_finished,
)

from .conftest import Time

ME = this_process()


def usage(calls: int, usd: float | None) -> dict[str, Json]:
    return {"calls": calls, "input_tokens": 10, "output_tokens": 5, "cached_tokens": 0, "usd": usd}


def waiting(instance: str) -> Event:
    return Event("task_waiting", instance, {"question": "?", "schema": {}, "digest": ""}, at=3.0)


STATUSES: list[tuple[list[Event], RunStatus]] = [
    ([run_finished("succeeded")], "succeeded"),
    ([run_finished("failed")], "failed"),
    ([run_finished("cancelled")], "cancelled"),
    ([run_finished("budget")], "budget"),
    ([Event("run_interrupted", None, {"reason": "SIGTERM"})], "interrupted"),
    ([waiting("ok"), Event("run_interrupted", None, {"reason": "waiting"})], "waiting"),
    ([waiting("ok"), Event("task_answered", "ok", {"answer": True})], "abandoned"),
    ([task_finished("a", 1)], "abandoned"),
    ([run_finished("failed"), Event("run_resumed", None, {"plan_digest": "new"}), run_finished()], "succeeded"),
]


@pytest.mark.parametrize(("events", "status"), STATUSES)
def test_status_follows_from_the_events(store: Store, events: list[Event], status: RunStatus) -> None:
    begin(store, "R1", ME, *events).close()
    assert store.summary("R1").status == status
    assert [run.status for run in store.runs()] == [status]


def test_a_run_somebody_executes_is_running(store: Store) -> None:
    journal = begin(store, "R1", ME)
    run = store.runs()[0]
    assert (run.status, run.holder) == ("running", ME)
    journal.append([run_finished()])
    journal.close()
    assert store.runs()[0].status == "succeeded"


def test_a_summary_counts_events_and_adds_what_was_used(store: Store) -> None:
    failed = Event("attempt_failed", "b", {"attempt": 1, "error": {}, "usage": usage(1, 0.25)}, at=5.0)
    labels = {"team": "docs"}
    journal = store.create("R1", small_plan("review"), "", ME)
    journal.append([run_started(at=2.0, labels=labels), task_finished("a", 1, usage=usage(2, 0.5)), failed])
    journal.commit()
    first = store.runs()[0]
    journal.append([task_finished("b", 1, usage=usage(1, 0.25)), run_finished(at=8.0)])
    journal.close()
    run = store.runs()[0]
    assert (first.usage["calls"], run.usage["calls"], run.usage["usd"]) == (3, 4, 1.0)
    assert run.usage["input_tokens"] == 30
    assert run.counts == {"run_started": 1, "task_finished": 2, "attempt_failed": 1, "run_finished": 1}
    assert (run.name, run.file, run.labels) == ("review", "review.plan.yaml", labels)
    assert (run.started_at, run.finished_at, run.updated_at, run.last_seq) == (2.0, 8.0, 8.0, 5)
    assert run == store.summary("R1")


def test_an_unknown_price_makes_the_sum_unknown(store: Store) -> None:
    journal = begin(
        store, "R1", ME, task_finished("a", 1, usage=usage(1, 0.5)), task_finished("b", 1, usage=usage(0, None))
    )
    assert store.runs()[0].usage["usd"] == 0.5
    journal.append([task_finished("c", 1, usage=usage(1, None))])
    journal.close()
    assert store.runs()[0].usage["usd"] is None


def test_runs_are_listed_newest_first_and_filtered(store: Store) -> None:
    for number in range(5):
        name = "even" if number % 2 == 0 else "odd"
        complete(store, f"R{number}", ME, run_finished("failed" if number == 3 else "succeeded"), name=name)

    def listed(which: RunFilter) -> list[str]:
        return [run.run_id for run in store.runs(which)]

    assert listed(RunFilter()) == ["R4", "R3", "R2", "R1", "R0"]
    assert listed(RunFilter(name="odd")) == ["R3", "R1"]
    assert listed(RunFilter(statuses=frozenset({"failed"}))) == ["R3"]
    assert listed(RunFilter(limit=2, before_run="R3")) == ["R2", "R1"]
    assert listed(RunFilter(labels={"team": "docs"})) == []
    assert listed(RunFilter(since=1.5)) == []


def test_a_run_without_events_is_not_listed(store: Store) -> None:
    store.create("R1", small_plan(), "", ME).close()
    assert store.runs() == []


def test_ids_may_be_shortened(store: Store) -> None:
    for run_id in ("01JA1", "01JA2", "01JB1"):
        complete(store, run_id, ME)
    assert store.resolve("01jb") == "01JB1"
    assert store.resolve("01JA2") == "01JA2"
    store.create("01JC1", small_plan(), "", ME).close()
    assert store.resolve("last") == "01JB1"
    with pytest.raises(RunAmbiguous, match="01JA1, 01JA2"):
        store.resolve("01JA")
    with pytest.raises(RunUnknown):
        store.resolve("02")
    with pytest.raises(RunUnknown):
        store.resolve("")


def test_there_is_no_last_run_without_runs(store: Store) -> None:
    with pytest.raises(RunUnknown, match="no runs"):
        store.resolve("last")


def test_results_are_found_by_fingerprint(store: Store) -> None:
    complete(store, "R1", ME, task_finished("a", {"n": 1}, at=10.0))
    begin(store, "R2", ME, task_finished("a", {"n": 2}, at=20.0), task_finished("b", "x" * (SPILL_BYTES + 1))).close()
    kept = store.kept()
    found = kept.find(digest("a"))
    assert found is not None
    assert (found.output, found.run_id, found.instance, found.at) == ({"n": 2}, "R2", "a", 20.0)
    big = kept.find(digest("b"))
    assert big is not None
    assert len(big.output) == SPILL_BYTES + 1
    assert kept.find(digest("c")) is None
    kept.close()


def test_who_asked_the_same_gets_its_own_result(store: Store) -> None:
    same = {"fingerprint": digest("same")}
    complete(
        store, "R1", ME, *(Event("task_finished", f"a[{n}]", {**same, "output": n}, at=10.0 + n) for n in range(3))
    )
    complete(store, "R2", ME, Event("task_finished", "a[0]", {**same, "output": "newer"}, at=5.0))
    kept = store.kept()
    found = [kept.find(digest("same"), name) for name in ("a[0]", "a[1]", "a[2]", "b", "")]
    assert [each and each.output for each in found] == [0, 1, 2, 2, 2]
    late = kept.find(digest("same"), "a[0]", max_age=1.0, now=12.0)
    assert late is not None and late.output == 2, "its own are too old"
    kept.close()


def test_a_result_that_is_too_old_is_not_found(store: Store) -> None:
    reused = Event("task_reused", "a", {"fingerprint": digest("a"), "output": 1, "from_run": "R1", "recorded_at": 10.0})
    complete(store, "R1", ME, task_finished("a", 1, at=10.0))
    complete(store, "R2", ME, reused)
    store.remove("R1")
    kept = store.kept()
    assert kept.find(digest("a"), max_age=5.0, now=16.0) is None
    found = kept.find(digest("a"), max_age=5.0, now=15.0)
    assert found is not None
    assert (found.run_id, found.at) == ("R2", 10.0)
    kept.close()


@pytest.mark.parametrize("flag", [{"cache": False}, {"recovered": True}])
def test_some_results_are_not_for_others(store: Store, flag: dict[str, Json]) -> None:
    complete(store, "R1", ME, task_finished("a", 1, **flag))
    kept = store.kept()
    assert kept.find(digest("a")) is None
    kept.close()


def test_a_removed_run_keeps_nothing(store: Store) -> None:
    complete(store, "R1", ME, task_finished("a", 1))
    store.kept().close()
    store.remove("R1")
    kept = store.kept()
    assert kept.find(digest("a")) is None
    assert store.runs() == []
    kept.close()
    complete(store, "R1", ME)
    assert store.runs()[0].last_seq == 2


def test_a_run_that_is_executed_is_not_removed(store: Store) -> None:
    journal = begin(store, "R1", NOBODY)
    with pytest.raises(RunHeld):
        store.remove("R1")
    assert store.gc(Retention(keep=0, unfinished=True), now=1e9).removed == ()
    journal.close()
    store.remove("R1")
    with pytest.raises(RunUnknown):
        store.remove("R1")


def _gc(store: Store, retention: Retention, now: float = 100.0) -> Sequence[str]:
    return sorted(store.gc(retention, now).removed)


def test_gc_keeps_what_retention_says(store: Store, time: Time) -> None:
    for number in range(4):
        complete(store, f"R{number}", ME, run_finished(at=number * 10.0))
    begin(store, "R4", ME, task_finished("a", 1, at=5.0)).close()
    assert _gc(store, Retention()) == []
    assert _gc(store, Retention(max_age=85.0)) == ["R0", "R1"]
    assert _gc(store, Retention(keep=1)) == ["R2", "R3"]
    assert _gc(store, Retention(keep=0)) == []
    report = store.gc(Retention(keep=0, unfinished=True), 100.0)
    assert report.removed == ("R4",)
    assert report.bytes_freed > 0


def test_an_export_is_the_whole_run(store: Store) -> None:
    big = "y" * (SPILL_BYTES + 1)
    complete(store, "R1", ME, task_finished("a", big), task_finished("b", "\ud800"))
    lines = list(store.export("R1"))
    assert all(line.endswith("\n") and "\n" not in line[:-1] for line in lines)
    run = read_export(lines, "export.jsonl")
    assert run.run_id == "R1"
    assert run.plans == store.plans("R1")
    assert facts(run.events) == facts(store.read("R1", whole=True))
    assert run.events[1].data["output"] == big


def test_a_damaged_export_is_refused(store: Store) -> None:
    complete(store, "R1", ME, task_finished("a", 1))
    lines = list(store.export("R1"))
    for damaged in (lines[:-1], [lines[0], lines[2]], [*lines[:2], lines[2][:-9]], [lines[0], '{"seq": 1}\n']):
        with pytest.raises(JournalDamaged):
            read_export(damaged, "export.jsonl")
    for foreign in ([], ["[]\n"], [json.dumps({"planc_run": 2})]):
        with pytest.raises(FormatUnknown):
            read_export(foreign, "export.jsonl")
