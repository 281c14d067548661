"""Runs as rows, as a report, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args

from planc.counted import counted
from planc.escape import one_line, visible
from planc.project import ProjectError
from planc.runs.labels import REPLAY_OF
from planc_runtime.executor.resume import untried
from planc_runtime.recover import RecoveryError
from planc_runtime.store.base import RunSummary, Store
from planc_runtime.store.current import current_plan, plans_of_goals
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import RESUMABLE, Event, RunStatus
from planc_schemas.values import Json

from .board import Board, Row
from .planned import record_lines
from .words import MARKS, duration, local_time, money, progress_of, resume_command, tokens, turn_words

SHOWN_STEPS = 40
"""Steps of an agent that a report shows."""
SHOWN_CHARACTERS = 2_000
"""An output longer than this is cut in a report; `--task` prints it whole."""


def statuses(names: Iterable[str]) -> frozenset[RunStatus]:
    """Checks status names. Raises ProjectError for an unknown one."""
    known: tuple[RunStatus, ...] = get_args(RunStatus)
    found: set[RunStatus] = set()
    for name in names:
        match = next((status for status in known if status == name), None)
        if match is None:
            raise ProjectError(f"there is no status {name!r}", f"the statuses are {', '.join(known)}")
        found.add(match)
    return frozenset(found)


def run_row(run: RunSummary, short: Mapping[str, str]) -> tuple[str, ...]:
    took = duration((run.finished_at or run.updated_at) - run.started_at)
    if run.problem is not None:
        return (short[run.run_id], "unreadable", one_line(str(run.problem), 60), "", "", "")
    return (short[run.run_id], run.status, run.name, local_time(run.started_at), took, _used(run.usage))


def run_as_json(run: RunSummary) -> dict[str, Json]:
    return {
        "run": run.run_id,
        "status": run.status,
        "plan": run.name,
        "plan_digest": run.plan_digest,
        "file": run.file,
        "started_at": run.started_at,
        "updated_at": run.updated_at,
        "finished_at": run.finished_at,
        "labels": dict(run.labels),
        "usage": dict(run.usage),
        "error": run.error,
        "problem": None if run.problem is None else str(run.problem),
        "held_by": None if run.holder is None else str(run.holder),
    }


def run_report(store: Store, run_id: str) -> str:
    """One run for people: its tasks with state and time, its errors, its outputs."""
    summary = store.summary(run_id)
    events = store.read(run_id, whole=True)
    board = Board(_plan(store, run_id))
    board.apply_all(events)
    took = duration((summary.finished_at or summary.updated_at) - summary.started_at)
    lines = [
        f"run      {run_id}",
        f"plan     {one_line(summary.name)}  {one_line(summary.file)}  digest {summary.plan_digest[:12]}",
        f"status   {summary.status}" + (f"  (executed by {summary.holder})" if summary.holder else ""),
        f"started  {local_time(summary.started_at)}, took {took}",
        f"used     {_used(summary.usage)}",
        *[line for record in _planned(events) for line in record_lines(record, record.get("task", ""))],
        "",
    ]
    width = max(len(row.id) + 2 * row.id.count("/") for row in _all_rows(board))
    steps = _steps(events)
    for row in board.rows.values():
        lines += _lines_of(row, width, steps, summary.updated_at)
    failed = _standing_failures(events)
    lines += _errors(failed)
    for name, value in _outputs(events).items():
        lines += ["", f"{name}:", _shown(value)]
    if _may_go_on(summary):
        lines += ["", f"next: {resume_command(run_id, _untried(store, run_id) if failed else ())}"]
    return "\n".join(lines)


def run_report_json(store: Store, run_id: str) -> dict[str, Json]:
    events = store.read(run_id, whole=True)
    board = Board(_plan(store, run_id))
    board.apply_all(events)
    tasks = {
        row.id: {
            "kind": row.kind,
            "state": row.state,
            "instances": row.expected,
            "succeeded": row.done,
            "reused": row.reused,
            "failed": row.failed,
            "skipped": row.skipped,
            "seconds": row.seconds,
        }
        for row in board.rows.values()
    }
    return {
        **run_as_json(store.summary(run_id)),
        "tasks": tasks,
        "outputs": _outputs(events),
        "planning": _planned(events),
    }


def _planned(events: Sequence[Event]) -> list[dict[str, Json]]:
    """How plans came about that the planner made for this run: its own, and those of its goals (by `task`)."""
    made = [event for event in events if event.data.get("planning")]
    return [event.data["planning"] | ({"task": event.instance} if event.instance else {}) for event in made]


def plan_made_for(store: Store, run_id: str, goal: str) -> str:
    """The text of the plan that was made for a goal while the run went on. Raises ProjectError when there is none."""
    made = plans_of_goals(store, run_id)
    if goal not in made:
        help = f"plans were made for: {', '.join(made)}" if made else ""
        raise ProjectError(f"no plan was made for `{goal}` in run {run_id}", help)
    return made[goal].text


def output_of(store: Store, run_id: str, task: str) -> Json:
    """A task's output: one value, or the list of its instances in order (null for those without a result).

    Raises ProjectError when the plan has no such task or it has no result.
    """
    tasks = {item.id: item for item in _plan(store, run_id).tasks}
    if task.partition("[")[0].partition("/")[0] not in tasks:
        raise ProjectError(f"run {run_id} has no task `{task}`", f"its tasks are {', '.join(tasks)}")
    found: dict[str, Json] = {}
    counts: dict[str, int] = {}
    for event in store.read(run_id, whole=True):
        if event.instance is not None and event.type in ("task_finished", "task_reused"):
            found[event.instance] = event.data.get("output")
        elif event.type == "task_expanded":
            counts[event.instance or ""] = event.data["count"]
    if task in found:
        return found[task]
    pattern = re.compile(re.escape(task) + r"\[(\d+)\]")
    items = {int(match.group(1)): value for name, value in found.items() if (match := pattern.fullmatch(name))}
    collects = task in tasks and tasks[task].collects
    if not items and (task not in counts or (counts[task] and not collects)):
        raise ProjectError(f"task `{task}` of run {run_id} has no result", "`planc runs show` tells what became of it")
    return [items.get(index) for index in range(counts[task] if task in counts else max(items) + 1)]


def _plan(store: Store, run_id: str) -> CompiledPlan:
    return current_plan(store, run_id).plan


def _outputs(events: Iterable[Event]) -> dict[str, Json]:
    outputs: dict[str, Json] = {}
    for event in events:
        if event.type == "run_finished":
            outputs = event.data.get("outputs") or {}
    return outputs


def _standing_failures(events: Iterable[Event]) -> dict[str, dict[str, Json]]:
    """The errors that are their instances' last word."""
    failed: dict[str, dict[str, Json]] = {}
    for event in events:
        if event.type == "task_failed":
            failed[event.instance or ""] = event.data.get("error") or {}
        elif event.type in ("task_started", "task_finished", "task_reused"):
            failed.pop(event.instance or "", None)
    return failed


