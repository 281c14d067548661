"""Answers that another process hands to the one that executes the run: taken like any other, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from planc_runtime.executor import Environment, Options, StopSignal, execute
from planc_runtime.executor.answering import give_answer
from planc_runtime.executor.answers import AnswerRefused
from planc_runtime.executor.letters import Letter
from planc_runtime.store.base import Journal
from planc_runtime.store.errors import RunHeld
from planc_runtime.store.lease import this_process
from planc_runtime.store.mailbox import FileLetter, FileMailbox
from planc_runtime.store.memory import MemoryStore
from planc_runtime.store.sqlite import SqliteStore
from planc_runtime.tools.secrets import Secrets
from planc_schemas.events import Event
from planc_schemas.values import MAX_OUTPUT_BYTES, Json
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels, FakeTools

BUSY = """
tasks:
  sure: {ask: Sure?, output: boolean}
  work: {prompt: work}
outputs: {all: ["${{ tasks.sure.output }}", "${{ tasks.work.output }}"]}
"""
ASKS = "tasks: {sure: {ask: Sure?, output: boolean}}"


class WithMailbox(MemoryStore):
    """The store in memory with a real mailbox, so that a run on a virtual clock can be given letters."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.letters = Counted(folder)

    def mailbox(self, run_id: str) -> FileMailbox:  # type: ignore[override]
        return self.letters


class Counted(FileMailbox):
    looks = 0

    def names(self) -> list[str]:
        self.looks += 1
        return super().names()


def bench_in(folder: Path, while_busy: Callable[[WithMailbox], Awaitable[None]]) -> Bench:
    """A bench whose model is at work for as long as `while_busy` is."""
    store = WithMailbox(folder)

    async def work() -> str:
        await while_busy(store)
        return "done"

    return Bench(models=FakeModels(lambda request: work()), store=store)


def answers(bench: Bench, run_id: str) -> list[dict[str, Json]]:
    return [event.data for event in bench.events(run_id) if event.type == "task_answered"]


async def dealt_with(store: WithMailbox, text: bytes) -> str:
    """Hands a letter over; its name, when it has been dealt with."""
    name = os.urandom(16).hex()
    letter = store.letters.post(name, text)
    for _ in range(5):
        if letter.is_gone:
            break
        await asyncio.sleep(0.5)
    assert letter.is_gone, "nobody looked"
    letter.withdraw()
    return name


def test_a_run_that_is_at_work_takes_an_answer_and_goes_on(tmp_path: Path) -> None:
    names: list[str] = []

    async def while_busy(store: WithMailbox) -> None:
        names.append(await dealt_with(store, Letter("sure", True, "", "Ada").text()))

    bench = bench_in(tmp_path, while_busy)
    result = bench.run(plan_of(BUSY))
    assert (result.status, result.outputs) == ("succeeded", {"all": [True, "done"]})
    story = bench.story(result.run_id)
    assert story.index("task_answered sure") < story.index("task_finished work")
    (answered,) = answers(bench, result.run_id)
    assert {**answered, "digest": ""} == {"answer": True, "by": "Ada", "digest": "", "letter": names[0]}


def members(**changed: Json) -> bytes:
    return json.dumps({"instance": "sure", "answer": True, "digest": "", "by": ""} | changed).encode()


@pytest.mark.parametrize(
    "text",
    [
        members(answer="perhaps"),
        members(digest="another question"),
        members(instance="work"),
        members(instance="nothing"),
        members(instance=None),
        members(more=1),
        members(answer=float("nan")),
        members(by="\ud800"),
        b'{"instance":"sure","digest":"","by":"","answer":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"",
        b"[]",
        b"no JSON",
        b"\xff\xfe",
    ],
)
def test_what_is_no_answer_to_the_question_is_put_away_and_the_run_goes_on(tmp_path: Path, text: bytes) -> None:
    async def while_busy(store: WithMailbox) -> None:
        await dealt_with(store, text)

    bench = bench_in(tmp_path, while_busy)
    result = bench.run(plan_of(BUSY))
    assert (result.status, answers(bench, result.run_id)) == ("waiting", [])
    assert list(tmp_path.iterdir()) == []


def test_the_first_answer_counts(tmp_path: Path) -> None:
    async def while_busy(store: WithMailbox) -> None:
        await dealt_with(store, members(answer=False))
        await dealt_with(store, members(answer=True))

    bench = bench_in(tmp_path, while_busy)
    result = bench.run(plan_of(BUSY))
    assert [data["answer"] for data in answers(bench, result.run_id)] == [False]


