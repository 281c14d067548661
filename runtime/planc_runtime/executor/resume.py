"""Going on with a run: after a crash, a stop, a failure, a full budget, an answer, or an edit of its plan.

What is recorded as completed stands. A run in which nothing failed and nothing was edited goes on where it was left;
otherwise a new part begins, in which every earlier result stands that has the same fingerprint, and what failed is
tried again. A task that was running and may not be repeated (`on_interrupt: fail`) fails, now and in every later
part, until it is asked for by name (`fresh`).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

from planc_schemas.collector import paused
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event, RunStatus
from planc_schemas.ports import TaskError
from planc_schemas.values import Json

from ..budget import NOTHING, Budget, add, merged
from ..inputs import complete_inputs
from ..machine import Machine
from ..recover import Recovered, RecoveryError, recover
from ..store.base import Store
from ..store.lease import this_process
from .asked import as_asked, asked_json, limits_json
from .cut_off import cut_off
from .environment import Edit, Environment
from .execute import assemble
from .execution import Execution
from .options import Options, RunResult
from .outcomes import final_failures, run_result
from .simulate import Known, Simulation, simulate
from .starting import Reuse


async def resume(run_id: str, env: Environment, edit: Edit | None = None) -> RunResult:
    """Goes on with a run, by its plan or by an edited one. A run that has succeeded is left alone unless it was edited:
    its result is given again.

    Raises StoreError (RunHeld when another process executes it), RecoveryError when its journal cannot be followed,
    TaskFailure (R001) when its inputs do not fit the edited plan.
    """
    opened = await reopen(run_id, env, edit)
    return opened if isinstance(opened, RunResult) else await opened.run()


async def reopen(run_id: str, env: Environment, edit: Edit | None = None) -> Execution | RunResult:
    """The execution of a run that goes on, its first event durable; its result if there is nothing to do.
    Raises as `resume` does."""
    store, options = env.store, env.options
    journal = store.open(run_id, options.holder or this_process())
    try:
        state = load(run_id, store, options)
        options = as_asked(options, state.asked)
        env = replace(env, options=options)
        change = Change(state, edit.plan if edit else None, options)
        if change.nothing_to_do:
            journal.close()
            return finished_result(state)
        events = cut_off(state, env.tools, options)
        machine = state.machine
        resumed: dict[str, Json] = {"holder": str(options.holder or this_process()), "labels": dict(options.labels)}
        resumed["asked"] = asked_json(options)
        if options.fresh:
            resumed["fresh"] = sorted(options.fresh)
        if change.new_part:
            plan, text = (edit.plan, edit.text) if edit else (state.machine.plan, "")
            if plan.digest not in {kept.digest for kept in store.plans(run_id)}:
                journal.add_plan(plan, text)
            found = examine(state, plan, env)
            machine = _next_part(state, plan, found, options)
            resumed |= {"reused": found.carried, "continued": found.continued, "inputs": machine.frame.inputs}
        resumed["plan_digest"] = machine.plan.digest
        planning = edit.usage if edit else NOTHING
        if planning.calls:
            resumed["usage"] = planning.to_json()
        if edit is not None and edit.record is not None:
            resumed["planning"] = dict(edit.record)
        limits = merged(machine.plan.limits, options.limits)
        resumed["limits"] = limits_json(limits)
        events.append(Event("run_resumed", None, resumed))
    except BaseException:
        journal.close()
        raise
    budget = Budget(limits, add(state.usage, planning), known_usd=state.known_usd + (planning.usd or 0.0))
    execution = assemble(Execution, machine, journal, env, budget, state)
    await execution.begin(events)
    return execution


@dataclass(slots=True)
class Change:
    """What is different from when the run was left. Raises RecoveryError for one whose plan was never complete and
    that is given none."""

    state: Recovered
    plan: CompiledPlan | None
    options: Options

    def __post_init__(self) -> None:
        if self.plan is None and self.state.machine.growing:
            raise RecoveryError(
                "the run ended while its plan was being written, so it has no plan to go on with",
                "run the goal again: what is done is not done again where the new plan has the same task",
                "R004",
            )

    @property
    def edited(self) -> bool:
        if self.plan is None:
            return False
        return self.state.machine.growing or self.plan.digest != self.state.machine.plan.digest

    @property
    def new_part(self) -> bool:
        return self.edited or bool(self.options.fresh) or bool(self.state.machine.failures)

    @property
    def nothing_to_do(self) -> bool:
        return self.state.status == "succeeded" and not self.edited and not self.options.fresh


def load(run_id: str, store: Store, options: Options) -> Recovered:
    """The run's state out of the store. Raises StoreError, RecoveryError."""
    with paused(), closing(store.reader(run_id)) as reader:
        events = reader.walk()
        # Read afterwards: while somebody executes the run, its events may name plans that were not there before.
        plans = {kept.digest: (kept.plan, kept.text) for kept in store.plans(run_id)}
        return recover(run_id, events, plans, options.durations)


def untried(run_id: str, store: Store) -> tuple[str, ...]:
    """The instances of a run that going on tries again only when they are named (`fresh`); as `RunResult.final`.
    Raises StoreError, RecoveryError."""
    state = load(run_id, store, Options())
    return final_failures(state.machine, state.memory.final())


def examine(state: Recovered, plan: CompiledPlan, env: Environment) -> Simulation:
    """Which results stand in the next part of a run, and what will run; the options are as asked before."""
    options = env.options
    inputs = _inputs(state, plan)
    scratch = Machine(plan, inputs, state.machine.run_id, sub_plans=state.machine.sub_plans)
    known = Known(state.memory, {task.id: task for task in state.machine.plan.tasks}, same_run=True)
    reuse = Reuse(scratch, state.memory, env.store.kept() if options.reuse else None, options.fresh, options.once_fresh)
    try:
        return simulate(scratch, reuse, env.models, known, options.fresh, options.clock.now())
    finally:
        reuse.close()


def _next_part(state: Recovered, plan: CompiledPlan, found: Simulation, options: Options) -> Machine:
    return Machine(
        plan,
        _inputs(state, plan),
        state.machine.run_id,
        durations=options.durations,
        carried=state.memory.carry(found.carried, found.continued),
        sub_plans=state.machine.sub_plans,
    )


def _inputs(state: Recovered, plan: CompiledPlan) -> dict[str, Json]:
    """The run's inputs for a perhaps edited plan: those it no longer has are dropped, new ones have defaults."""
    if plan.digest == state.machine.plan.digest:
        return state.inputs
    return complete_inputs(plan, {name: value for name, value in state.inputs.items() if name in plan.inputs})


def finished_result(state: Recovered) -> RunResult:
    """The result of a run whose last part has ended, from its journal."""
    data = state.ended.data if state.ended is not None else {}
    status: RunStatus = state.status or "running"
    error = TaskError.from_json(data["error"]) if "error" in data else None
    return run_result(state.machine, status, data.get("outputs", {}), error, state.usage, data.get("reason", ""))
