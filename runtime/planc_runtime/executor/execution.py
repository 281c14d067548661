"""One run being executed: an event-driven loop over the machine, without waves.

Each turn: take the outcomes that arrived, fold their events, let the machine decide, start what is ready, commit all
of it together, and only then let anything out: launch the attempts, tell the listeners. So a result is committed
before anyone reads it, and a start is durable before its tool is called; a chain costs one commit a task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from planc_schemas.events import Event
from planc_schemas.ports import TaskError, TaskFailure, Usage
from planc_schemas.values import Json

from ..budget import NOTHING, Budget
from ..kinds.base import Done, Outcome, SubPlan
from ..kinds.registry import INLINE
from ..machine import Instance, Machine
from ..recover import Recovered, is_among
from ..store.base import Mailbox
from .answers import answer_event
from .attempt import Attempt, run_attempt
from .calls import World
from .ending import Ending, end_of_run
from .goals import Budgets, GoalTimes, is_within, waiting_failures
from .ledger import Ledger
from .letters import Letter, Reception
from .options import CONCURRENCY, Options, RunResult
from .outcomes import done_event, failure_event, question_event, sub_plan_events, with_usage
from .starting import Reuse, model_name, name_result, unrunnable

_INLINE_BATCH: Final = 2000
"""Value tasks computed in one turn at most, so that commits stay small and a signal is heard."""
_QUICK_STARTS: Final = 100
"""Attempts begun in one turn at most where a commit costs nothing: they and their calls fit into a processor's cache
then, which a thousand do not (a tenth of what a call takes, experiments/021-overhead)."""


class Execution:
    """A run that this process executes; made by `execute.begin` and `execute.reopen`."""

    def __init__(
        self,
        machine: Machine,
        ledger: Ledger,
        world: World,
        budget: Budget,
        reuse: Reuse,
        before: Recovered | None,
        mailbox: Mailbox | None,
    ) -> None:
        """`before` are the earlier parts of the run; `mailbox` is where other processes hand in answers."""
        self.machine = machine
        self._ledger = ledger
        self._world = world
        world.admission.queue.unpark = self._unpark
        self._options: Options = world.options
        self._budget = budget
        self._budgets = Budgets(budget, before.spent if before else {})
        self._goals = GoalTimes(before.goal_seconds if before else {}, self._goal_over)
        self._reuse = reuse
        self._spent_seconds = before.seconds if before else 0.0
        final = before.memory.final() if before else []
        self._final_before = [each for each in final if not is_among(each, self._options.fresh)]
        limit = budget.limits.concurrency
        self._concurrency = CONCURRENCY if limit is None else limit
        self._starts_at_once = _QUICK_STARTS if ledger.is_quick else self._concurrency
        self._active: dict[str, Attempt] = {}
        world.at_work = self._active.__len__
        self._over: list[Attempt] = []
        self._to_launch: list[Attempt] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._reception = Reception(mailbox, self._receive)
        self._wake = asyncio.Event()
        self._ending = Ending(self._options.stop, self._wake.set, self._cancel_running)

    @property
    def run_id(self) -> str:
        return self._world.run_id

    async def begin(self, events: Sequence[Event]) -> None:
        """Makes the first events of this part of the run durable; the machine knows them already."""
        try:
            self._ledger.turn()
            await self._ledger.write(events)
        except BaseException:
            self._reuse.close()
            self._ledger.close()
            raise

    async def answer(self, instance: str, answer: Json, *, digest: str = "", by: str = "") -> None:
        """A person's answer to a question of this run; durable when this returns. Raises AnswerRefused."""
        await self._receive(Letter(instance, answer, digest, by), handed=False)

    async def _receive(self, letter: Letter, *, handed: bool = True) -> None:
        now = self._options.clock.now()
        event = answer_event(self.machine, letter.instance, letter.answer, letter.digest, letter.by, now)
        if handed:
            event.data["letter"] = letter.id
        await self._write_now(event)
        self._goals.go_on(self.machine.instance(letter.instance))

    async def _write_now(self, event: Event) -> None:
        self._ledger.turn()  # the loop's turn began before whatever this is about
        self._ledger.emit(event)
        self._wake.set()
        await self._ledger.durable()

    def _unpark(self, instance: Instance) -> None:
        """A limit has room for an instance that was parked, or its next attempt is due. Its goal may have ended it."""
        if instance.status in ("ready", "retrying"):
            self.machine.push_ready(instance)
        self._wake.set()

    async def run(self) -> RunResult:
        """Executes until the run has ended, waits for a person or was stopped. Raises StoreError (the run can be
        resumed then), and CancelledError after stopping its tasks."""
        heartbeat = asyncio.create_task(self._ledger.keep_lease())
        heartbeat.add_done_callback(lambda _: self._wake.set())
        try:
            self._ending.watch(self._budget.limits.time, self._spent_seconds)
            self._resume_waits()
            while not await self._turn():
                await self._wake.wait()
                if heartbeat.done():
                    heartbeat.result()
            return await self._finish()
        finally:
            self._ending.close()
            self._reception.close()
            for timer in self._timers.values():
                timer.cancel()
            heartbeat.cancel()
            self._goals.close()
            await self._cancel_all()
            self._world.admission.close()
            self._reuse.close()
            self._ledger.close()

    # --- a turn of the loop ---------------------------------------------------------------------------------------

    async def _turn(self) -> bool:
        """One turn; True when nothing is left to do or to wait for."""
        while True:
            self._wake.clear()
            self._ledger.turn()
            over, self._over = self._over, []
            for attempt in over:
                self._settle(attempt)
            more = self._advance()
            self._world.admission.pass_on()
            await self._ledger.commit(block=len(self._active) == len(self._to_launch))
            launches, self._to_launch = self._to_launch, []
            for attempt in launches:
                self._launch(attempt)
            if not (more or launches or self._over or self._ledger.pending):
                return self._nothing_left()
            await asyncio.sleep(0)  # what was launched and does not wait is over after this

    def _nothing_left(self) -> bool:
        if self._active:
            return False
        if self.machine.finished or self._ending.status is not None:
            return True
        if self._options.fail_fast and self.machine.has_failed:
            return not self._abandon()
        return not (self._timers or self._world.admission.parked)

    def _advance(self) -> bool:
        """Decisions, value tasks and starts, until nothing more can be done. True: a batch is full, go on soon."""
        machine, emit = self.machine, self._ledger.emit
        batch = _INLINE_BATCH
        progress = True
        while progress:
            progress = False
            for event in machine.decisions():
                emit(event)
                progress = True
            if self._ending.status is not None or (self._options.fail_fast and self.machine.has_failed):
                continue
            while batch and (instance := machine.pop_inline()) is not None:
                batch -= 1
                progress = True
                self._run_inline(instance)
            if not batch:
                return True
            while len(self._active) < self._concurrency and (ready := machine.pop_ready()) is not None:
                progress = self._start(ready) or progress
                if len(self._to_launch) == self._starts_at_once:
                    return True
        return False

    def _abandon(self) -> bool:
        """Fail-fast: skips the rest once nothing runs. False when there is nothing to skip."""
        events = self.machine.abandon("stopped: another task failed")
        for event in events:
            if not self.machine.node(event).settled:
                self._ledger.emit(event)
        self._wake.set()
        return bool(events)

    # --- starting -------------------------------------------------------------------------------------------------

    def _run_inline(self, instance: Instance) -> None:
        """A value or the opening of a sub-plan: deterministic, so its result may be read within the same commit."""
        task = instance.task
        kind = INLINE[task.work.kind]
        try:
            rendered = kind.render(task, self.machine.scope(instance))
            outcome = kind.run_inline(rendered, task, self.machine.plan)
        except TaskFailure as failure:
            self._ledger.emit(unrunnable(self.machine, instance, failure))
            return
        if isinstance(outcome, Done):
            data: dict[str, Json] = {"attempt": instance.attempt, "output": outcome.output}
            self._ledger.emit(Event("task_finished", instance.id, data))
            return
        name = name_result(instance, rendered, "")
        data = {"attempt": instance.attempt, "fingerprint": name.fingerprint, "request": rendered}
        self._ledger.emit(Event("task_started", instance.id, data))
        if isinstance(outcome, SubPlan):
            self._open(instance, outcome, NOTHING)

    def _start(self, instance: Instance) -> bool:
        """Starts, reuses or fails an instance; False when it was parked at a limit."""
        gates = self._world.admission.gates_of(instance.task)
        if (over := self._goals.over(instance)) is not None:
            self._ledger.emit(unrunnable(self.machine, instance, TaskFailure(over)))
            self._world.admission.refill(gates)
            return True
        if gates and not self._world.admission.admit(instance, gates):
            return False
        task = instance.task
        try:
            kind = self._options.kind_of(task.work.kind)
            rendered = kind.render(task, self.machine.scope(instance))
            named = name_result(instance, rendered, model_name(task, self._world.models))
        except TaskFailure as failure:
            self._ledger.emit(unrunnable(self.machine, instance, failure))
            self._world.admission.leave(gates)
            return True
        reused = self._reuse.find(instance, named, self._ledger.now)
        if reused is not None:
            self._ledger.emit(Event("task_reused", instance.id, reused))
            self._world.admission.leave(gates)
            return True
        self._goals.go_on(instance)
        if planned := self._reuse.sub_plan(instance, named) if instance.attempt == 1 else []:
            self._take_up(instance, planned)
            self._world.admission.leave(gates)
            return True
        data: dict[str, Json] = {"attempt": instance.attempt, "fingerprint": named.fingerprint, "request": rendered}
        if named.model:
            data["model"] = named.model
        self._ledger.emit(Event("task_started", instance.id, data))
        budget = self._budgets.of(instance)
        attempt = Attempt(instance, kind, named, gates, budget, self._world, self._write_now)
        self._active[instance.id] = attempt
        self._to_launch.append(attempt)
        self._world.admission.refill(gates)
        return True

    def _launch(self, attempt: Attempt) -> None:
        attempt.error = self._goals.over(attempt.subject)
        if attempt.error is not None:
            self._ended(attempt)
            return
        coroutine = run_attempt(attempt, self._ended)
        attempt.running = asyncio.Task(coroutine, name=attempt.instance)  # create_task takes longer

    def _ended(self, attempt: Attempt) -> None:
        if not attempt.over:
            attempt.over = True
            self._over.append(attempt)
            self._wake.set()

    # --- ending attempts ------------------------------------------------------------------------------------------

    def _settle(self, attempt: Attempt) -> None:
        """Turns what came of an attempt into its event."""
        del self._active[attempt.instance]
        self._world.admission.leave(attempt.gates)
        usage = attempt.usage
        if attempt.lacking is self._budget:
            self._out_of_budget(attempt, usage)
        elif attempt.error is not None:
            self._failed(attempt, attempt.error, usage)
        elif attempt.outcome is not None:
            self._outcome(attempt, attempt.outcome, usage)

    def _outcome(self, attempt: Attempt, outcome: Outcome, usage: Usage) -> None:
        if isinstance(outcome, Done):
            self._ledger.emit(done_event(attempt, outcome, usage, keep=self._options.keep))
        elif isinstance(outcome, SubPlan):
            self._open(attempt.subject, outcome, usage)
        else:
            self._ledger.emit(question_event(attempt.subject, outcome))
            self._reception.open()

    def _open(self, instance: Instance, opened: SubPlan, usage: Usage) -> None:
        plan = opened.plan
        if opened.text and plan.digest not in self.machine.sub_plans:
            self._ledger.journal.add_plan(plan, opened.text)
            self.machine.sub_plans[plan.digest] = plan
        self._take_up(instance, sub_plan_events(instance, opened, usage))

    def _take_up(self, instance: Instance, planned: Sequence[Event]) -> None:
        """The events of a sub-plan that was made now or before; while somebody reads it, the goal's time stands."""
        for event in planned:
            self._ledger.emit(event)
        if instance.status == "waiting":
            self._goals.stand_still(instance)
            self._reception.open()

    def _goal_over(self, goal: Instance, error: TaskError) -> None:
        """The time of a goal is over: what runs within it is cut off, what waits in it fails, the rest cannot start."""
        for attempt in self._active.values():
            if is_within(attempt.subject, goal):
                attempt.cancel(self._ended, error)
        for event in waiting_failures(self.machine, goal, error):
            self._ledger.emit(event)
            if event.instance in self._timers:
                self._timers.pop(event.instance).cancel()
        self._wake.set()

    def _failed(self, attempt: Attempt, error: TaskError, usage: Usage) -> None:
        event = failure_event(self.machine, attempt, error, usage, self._options.clock.random())
        self._ledger.emit(event)
        if event.type == "attempt_failed":
            self._retry_in(attempt.subject, event.data["retry_in"])

    def _out_of_budget(self, attempt: Attempt, usage: Usage) -> None:
        """The call was not made: the attempt counts as not begun, and the run ends when the others have."""
        data = with_usage({"attempt": attempt.number, "reason": "budget"}, usage)
        self._ledger.emit(Event("task_interrupted", attempt.instance, data))
        self._ending.out_of_budget(attempt.error)

    def _retry_in(self, instance: Instance, delay: float) -> None:
        self._timers[instance.id] = asyncio.get_running_loop().call_later(delay, self._retry_due, instance)

    def _retry_due(self, instance: Instance) -> None:
        del self._timers[instance.id]
        self._unpark(instance)

    def _resume_waits(self) -> None:
        """What was waiting when the run was left: retries for the rest of their delay, goals for their subtasks, what
        asks for an answer."""
        for instance in self.machine.unfinished():
            if instance.status == "waiting":
                self._reception.open()
            if instance.status == "waiting_for_subtasks":
                self._goals.go_on(instance)
            if instance.status == "retrying":
                self._retry_in(instance, instance.wait_left(self._options.clock.now()))

    # --- ending the run -------------------------------------------------------------------------------------------

    def _cancel_running(self) -> None:
        for attempt in self._active.values():
            attempt.cancel(self._ended)
        self._wake.set()

    async def _cancel_all(self) -> None:
        self._cancel_running()
        running = [attempt.running for attempt in self._active.values() if attempt.running is not None]
        await asyncio.gather(*running, return_exceptions=True)

    async def _finish(self) -> RunResult:
        result, last = end_of_run(self.machine, self._ending, self._budget.spent, self._final_before)
        if last is not None:
            self._ledger.emit(last)
        await self._ledger.commit(block=True)
        return result
