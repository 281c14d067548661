"""A line an event, for pipes, logs and CI."""

from __future__ import annotations

from typing import TextIO

from planc.counted import counted
from planc.escape import one_line
from planc.reports.board import Board
from planc.reports.words import duration, marks_for, size, spent, turn_words
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event, plan_task

HELD_BACK = 200
"""Tasks with more instances than this report every tenth part only."""

SILENCE = 30.0
"""After so many seconds without news it says what still runs."""
NAMED = 3


class PlainReporter:
    """Writes what happened, in order; quiet about what merely starts."""

    def __init__(self, plan: CompiledPlan, out: TextIO) -> None:
        self._board = Board(plan)
        self._out = out
        self._marks = marks_for(getattr(out, "encoding", None))
        self._places = _places(plan)
        self._starts: dict[str, float] = {}
        self._spoke = 0.0
        self._told: set[str] = set()

    def grow(self, plan: CompiledPlan) -> None:
        """The plan has further tasks."""
        self._board.grow(plan)
        self._places = _places(plan)

    def __enter__(self) -> PlainReporter:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.flush()

    def prime(self, events: list[Event]) -> None:
        """Takes in what happened before, without a word."""
        self._board.apply_all(events)

    def note(self, text: str) -> None:
        """A word on a line of its own."""
        self._out.write(f"{one_line(text)}\n")
        self._out.flush()

    def tick(self, now: float) -> None:
        """Says what still runs when there was nothing to say for long; `now` in seconds since the epoch."""
        running = [row for row in self._board.rows.values() if row.running]
        if not running or now - self._spoke < SILENCE:
            return
        self._spoke = now
        names = [f"{row.id} {duration(now - min(row.running.values()))}" for row in running[:NAMED]]
        more = f" and {counted(len(running) - NAMED, 'more task')}" if len(running) > NAMED else ""
        self.note(f"{self._marks['running']} still at work: {', '.join(names)}{more}")

    def hear(self, events: list[Event]) -> None:
        """Called with each batch of committed events, in order."""
        for event in events:
            self._spoke = max(self._spoke, event.at)
            self._board.apply(event)
            if event.instance is not None:
                self._task(event.instance, event)
        self._out.flush()

    def _task(self, instance: str, event: Event) -> None:
        data = event.data
        match event.type:
            case "task_started":
                self._starts[instance] = event.at
                self._begun(instance)
            case "turn_recorded" if "calls" not in data:  # the calls are told when they are over
                self._line("running", instance, turn_words(data))
            case "subplan_created" if data.get("text") and not data.get("approve"):
                self._line("running", instance, "planned; its subtasks run now")
            case "task_finished" if self._worth_a_line(instance):
                took = duration(max(0.0, event.at - self._starts.pop(instance, event.at)))
                self._line("succeeded", instance, f"{took:>10}", size(data), self._count(instance))
            case "task_reused" if self._worth_a_line(instance):
                self._line("succeeded", instance, "    reused", size(data), self._count(instance))
            case "attempt_failed":
                error = data.get("error") or {}
                again = f"trying again in {duration(data.get('retry_in') or 0)}"
                self._line("retrying", instance, f"attempt {data.get('attempt')} failed:", _message(error), again)
            case "task_failed":
                error = data.get("error") or {}
                place = self._places.get(plan_task(instance), "")
                self._line("failed", instance, str(error.get("code", "")), _message(error), place)
                if error.get("help"):
                    self._out.write(f"    help: {one_line(str(error['help']))}\n")
            case "task_skipped":
                self._line("skipped", instance, f"skipped: {one_line(str(data.get('reason', '')))}")
            case "task_waiting":
                self._line("waiting", instance, f"waiting for a person: {one_line(str(data.get('question', '')))}")

    def _begun(self, instance: str) -> None:
        """The first start of a task that asks a model: it may take its time."""
        row = self._board.rows.get(instance.partition("[")[0])
        if row is None or row.kind not in ("prompt", "agent", "goal") or row.id in self._told:
            return
        self._told.add(row.id)
        many = counted(row.expected, "instance") if row.spread and row.expected else ""
        self._line("running", row.id, "started", many)

    def _worth_a_line(self, instance: str) -> bool:
        row = self._board.rows.get(instance.partition("[")[0])
        if row is None or row.expected is None or row.expected <= HELD_BACK:
            return True
        return row.settled % (row.expected // 10) == 0 or row.complete

    def _count(self, instance: str) -> str:
        row = self._board.rows.get(instance.partition("[")[0])
        return f"{row.settled}/{row.expected}" if row is not None and row.spread and row.expected else ""

    def _line(self, state: str, instance: str, *parts: str) -> None:
        words = "  ".join(part for part in parts if part)
        self._out.write(f"{self._marks[state]} {one_line(instance):<20} {words}\n")

    def close(self) -> str:
        """The sums, for the last line."""
        return spent(self._board.totals)


def _message(error: dict[str, object]) -> str:
    """Its first line: the others, such as the difference to a recording, come whole at the end."""
    return one_line(str(error.get("message", "")).partition("\n")[0])


def _places(plan: CompiledPlan) -> dict[str, str]:
    return {task.id: f"{plan.file}:{task.span.line}" for task in plan.tasks if plan.file}
