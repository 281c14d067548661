"""What every journal promises: order, durability of commits, snapshots, leases."""

from __future__ import annotations

import math
from contextlib import closing
from threading import Thread

import pytest

from planc_runtime.store.base import HEARTBEAT_SECONDS, LEASE_SECONDS, Store
from planc_runtime.store.errors import LeaseLost, RunExists, RunHeld, RunUnknown
from planc_runtime.store.lease import this_process
from planc_schemas.events import Event
from planc_schemas.values import SPILL_BYTES
from tests.support.journals import NOBODY, begin, facts, run_finished, run_started, small_plan, task_finished

from .conftest import Time

ME = this_process()


def test_events_are_numbered_from_one_and_come_back_as_they_were(store: Store) -> None:
    journal = begin(store, "R1", ME, task_finished("a", {"text": "ü\n\u0000", "list": [1, 2.5, None, True]}, at=3.25))
    journal.append([run_finished(at=4.0)])
    assert (journal.last_seq, journal.pending) == (3, 1)
    journal.close()
    events = store.read("R1")
    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.at for event in events] == [1.0, 3.25, 4.0]
    assert events[1].data["output"] == {"text": "ü\n\u0000", "list": [1, 2.5, None, True]}
    assert (events[1].type, events[1].instance) == ("task_finished", "a")


def test_nothing_is_read_before_it_is_committed(store: Store) -> None:
    journal = begin(store, "R1", ME)
    journal.append([task_finished("a", 1)])
    assert len(store.read("R1")) == 1
    journal.commit()
    assert len(store.read("R1")) == 2
    journal.close()


def test_an_event_is_a_snapshot(store: Store) -> None:
    journal = begin(store, "R1", ME)
    output = {"papers": ["one"]}
    journal.append([task_finished("a", output)])
    output["papers"].append("two")
    journal.close()
    assert store.read("R1")[-1].data["output"] == {"papers": ["one"]}


@pytest.mark.parametrize("value", [math.nan, {"deep": [-math.inf]}, object()])
def test_what_is_not_json_is_refused_and_costs_no_number(store: Store, value: object) -> None:
    journal = begin(store, "R1", ME)
    with pytest.raises((ValueError, TypeError)):
        journal.append([task_finished("a", value)])
    journal.append([run_finished()])
    journal.close()
    assert facts(store.read("R1"))[1][:2] == (2, "run_finished")


def test_texts_that_only_look_like_no_json_are_taken(store: Store) -> None:
    begin(store, "R1", ME, task_finished("a", ["NaN", "Infinity", {"N": None}])).close()
    assert store.read("R1")[1].data["output"] == ["NaN", "Infinity", {"N": None}]


def test_deep_results_are_taken(store: Store) -> None:
    deep: list[object] = []
    for _ in range(400):
        deep = [deep]
    begin(store, "R1", ME, task_finished("a", deep)).close()
    assert store.read("R1")[1].data["output"] == deep


@pytest.mark.parametrize("text", ["\ud800", "\U0001f600", "\u2028", "\x85", "a\x00b"])
def test_any_text_survives(store: Store, text: str) -> None:
    begin(store, "R1", ME, task_finished("a", text)).close()
    assert store.read("R1")[1].data["output"] == text


def test_reading_goes_on_after_a_number_and_stops_at_a_limit(store: Store) -> None:
    journal = begin(store, "R1", ME, *(task_finished(f"t{n}", n) for n in range(9)))
    journal.close()
    assert [event.seq for event in store.read("R1", after=4, limit=3)] == [5, 6, 7]
    assert store.read("R1", after=10) == []
    reader = store.reader("R1")
    assert [len(reader.read(after, limit=4)) for after in (0, 4, 8, 10)] == [4, 4, 2, 0]
    reader.close()


