"""A recorded run, run again from its journal: real rendering, recorded outcomes, no live call."""

from __future__ import annotations

from dataclasses import dataclass, replace

from planc_runtime.executor.environment import Edit
from planc_runtime.executor.options import Options
from planc_runtime.replay.kinds import RecordedKinds, without_costs
from planc_runtime.replay.runs import RecordedRun
from planc_runtime.store.base import Store
from planc_runtime.store.current import current_plan
from planc_schemas.compiled import CompiledPlan
from planc_schemas.values import Json

from .labels import REPLAY_OF


@dataclass(frozen=True, slots=True)
class Replay:
    """What `execute` needs to run `run_id` again without asking anybody."""

    plan: CompiledPlan
    text: str
    inputs: dict[str, Json]
    options: Options


def replay_of(store: Store, run_id: str, options: Options, edit: Edit | None = None) -> Replay:
    """The replay of a run; `edit` is a plan to try against the recording. Raises StoreError.

    Results of a replay are its own (never reused), and nothing is taken from other runs. Budgets and waiting for
    retries are left out: no call is made that could cost anything.
    """
    events = store.read(run_id, whole=True)
    kept = store.plans(run_id)
    started = [event for event in events if event.instance is None and "inputs" in event.data]
    inputs: dict[str, Json] = started[-1].data["inputs"] if started else {}
    current = current_plan(store, run_id)
    plan, text = (edit.plan, edit.text) if edit is not None else (current.plan, current.text)
    return Replay(
        plan=without_costs(plan),
        text=text,
        inputs=inputs,
        options=replace(
            options,
            kind_of=RecordedKinds(RecordedRun(events), kept),
            keep=False,
            reuse=False,
            limits=None,
            labels={**options.labels, REPLAY_OF: run_id},
        ),
    )
