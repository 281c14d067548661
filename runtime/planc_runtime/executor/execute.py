"""The ways into the executor: a new run, and (see `resume`) an old one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import TypeVar

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.values import Json

from ..budget import NOTHING, Budget, merged
from ..inputs import complete_inputs
from ..machine import VERSION, Machine
from ..recover import Recovered
from ..store.base import Journal
from ..store.lease import this_process
from ..store.runid import new_run_id
from .admission import Admission
from .asked import asked_json, limits_json
from .calls import World
from .environment import Environment
from .execution import Execution
from .ledger import Ledger
from .options import RunResult
from .starting import Reuse


async def execute(
    plan: CompiledPlan, inputs: Mapping[str, Json], env: Environment, *, text: str = "", run_id: str | None = None
) -> RunResult:
    """Runs a plan to its end. `text` is the plan file's text, kept beside the run.

    Raises TaskFailure (R001) for inputs that do not fit, before anything is written, and StoreError.
    """
    execution = await begin(plan, inputs, env, text=text, run_id=run_id)
    return await execution.run()


Kind = TypeVar("Kind", bound=Execution)
"""What a run is executed by."""


async def begin(
    plan: CompiledPlan, inputs: Mapping[str, Json], env: Environment, *, text: str = "", run_id: str | None = None
) -> Execution:
    """A new run whose first event is durable; `await execution.run()` executes it. Raises as `execute` does."""
    return await begin_as(Execution, plan, inputs, env, text=text, run_id=run_id)


async def begin_as(
    kind: type[Kind],
    plan: CompiledPlan,
    inputs: Mapping[str, Json],
    env: Environment,
    *,
    text: str,
    run_id: str | None,
    growing: bool = False,
) -> Kind:
    """As `begin`; `growing`: the plan is not complete yet (see `growing`)."""
    complete, options = complete_inputs(plan, inputs), env.options
    if run_id is None:
        run_id = new_run_id(int(options.clock.now() * 1000), os.urandom(10))
    machine = Machine(plan, complete, run_id, durations=options.durations, growing=growing)
    limits = merged(plan.limits, options.limits)
    journal = env.store.create(run_id, plan, text, options.holder or this_process())
    execution = assemble(kind, machine, journal, env, Budget(limits, NOTHING))
    started: dict[str, Json] = {
        "plan_digest": plan.digest,
        "inputs": complete,
        "limits": limits_json(limits),
        "asked": asked_json(options),
        "rights": options.grants.describe(),
        "labels": dict(options.labels),
        "machine": VERSION,
    }
    if growing:
        started["growing"] = True
    await execution.begin([Event("run_started", None, started)])
    return execution


def assemble(
    kind: type[Kind],
    machine: Machine,
    journal: Journal,
    env: Environment,
    budget: Budget,
    before: Recovered | None = None,
) -> Kind:
    """The parts of an execution, put together; `before` are the earlier parts of the run."""
    options, store = env.options, env.store
    ledger = Ledger(machine, journal, options.clock, options.secrets.masker, options.on_events)
    admission = Admission(budget.limits, options.shared)
    world = World(machine.run_id, env.models, env.tools, options, admission, asyncio.Event(), store.notes)
    memory = before.memory if before is not None else None
    reuse = Reuse(machine, memory, store.kept() if options.reuse else None, options.fresh, options.once_fresh)
    return kind(machine, ledger, world, budget, reuse, before, store.mailbox(machine.run_id))
