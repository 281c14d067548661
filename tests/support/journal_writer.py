"""A process that executes a run of 60 pretended tasks on a real journal, for tests that kill it.

    python -m tests.support.journal_writer FOLDER [INSTANCE]

Begins the run or resumes it: tasks whose results are committed are not done again. Says on stdout what happened, one
line each, written before anybody could lose it: `did INSTANCE` when a task is done (before its result is committed),
`kept SEQ` when a commit has returned. When INSTANCE is done it waits to be killed. Exits with 3 and the error's code
for a StoreError.
"""

from __future__ import annotations

import os
import signal
import sys

from planc_runtime.store.base import Journal
from planc_runtime.store.errors import RunUnknown, StoreError
from planc_runtime.store.lease import this_process
from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.events import Event
from planc_schemas.values import SPILL_BYTES
from tests.support.journals import run_finished, run_started, small_plan, task_finished

RUN = "CRASH1"
TASKS = 60
LAYER = 10
LARGE = f"task_{TASKS // 2}"
"""This task's output goes to the content store."""


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def output_of(instance: str) -> str:
    return instance * (SPILL_BYTES // len(instance) + 1) if instance == LARGE else instance


def main(arguments: list[str]) -> None:
    """The process; its arguments are the folder and perhaps the task after which it waits."""
    folder, last, *_ = [*arguments, ""]
    try:
        _work(SqliteStore(folder), last)
    except StoreError as error:
        say(f"error {error.code} {error}")
        sys.exit(3)


def _work(store: SqliteStore, last: str) -> None:
    journal = _journal(store)
    events = store.read(RUN)
    if not events:
        _commit(journal, [run_started()])
    elif events[-1].type == "run_finished":
        journal.close()
        return
    else:
        _commit(journal, [Event("run_resumed", None, {})])
    done = {event.instance for event in events if event.type == "task_finished"}
    for start in range(0, TASKS, LAYER):
        layer = [f"task_{number}" for number in range(start, start + LAYER)]
        todo = [instance for instance in layer if instance not in done]
        _commit(journal, [Event("task_started", instance, {"attempt": 1}) for instance in todo])
        for instance in todo:
            say(f"did {instance}")
            if instance == last:
                signal.pause()
        _commit(journal, [task_finished(instance, output_of(instance)) for instance in todo])
    _commit(journal, [run_finished()])
    journal.close()
    say("closed")


def _journal(store: SqliteStore) -> Journal:
    try:
        return store.open(RUN, this_process())
    except RunUnknown:
        return store.create(RUN, small_plan(), "text\n", this_process())


def _commit(journal: Journal, events: list[Event]) -> None:
    journal.append(events)
    journal.commit()
    say(f"kept {journal.last_seq}")


if __name__ == "__main__":
    main(sys.argv[1:])