def test_a_file_without_a_living_author_answers_nothing_and_is_removed(tmp_path: Path) -> None:
    async def while_busy(store: WithMailbox) -> None:
        (tmp_path / ("0" * 32)).write_bytes(members())
        await asyncio.sleep(2)

    bench = bench_in(tmp_path, while_busy)
    result = bench.run(plan_of(BUSY))
    assert (result.status, answers(bench, result.run_id)) == ("waiting", [])
    assert list(tmp_path.iterdir()) == []


def test_nobody_looks_before_there_is_a_question(tmp_path: Path) -> None:
    async def while_busy(store: WithMailbox) -> None:
        await asyncio.sleep(10)

    bench = bench_in(tmp_path, while_busy)
    result = bench.run(plan_of("tasks: {work: {prompt: work}}"))
    assert isinstance(bench.store, WithMailbox)
    assert (result.status, bench.store.letters.looks) == ("succeeded", 0)


def test_a_resumed_run_takes_answers_to_what_it_asked_before(tmp_path: Path) -> None:
    stop = StopSignal()

    async def while_busy(store: WithMailbox) -> None:
        await asyncio.sleep(1)
        stop.request(drain_seconds=0)
        await asyncio.sleep(1)

    bench = bench_in(tmp_path, while_busy)
    interrupted = bench.run(plan_of(BUSY), stop=stop)
    assert interrupted.status == "interrupted"

    async def work() -> str:
        assert isinstance(bench.store, WithMailbox)
        await dealt_with(bench.store, members())
        return "again"

    bench.models.script = lambda request: work()
    result = bench.resume(interrupted.run_id)
    assert bench.story(interrupted.run_id).count("task_waiting sure") == 1
    assert (result.status, result.outputs) == ("succeeded", {"all": [True, "again"]})


def test_from_another_thread_the_run_of_this_process_is_answered_once(tmp_path: Path) -> None:
    """What a notebook does: the run is executed on one loop, the answer is given beside it."""
    outcomes: list[object] = []
    asked = asyncio.Event()

    def hear(events: list[Event]) -> None:
        if any(event.type == "task_waiting" for event in events):
            asked.set()

    async def while_busy(store: WithMailbox) -> None:
        run_id = store.resolve("last")
        await asked.wait()
        give = (give_answer, run_id, "sure", True)
        with pytest.raises(RunHeld):
            give_answer(run_id, "sure", True, store=store, options=Options())  # on the loop it would wait for itself
        outcomes.append(await asyncio.to_thread(*give, store=store, options=Options(), by="Ada"))
        for value, words in ((False, "`sure` has been answered already"), ("no", "answered already")):
            with pytest.raises(AnswerRefused, match=words):
                await asyncio.to_thread(give_answer, run_id, "sure", value, store=store, options=Options())

    bench = bench_in(tmp_path, while_busy)
    result = asyncio.run(bench.execute(plan_of(BUSY), on_events=hear))
    assert (result.status, outcomes) == ("succeeded", [True])
    assert [data["by"] for data in answers(bench, result.run_id)] == ["Ada"]


# --- the author's side, with a holder that does what the test says ----------------------------------------------------


