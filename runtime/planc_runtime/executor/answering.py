"""What a person may do to a run from outside: answer its question, whoever executes it; end it for good when nobody
executes it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Final

from planc_schemas.events import Event, RunStatus
from planc_schemas.values import Json

from ..store import base
from ..store.base import Store
from ..store.errors import RunHeld
from ..store.lease import this_process
from .answers import AnswerRefused, answer_event
from .letters import Letter
from .options import Options
from .resume import load

PATIENCE_SECONDS: Final = 30.0
"""How long the process that executes a run may take to take an answer."""
_POLL_SECONDS: Final = 0.1


def give_answer(
    run_id: str,
    instance: str,
    answer: Json,
    *,
    store: Store,
    options: Options,
    digest: str = "",
    by: str = "",
    patience: float = PATIENCE_SECONDS,
    pause: Callable[[float], object] = time.sleep,
) -> bool:
    """Answers a question of a run, and waits until that is durable. True: the process that executes the run has taken
    the answer and goes on with it. False: nobody executes the run, so that it can be resumed.

    Raises AnswerRefused, RecoveryError, and StoreError: RunHeld when the process that executes the run cannot be given
    an answer, or took none for `patience` seconds.
    """
    until = time.monotonic() + patience
    with closing(_Handover(run_id, Letter(instance, answer, digest, by), store, options)) as handover:
        while True:
            try:
                answer_waiting_run(run_id, instance, answer, store=store, options=options, digest=digest, by=by)
                return False
            except AnswerRefused:
                if handover.is_recorded:  # the process took it and ended before we looked
                    return False
                raise
            except RunHeld as held:
                if not (handover.is_under_way or handover.begin(held)):
                    return True
                if time.monotonic() >= until:
                    why = f"{held.why}, which took no answer for {patience:g} s"
                    raise RunHeld(held.what, why, "`planc answer RUN` shows whether the question is open") from None
            pause(_POLL_SECONDS)


class _Handover:
    """An answer for the process that executes the run. What comes of it stands in the journal."""

    def __init__(self, run_id: str, letter: Letter, store: Store, options: Options) -> None:
        self._run_id = run_id
        self._letter = letter
        self._store = store
        self._options = options
        self._mailbox: base.Mailbox | None = None
        self._posted: base.Letter | None = None

    @property
    def is_under_way(self) -> bool:
        return self._posted is not None and not self._posted.is_gone

    @property
    def is_recorded(self) -> bool:
        """Is this very answer in the journal?"""
        events = self._store.read(self._run_id)
        return any(event.type == "task_answered" and event.data.get("letter") == self._letter.id for event in events)

    def begin(self, held: RunHeld) -> bool:
        """Hands the answer over, again if it was lost; False when it is recorded. Raises AnswerRefused, in the words
        that the process would have, and StoreError: `held` for a process that cannot be reached."""
        if self.is_recorded:
            return False
        self.close()
        mailbox = self._store.mailbox(self._run_id)
        if mailbox is None or self._is_on_our_way():
            raise held
        letter, now = self._letter, self._options.clock.now()
        machine = load(self._run_id, self._store, self._options).machine
        event = answer_event(machine, letter.instance, letter.answer, letter.digest, letter.by, now)
        # Bound to the question that was looked at here, and without secrets: it is a file, if only for a moment.
        data = self._options.secrets.masker.mask_json(event.data)
        handed = replace(letter, answer=data["answer"], by=data["by"], digest=data["digest"])
        self._mailbox = mailbox
        self._posted = mailbox.post(letter.id, handed.text())
        return True

    def _is_on_our_way(self) -> bool:
        """Would the run go on only after this thread has stopped waiting for it?"""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return self._store.holder(self._run_id) == this_process()

    def close(self) -> None:
        """Takes the answer back if nobody has taken it."""
        posted, self._posted = self._posted, None
        if posted is not None:
            posted.withdraw()
        elif self._mailbox is not None:  # Ctrl-C came while it was posted
            self._mailbox.remove(self._letter.id)


def answer_waiting_run(
    run_id: str, instance: str, answer: Json, *, store: Store, options: Options, digest: str = "", by: str = ""
) -> None:
    """Answers a question of a run that nobody executes now; resuming the run goes on from there.

    Raises AnswerRefused, RecoveryError, and StoreError (RunHeld: the process that executes the run must be given the
    answer, see `give_answer`).
    """
    journal = store.open(run_id, options.holder or this_process())
    try:
        now = options.clock.now()
        event = answer_event(load(run_id, store, options).machine, instance, answer, digest, by, now)
        event.at = now
        event.data = options.secrets.masker.mask_json(event.data)
        journal.append([event])
        journal.commit()
    finally:
        journal.close()


def cancel_idle_run(run_id: str, *, store: Store, options: Options) -> RunStatus | None:
    """Ends a run that waits, was interrupted or was abandoned: status cancelled. Gives the status of one that has
    ended already, and writes nothing then.

    Raises RecoveryError, and StoreError (RunHeld: the process that executes the run must end it).
    """
    journal = store.open(run_id, options.holder or this_process())
    try:
        state = load(run_id, store, options)
        if state.status is not None and state.status != "interrupted":
            return state.status
        data: dict[str, Json] = {"status": "cancelled", "outputs": {}}
        journal.append([Event("run_finished", None, data, at=options.clock.now())])
        journal.commit()
    finally:
        journal.close()
    return None
