"""What the agents of a run may remember and recall, as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from planc_runtime.executor.memory import scope_of
from planc_runtime.store.base import Store
from planc_runtime.store.current import current_plan, plans_of_goals
from planc_schemas.compiled import AgentWork, CompiledPlan, GoalWork, PlanWork

from . import shapes

SHOWN = 100
"""Entries of a memory that are shown."""
OF_THE_RUN = "run"
_NUMBER = re.compile(r"\[\d+\](?=$|/)")


def memories(store: Store, run_id: str) -> shapes.RunMemory:
    """Every memory that a task of the run declares, tasks of its sub-plans included. Raises StoreError."""
    root = current_plan(store, run_id).plan
    made: dict[str, list[CompiledPlan]] = {}
    for instance, kept in plans_of_goals(store, run_id).items():
        made.setdefault(_NUMBER.sub("", instance), []).append(kept.plan)
    tasks: dict[str, dict[str, None]] = {}
    for name, task in _declared(root, "", root, made):
        tasks.setdefault(name, {})[task] = None
    return shapes.RunMemory(memories=[_memory(store, run_id, name, list(users)) for name, users in tasks.items()])


def _memory(store: Store, run_id: str, name: str, tasks: list[str]) -> shapes.MemoryShape:
    notes = store.notes(run_id if name == OF_THE_RUN else "")
    scope = "" if name == OF_THE_RUN else name
    entries = next((found.entries for found in notes.scopes() if found.scope == scope), 0)
    shown = [
        shapes.NoteShape(text=note.text, at=note.at, run_id=note.run_id, instance=note.instance)
        for note in notes.find(scope, "", SHOWN)
    ]
    return shapes.MemoryShape(scope=name, tasks=tasks, entries=entries, notes=shown)


def _declared(
    plan: CompiledPlan, prefix: str, root: CompiledPlan, made: Mapping[str, Sequence[CompiledPlan]]
) -> Iterator[tuple[str, str]]:
    """Scope and task (`parts/write`, without the numbers of a foreach), for each agent with a memory."""
    for task in plan.tasks:
        own, work = f"{prefix}{task.id}", task.work
        if isinstance(work, AgentWork) and work.memory is not None:
            yield scope_of(work.memory, plan.name) or OF_THE_RUN, own
        elif isinstance(work, PlanWork) and work.path in root.imports:
            yield from _declared(root.imports[work.path], f"{own}/", root, made)
        elif isinstance(work, GoalWork):
            for each in made.get(own, ()):
                yield from _declared(each, f"{own}/", root, made)
