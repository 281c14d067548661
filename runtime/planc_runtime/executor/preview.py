"""What `execute` or `resume` would reuse and run, and why: the list that is shown before anything is spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planc_schemas.compiled import CompiledPlan
from planc_schemas.values import Json

from ..inputs import complete_inputs
from ..machine import Machine
from ..recover import Memory, RecoveryError
from ..store.base import RunFilter, Store
from ..store.errors import StoreError
from .asked import as_asked
from .cut_off import cut_off
from .environment import Edit, Environment
from .options import Options
from .resume import Change, examine, load
from .simulate import Known, Step, simulate
from .starting import Reuse

_PREVIEW = "preview"
"""Stands for the id of a run that does not exist yet."""


def preview(plan: CompiledPlan, inputs: Mapping[str, Json], env: Environment) -> list[Step]:
    """What a new run of this plan would do. Reasons are told by comparing with the last run of the plan's name.

    Raises TaskFailure (R001) for inputs that do not fit, and StoreError.
    """
    options = env.options
    machine = Machine(plan, complete_inputs(plan, inputs), _PREVIEW)
    reuse = Reuse(machine, None, env.store.kept() if options.reuse else None, options.fresh)
    try:
        known = _last_run(plan, env.store, options) if options.reuse else Known(Memory(), {}, same_run=False)
        return simulate(machine, reuse, env.models, known, options.fresh, options.clock.now()).steps
    finally:
        reuse.close()


def preview_resume(run_id: str, env: Environment, edit: Edit | None = None) -> list[Step]:
    """What resuming a run would do, by its plan or by an edited one; empty when there is nothing to do. Only reads.

    Raises StoreError, RecoveryError, and TaskFailure (R001) as `resume` does.
    """
    state = load(run_id, env.store, env.options)
    options = as_asked(env.options, state.asked)
    plan = edit.plan if edit is not None else None
    if Change(state, plan, options).nothing_to_do:
        return []
    cut_off(state, env.tools, options)  # what may not be repeated has failed
    return examine(state, plan or state.machine.plan, replace(env, options=options)).steps


def _last_run(plan: CompiledPlan, store: Store, options: Options) -> Known:
    """The newest run of a plan of this name; nothing when there is none, or its journal cannot be followed."""
    try:
        runs = store.runs(RunFilter(name=plan.name, limit=1))
        if not runs:
            return Known(Memory(), {}, same_run=False)
        state = load(runs[0].run_id, store, options)
    except (RecoveryError, StoreError):
        return Known(Memory(), {}, same_run=False)
    return Known(state.memory, {task.id: task for task in state.machine.plan.tasks}, same_run=False)
