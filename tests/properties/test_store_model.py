"""Both stores against a plain model: whatever is done, in whatever order, they say what the model says."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from planc_runtime.store.base import Journal, Store
from planc_runtime.store.lease import this_process
from planc_runtime.store.memory import MemoryStore
from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.events import Event
from planc_schemas.values import SPILL_BYTES, Json, digest
from tests.support.journals import facts, run_finished, run_started, small_plan, task_finished

ME = this_process()
LARGE = "x" * (SPILL_BYTES + 1)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
OUTPUTS = st.none() | st.text(max_size=20) | st.just(LARGE) | NUMBERS | st.lists(NUMBERS, max_size=3)


class StoreMachine(RuleBasedStateMachine):
    """Up to three runs in both stores at once; `committed` and `pending` are the model."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.stores: list[Store] = [SqliteStore(self.folder / ".planc"), MemoryStore()]
        self.journals: dict[str, list[Journal]] = {}
        self.committed: dict[str, list[tuple[str, str | None, Json]]] = {}
        self.pending: dict[str, list[tuple[str, str | None, Json]]] = {}
        self.kept: dict[str, tuple[float, str, Json]] = {}
        self.now = 0.0

    @precondition(lambda self: len(self.committed) < 3)
    @rule()
    def create(self) -> None:
        run_id = f"R{len(self.committed)}"
        self.journals[run_id] = [store.create(run_id, small_plan(), "text", ME) for store in self.stores]
        self.committed[run_id], self.pending[run_id] = [], []
        self._append(run_id, run_started())

    def _append(self, run_id: str, event: Event) -> None:
        self.now += 1.0
        event.at = self.now
        for journal in self.journals[run_id]:
            journal.append([Event(event.type, event.instance, event.data, at=event.at)])
        self.pending[run_id].append((event.type, event.instance, event.data))

    @precondition(lambda self: self.journals)
    @rule(data=st.data(), output=OUTPUTS, name=st.sampled_from("abc"), cache=st.booleans())
    def finish_task(self, data: st.DataObject, output: Json, name: str, cache: bool) -> None:
        run_id = data.draw(st.sampled_from(sorted(self.journals)))
        more = {} if cache else {"cache": False}
        self._append(run_id, task_finished(name, output, **more))

    @precondition(lambda self: self.journals)
    @rule(data=st.data(), status=st.sampled_from(["succeeded", "failed"]))
    def finish_run(self, data: st.DataObject, status: str) -> None:
        self._append(data.draw(st.sampled_from(sorted(self.journals))), run_finished(status))

    @precondition(lambda self: self.journals)
    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        run_id = data.draw(st.sampled_from(sorted(self.journals)))
        for journal in self.journals[run_id]:
            journal.commit()
        self._committed(run_id)

    def _committed(self, run_id: str) -> None:
        self.committed[run_id] += self.pending[run_id]
        self.pending[run_id] = []

    @precondition(lambda self: self.journals)
    @rule(data=st.data(), reopen=st.booleans())
    def close(self, data: st.DataObject, reopen: bool) -> None:
        run_id = data.draw(st.sampled_from(sorted(self.journals)))
        for journal in self.journals.pop(run_id):
            journal.close()
        self._committed(run_id)
        if reopen:
            self.journals[run_id] = [store.open(run_id, ME) for store in self.stores]

    @rule(name=st.sampled_from("abc"))
    def reuse(self, name: str) -> None:
        """The stores agree on the newest result, and it is one that was committed and may be kept."""
        found = []
        for store in self.stores:
            results = store.kept()
            kept = results.find(digest(name))
            results.close()
            found.append(None if kept is None else (kept.output, kept.run_id, kept.at))
        assert found[0] == found[1]
        allowed = [
            data["output"]
            for events in self.committed.values()
            for type_, instance, data in events
            if type_ == "task_finished" and instance == name and data.get("cache") is not False
        ]
        assert (found[0] is None) == (not allowed)
        assert found[0] is None or found[0][0] in allowed

    @invariant()
    def same_everywhere(self) -> None:
        for run_id, expected in self.committed.items():
            for store in self.stores:
                events = facts(store.read(run_id, whole=True))
                assert [event[1:] for event in events] == expected
                assert [event[0] for event in events] == list(range(1, len(expected) + 1))
        first, second = (store.runs() for store in self.stores)
        assert first == second

    def teardown(self) -> None:
        for journals in getattr(self, "journals", {}).values():
            for journal in journals:
                journal.close()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


StoreMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestStores = StoreMachine.TestCase