class Held:
    """A run in a real store that waits for an answer, and the journal of the process that holds it: this one."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder / ".planc", synchronous="normal")
        options = Options(reuse=False)
        made = execute(plan_of(ASKS), {}, Environment(self.store, FakeModels(), FakeTools(), options))
        self.run_id = asyncio.run(made).run_id
        self.inbox = folder / ".planc" / "runs" / self.run_id / "inbox"
        self.journal: Journal = self.store.open(self.run_id, this_process())

    def give(self, answer: Json, *pauses: Callable[[], object], patience: float = 60, **more: Options) -> bool:
        """Answers from outside; at each pause the next of these happens, and then nothing more is waited for."""
        left = iter(pauses)
        options = more.get("options", Options())
        return give_answer(
            self.run_id,
            "sure",
            answer,
            store=self.store,
            options=options,
            patience=patience,
            pause=lambda seconds: next(left)(),
        )

    def names(self) -> list[str]:
        return sorted(path.name for path in self.inbox.iterdir()) if self.inbox.exists() else []

    def text(self) -> str:
        return (self.inbox / self.names()[0]).read_text()

    def take(self) -> None:
        (name,) = self.names()
        answer = json.loads(self.text())
        data = {key: answer[key] for key in ("answer", "by", "digest")} | {"letter": name}
        self.journal.append([Event("task_answered", "sure", data, at=2.0)])
        self.journal.commit()

    def lose(self) -> None:
        FileMailbox(self.inbox).remove(self.names()[0])

    def answers(self) -> list[Json]:
        return [event.data["answer"] for event in self.store.read(self.run_id) if event.type == "task_answered"]


def nothing() -> None:
    pass


def test_an_answer_waits_until_it_is_taken(tmp_path: Path) -> None:
    held = Held(tmp_path)
    with closing(held.journal):
        assert held.give(True, nothing, nothing, lambda: (held.take(), held.lose())) is True
        assert (held.answers(), held.names()) == ([True], [])


def test_when_the_holder_ends_without_taking_it_the_idle_run_is_answered(tmp_path: Path) -> None:
    held = Held(tmp_path)
    assert held.give(True, held.journal.close) is False
    assert (held.answers(), held.names()) == ([True], [])


def test_when_the_holder_ends_just_after_taking_it_nothing_is_answered_twice(tmp_path: Path) -> None:
    held = Held(tmp_path)
    assert held.give(True, lambda: (held.take(), held.journal.close())) is False
    assert (held.answers(), held.names()) == ([True], [])


def test_a_letter_that_was_lost_is_handed_over_again(tmp_path: Path) -> None:
    held = Held(tmp_path)
    with closing(held.journal):
        assert held.give(True, held.lose, nothing, held.lose, nothing, lambda: (held.take(), held.lose())) is True
    assert held.answers() == [True]


def test_when_another_answer_comes_first_this_one_is_refused(tmp_path: Path) -> None:
    held = Held(tmp_path)
    other = Event("task_answered", "sure", {"answer": False, "by": "", "digest": ""}, at=2.0)

    def taken_elsewhere() -> None:
        held.journal.append([other])
        held.journal.commit()
        held.lose()

    with closing(held.journal), pytest.raises(AnswerRefused, match="answered already"):
        held.give(True, taken_elsewhere)
    assert (held.answers(), held.names()) == ([False], [])


@pytest.mark.parametrize(
    ("answer", "words"), [("perhaps", "does not fit"), ("x" * (MAX_OUTPUT_BYTES + 1), "does not fit")]
)
def test_what_does_not_fit_is_refused_before_it_is_handed_over(tmp_path: Path, answer: Json, words: str) -> None:
    held = Held(tmp_path)
    with closing(held.journal), pytest.raises(AnswerRefused, match=words):
        held.give(answer)
    assert not held.inbox.exists()


@pytest.mark.parametrize(
    ("answer", "words"), [("x" * MAX_OUTPUT_BYTES, "more than 10 MB"), ("\ud800", "cannot be handed over")]
)
def test_what_cannot_be_handed_over_says_so(answer: str, words: str) -> None:
    with pytest.raises(AnswerRefused, match=words):
        Letter("sure", answer, "", "").text()


def test_a_holder_that_takes_nothing_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    held = Held(tmp_path)
    with closing(held.journal), pytest.raises(RunHeld, match=r"by process \d+ on .*, which took no answer for 0 s"):
        held.give(True, nothing, patience=0)
    assert (held.answers(), held.names()) == ([], [])


def test_who_stops_waiting_takes_the_answer_back(tmp_path: Path) -> None:
    held = Held(tmp_path)

    def interrupt() -> None:
        assert len(held.names()) == 1
        raise KeyboardInterrupt

    with closing(held.journal), pytest.raises(KeyboardInterrupt):
        held.give(True, interrupt)
    assert (held.answers(), held.names()) == ([], [])


def test_an_answer_is_taken_back_by_who_is_interrupted_while_posting_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(tmp_path)
    post = FileMailbox.post

    def interrupted(mailbox: FileMailbox, name: str, text: bytes) -> FileLetter:
        post(mailbox, name, text)
        assert held.names() == [name]
        raise KeyboardInterrupt

    monkeypatch.setattr(FileMailbox, "post", interrupted)
    with closing(held.journal), pytest.raises(KeyboardInterrupt):
        held.give(True)
    assert (held.answers(), held.names()) == ([], [])


def test_secrets_are_masked_before_anything_is_written(tmp_path: Path) -> None:
    held = Held(tmp_path)
    texts: list[str] = []
    options = Options(secrets=Secrets({"KEY": "hunter2-hunter2"}))

    def look() -> None:
        texts.append(held.text())
        held.take()
        held.lose()

    with closing(held.journal):
        give_answer(
            held.run_id,
            "sure",
            True,
            store=held.store,
            options=options,
            by="I am hunter2-hunter2",
            pause=lambda seconds: look(),
        )
    assert "hunter2" not in texts[0] and "I am " in texts[0]


def test_a_store_in_memory_has_no_other_processes() -> None:
    bench = Bench()

    async def work() -> str:
        run_id = bench.store.resolve("last")
        with pytest.raises(RunHeld):
            await asyncio.to_thread(give_answer, run_id, "sure", True, store=bench.store, options=Options())
        return "done"

    bench.models.script = lambda request: work()
    assert asyncio.run(bench.execute(plan_of(BUSY))).status == "waiting"