def test_a_walk_gives_what_there_was_when_it_began_whole_and_page_by_page(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planc_runtime.store.pages.PAGE", 4)
    big = "x" * (SPILL_BYTES + 1)
    journal = begin(store, "R1", ME, *(task_finished(f"t{n}", n) for n in range(9)), task_finished("big", big))
    with closing(store.reader("R1")) as reader:
        walk = reader.walk()
        journal.append([run_finished()])
        journal.commit()
        events = list(walk)
        assert [event.seq for event in events] == [*range(1, 12)]
        assert events[-1].data["output"] == big
        assert [event.seq for event in reader.walk()] == [*range(1, 13)]
    journal.close()


def test_a_walk_through_a_journal_without_events_is_empty(store: Store) -> None:
    journal = store.create("R1", small_plan(), "", ME)
    with closing(store.reader("R1")) as reader:
        assert list(reader.walk()) == []
    journal.close()


def test_large_members_are_spilled_and_put_back(store: Store) -> None:
    big = "x" * (SPILL_BYTES + 1)
    begin(store, "R1", ME, task_finished("a", big, usage={"calls": 1}), task_finished("b", big)).close()
    event = store.read("R1")[1]
    assert "output" not in event.data
    assert event.data["usage"] == {"calls": 1}
    assert store.content("R1", event.data["output_ref"]) == big
    assert [e.data["output"] == big for e in store.read("R1", after=1, whole=True)] == [True, True]


def test_a_run_is_executed_by_one_and_the_other_is_told_by_whom(store: Store) -> None:
    journal = begin(store, "R1", ME)
    with pytest.raises(RunHeld, match=f"process {ME.pid} on {ME.host}"):
        store.open("R1", ME)
    assert store.holder("R1") == ME
    journal.close()
    assert store.holder("R1") is None
    second = store.open("R1", ME)
    assert (second.fence, second.last_seq) == (journal.fence + 1, 1)
    second.append([run_finished()])
    second.close()
    assert [event.seq for event in store.read("R1")] == [1, 2]


def test_a_holder_elsewhere_keeps_its_run_until_the_lease_ends(store: Store, time: Time) -> None:
    journal = begin(store, "R1", NOBODY)
    time.now += LEASE_SECONDS - 1
    with pytest.raises(RunHeld, match="process 1 on elsewhere"):
        store.open("R1", ME)
    journal.heartbeat()
    time.now += LEASE_SECONDS - 1
    with pytest.raises(RunHeld):
        store.open("R1", ME)
    journal.close()


def test_commits_renew_the_lease(store: Store, time: Time) -> None:
    journal = begin(store, "R1", NOBODY)
    for _ in range(6):
        time.now += HEARTBEAT_SECONDS + 1
        journal.append([task_finished("a", 1)])
        journal.commit()
    assert store.holder("R1") == NOBODY
    journal.close()


def test_closing_commits_and_closing_again_does_nothing(store: Store) -> None:
    journal = begin(store, "R1", ME)
    journal.append([run_finished()])
    journal.close()
    journal.close()
    assert len(store.read("R1")) == 2
    with pytest.raises(ValueError, match="closed"):
        journal.commit()


def test_appending_while_another_thread_commits_loses_nothing(store: Store) -> None:
    journal = begin(store, "R1", ME)

    def commit() -> None:
        while journal.last_seq < 2_001 or journal.pending:
            journal.commit()

    thread = Thread(target=commit)
    thread.start()
    for number in range(2_000):
        journal.append([task_finished("a", number)])
    thread.join()
    journal.close()
    assert [event.data.get("output") for event in store.read("R1", after=1)] == list(range(2_000))


def test_plans_are_kept_in_order(store: Store) -> None:
    journal = store.create("R1", small_plan("first"), "name: first # é\n", ME)
    journal.add_plan(small_plan("second"), "name: second\n")
    journal.append([run_started()])
    journal.close()
    kept = store.plans("R1")
    assert [(one.plan, one.text) for one in kept] == [
        (small_plan("first"), "name: first # é\n"),
        (small_plan("second"), "name: second\n"),
    ]
    assert kept[0].digest == small_plan("first").digest


def test_ids_are_used_once_and_are_safe_names(store: Store) -> None:
    begin(store, "R1", ME).close()
    with pytest.raises(RunExists):
        store.create("R1", small_plan(), "", ME)
    for name in ("../evil", "", ".hidden", "a/b", "x" * 65):
        with pytest.raises(ValueError, match="run id"):
            store.create(name, small_plan(), "", ME)
    for name in ("R2", "../R1", ""):
        with pytest.raises(RunUnknown):
            store.read(name)


def test_a_replaced_holder_writes_nothing_more(store: Store, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system without locks: the second executor is let past the lock file."""
    stale = begin(store, "R1", NOBODY)
    time.now += LEASE_SECONDS + 1
    monkeypatch.setattr("planc_runtime.store.lock.FileLock.acquire", lambda self: True)
    current = store.open("R1", ME)
    assert current.fence == stale.fence + 1
    stale.append([task_finished("a", "stale")])
    with pytest.raises(LeaseLost):
        stale.commit()
    with pytest.raises(LeaseLost):
        stale.heartbeat()
    current.append([task_finished("a", "current")])
    for journal in (current, stale):
        journal.close()
    assert [event.data["output"] for event in store.read("R1", after=1)] == ["current"]


def test_an_empty_commit_writes_nothing(store: Store) -> None:
    journal = begin(store, "R1", ME)
    journal.commit()
    journal.append([])
    journal.commit()
    journal.close()
    assert len(store.read("R1")) == 1


def test_event_numbers_are_given_by_the_journal(store: Store) -> None:
    event = Event("run_started", None, {}, seq=77)
    journal = store.create("R1", small_plan(), "", ME)
    journal.append([event])
    assert event.seq == 1
    journal.close()