def _may_go_on(run: RunSummary) -> bool:
    """Not: one that succeeded or runs, a replay, and one that was cancelled because no plan came of its goal."""
    if REPLAY_OF in run.labels or (run.status == "cancelled" and run.error is not None):
        return False
    return run.status in RESUMABLE


def _untried(store: Store, run_id: str) -> tuple[str, ...]:
    try:
        return untried(run_id, store)
    except RecoveryError:  # a journal of other rules may be looked at all the same
        return ()


def _errors(failed: Mapping[str, dict[str, Json]]) -> list[str]:
    lines: list[str] = []
    for instance, error in failed.items():
        lines += ["", f"{MARKS['failed']} {instance}: {error.get('code', '')} {visible(error.get('message', ''))}"]
        if error.get("help"):
            lines.append(f"  help: {visible(error['help'])}")
    return lines


def _all_rows(board: Board) -> Iterator[Row]:
    for row in board.rows.values():
        yield row
        yield from row.subtasks.values()


def _lines_of(row: Row, width: int, steps: Mapping[str, Sequence[str]], now: float) -> list[str]:
    """A task, the steps of an agent below it, the tasks of its sub-plan below it."""
    lines = [_task_line(row, width, now), *(f"    {words}" for words in _first(steps.get(row.id, ())))]
    for child in row.subtasks.values():
        lines.append(_task_line(child, width, now))
        lines += [f"      {words}" for words in _first(steps.get(child.id, ()))]
    return lines


def _task_line(row: Row, width: int, now: float) -> str:
    took = duration(row.seconds) if row.seconds is not None and row.complete else ""
    name = f"{'  ' * row.id.count('/')}{row.id}"
    return f"{MARKS[row.state]} {name:<{width}}  {row.kind:<6} {took:>10}  {progress_of(row, now)}".rstrip()


def _steps(events: Iterable[Event]) -> dict[str, list[str]]:
    """The steps of agents in words, by task; those of a foreach with the instance before them."""
    found: dict[str, list[str]] = {}
    for event in events:
        if event.type == "turn_recorded" and event.instance is not None and "calls" not in event.data:
            task = re.sub(r"\[\d+\]$", "", event.instance)
            instance = f"{event.instance} " if event.instance != task else ""
            found.setdefault(task, []).append(instance + turn_words(event.data))
    return found


def _first(steps: Sequence[str]) -> list[str]:
    more = len(steps) - SHOWN_STEPS
    return [*steps[:SHOWN_STEPS], *([f"and {more} more: `planc runs events`"] if more > 0 else [])]


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    text = visible(text)
    if len(text) > SHOWN_CHARACTERS:
        text = text[:SHOWN_CHARACTERS] + "…\n(cut; --json and --task print all of it)"
    return "\n".join(f"  {line}" for line in text.splitlines())


def _used(usage: Mapping[str, Json]) -> str:
    calls = usage.get("calls") or 0
    if not calls:
        return "no model calls"
    count = (usage.get("input_tokens") or 0) + (usage.get("output_tokens") or 0)
    return f"{counted(calls, 'call')}, {tokens(count)}, {money(usage.get('usd'))}"
