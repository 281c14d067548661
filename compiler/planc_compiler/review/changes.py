"""The semantic diff of two plans: what changed in meaning, what it costs, and which tasks would run again.

Formatting, comments and the order of tasks are no change. A task that only got another id is a rename, not a removal
and an addition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from planc_schemas.compiled import CompiledPlan, CompiledTask, PlanWork
from planc_schemas.plan import Plan
from planc_schemas.values import Json

from .estimate import Estimate
from .renames import renames
from .structure import order

_MADE_OF_OTHERS = ("value", "plan")
"""Kinds that keep no result of their own because they are made of others' results."""

Change: TypeAlias = Literal["added", "removed", "renamed", "changed"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan as written and as compiled; `imports` are its sub-plans as written, by their paths."""

    plan: Plan
    compiled: CompiledPlan
    imports: Mapping[str, Plan] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`before` or `after` is None when the field was not there. `path` such as `prompt` or `limits.usd`."""

    path: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class TaskChange:
    """`fields` of an added task are all it has. `reads_before` and `reads_after` are what it waits for, both by the
    ids of the new plan."""

    id: str
    kind: str
    change: Change
    previous_id: str | None = None
    fields: tuple[FieldChange, ...] = ()
    reads_before: tuple[str, ...] = ()
    reads_after: tuple[str, ...] = ()

    @property
    def rewired(self) -> bool:
        return self.reads_before != self.reads_after


@dataclass(frozen=True, slots=True)
class Rerun:
    """A task that a run of the new plan could not take from a run of the old one, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportChange:
    """A sub-plan that came, went or changed; of a changed one, what changed in it. `previous_path` is given where the
    task that runs it ran another file before. A changed one without `tasks` and `envelope` runs a changed one."""

    path: str
    change: Literal["added", "removed", "changed"]
    tasks: tuple[TaskChange, ...] = ()
    envelope: tuple[FieldChange, ...] = ()
    previous_path: str | None = None


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """`envelope` are changes outside the tasks, `imports` those of sub-plans; `before` and `after` are estimates."""

    tasks: tuple[TaskChange, ...]
    envelope: tuple[FieldChange, ...]
    imports: tuple[ImportChange, ...]
    rights_added: tuple[str, ...]
    rights_removed: tuple[str, ...]
    reruns: tuple[Rerun, ...]
    before: Estimate
    after: Estimate

    @property
    def empty(self) -> bool:
        return not (self.tasks or self.envelope or self.imports or self.rights_added or self.rights_removed)


def compare(old: Checked, new: Checked, before: Estimate, after: Estimate) -> PlanDiff:
    """What `new` changes against `old`; the estimates are those of the two plans."""
    renamed = renames(old.plan, new.plan)
    old_rights, new_rights = set(old.compiled.rights), set(new.compiled.rights)
    return PlanDiff(
        tasks=_tasks(old.plan, old.compiled, new.plan, new.compiled, renamed),
        envelope=_envelope(old.plan, new.plan),
        imports=tuple(_imports(old, new, renamed)),
        rights_added=tuple(sorted(new_rights - old_rights)),
        rights_removed=tuple(sorted(old_rights - new_rights)),
        reruns=reruns(old.compiled, new.compiled, renamed),
        before=before,
        after=after,
    )


def _tasks(
    old: Plan, old_compiled: CompiledPlan, new: Plan, new_compiled: CompiledPlan, renamed: Mapping[str, str]
) -> tuple[TaskChange, ...]:
    """The tasks that differ: those of the new plan in its order, then the removed ones. `renamed`: new id → old id."""
    old_tasks = {task.id: task for task in old_compiled.tasks}
    now_called = {before: after for after, before in renamed.items()}
    changes: list[TaskChange] = []
    for task in new_compiled.tasks:
        previous = old_tasks.get(renamed.get(task.id, task.id))
        if previous is None:
            fields = tuple(_field_changes({}, _fields(new, task.id), ""))
            changes.append(TaskChange(task.id, task.work.kind, "added", fields=fields, reads_after=task.waits_for))
            continue
        change = _compare_task(old, new, previous, task, now_called)
        if change is not None:
            changes.append(change)
    for task_id in sorted(set(old_tasks) - {renamed.get(task.id, task.id) for task in new_compiled.tasks}):
        gone = old_tasks[task_id]
        changes.append(TaskChange(task_id, gone.work.kind, "removed", reads_before=gone.waits_for))
    return tuple(changes)


def _imports(old: Checked, new: Checked, renamed: Mapping[str, str]) -> Iterator[ImportChange]:
    """The sub-plans that differ, by path. What a task ran before is compared with what it runs now, also when that is
    another file: two folders with a plan each are compared so."""
    before, after = old.compiled.imports, new.compiled.imports
    pairs = _pairs(old, new, renamed)
    paired_before, paired_after = {one for one, _ in pairs}, {other for _, other in pairs}
    pairs |= {(path, path) for path in before if path in after and path not in paired_after}
    for path in sorted({*before, *after}):
        if path not in before and path not in paired_after:
            yield ImportChange(path, "added")
        elif path not in after and path not in paired_before:
            yield ImportChange(path, "removed")
        for was in sorted(one for one, other in pairs if other == path):
            if before[was].digest != after[path].digest:
                one, other = old.imports[was], new.imports[path]
                tasks = _tasks(one, before[was], other, after[path], renames(one, other))
                yield ImportChange(path, "changed", tasks, _envelope(one, other), was if was != path else None)


def _pairs(old: Checked, new: Checked, renamed: Mapping[str, str]) -> set[tuple[str, str]]:
    """(path before, path now) of the sub-plans of every task that ran one before and runs one now."""
    found: set[tuple[str, str]] = set()
    left = [(old.compiled, new.compiled, renamed)]
    while left:
        before, after, names = left.pop()
        previous = {task.id: task.work for task in before.tasks}
        for task in after.tasks:
            was, now = previous.get(names.get(task.id, task.id)), task.work
            if isinstance(was, PlanWork) and isinstance(now, PlanWork) and (was.path, now.path) not in found:
                found.add((was.path, now.path))
                one, other = old.imports[was.path], new.imports[now.path]
                left.append((old.compiled.imports[was.path], new.compiled.imports[now.path], renames(one, other)))
    return found


def reruns(old: CompiledPlan, new: CompiledPlan, renamed: Mapping[str, str] | None = None) -> tuple[Rerun, ...]:
    """Tasks of `new` whose result a finished run of `old` with the same inputs cannot give, in graph order.

    `renamed` is new id → old id: a task that only got another name keeps its result.
    """
    old_tasks = {task.id: task for task in old.tasks}
    changed_inputs = {
        name
        for name in {*old.inputs, *new.inputs}
        if old.inputs.get(name, {}).get("default") != new.inputs.get(name, {}).get("default")
    }
    again: dict[str, str] = {}
    tasks = {task.id: task for task in new.tasks}
    for task_id in order(new):
        task = tasks[task_id]
        previous = old_tasks.get((renamed or {}).get(task_id, task_id))
        upstream = [name for name in (*task.reads, *task.soft_reads) if name in again]
        if previous is None:
            again[task_id] = "new"
        elif previous.meaning != task.meaning:
            again[task_id] = "changed"
        elif upstream:
            again[task_id] = f"reads {', '.join(upstream)}"
        elif changed_inputs and changed_inputs & _inputs_read(task):
            again[task_id] = f"input {', '.join(sorted(changed_inputs & _inputs_read(task)))} changed"
        elif not task.cache and task.work.kind not in _MADE_OF_OTHERS:
            again[task_id] = "cache: false"
    return tuple(Rerun(task_id, reason) for task_id, reason in again.items())


def _inputs_read(task: CompiledTask) -> set[str]:
    found: set[str] = set()
    work = task.work
    stack: list[Any] = [task.condition, task.foreach.items if task.foreach else None]
    stack += [
        getattr(work, name)
        for name in ("prompt", "system", "arguments", "value", "goal", "text")
        if hasattr(work, name)
    ]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            if len(item) == 3 and item[0] == "get" and item[1] == ["inputs"]:
                found.add(item[2])
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
    return found


def _compare_task(
    old: Plan, new: Plan, previous: CompiledTask, task: CompiledTask, now_called: Mapping[str, str]
) -> TaskChange | None:
    """What changed in a task, None for nothing. `now_called`: old id → new id of renamed tasks."""
    fields = tuple(_field_changes(_fields(old, previous.id), _fields(new, task.id), ""))
    reads_before = tuple(sorted(now_called.get(name, name) for name in previous.waits_for))
    renamed = previous.id != task.id
    if not renamed and not fields and reads_before == task.waits_for:
        return None
    return TaskChange(
        id=task.id,
        kind=task.work.kind,
        change="renamed" if renamed else "changed",
        previous_id=previous.id if renamed else None,
        fields=fields,
        reads_before=reads_before,
        reads_after=task.waits_for,
    )


def _fields(plan: Plan, task_id: str) -> dict[str, Json]:
    """A task's fields as written, what it is before how it is run."""
    task = plan.tasks[task_id]
    fields: dict[str, Json] = task.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {task.kind: fields.pop(task.kind), **fields}


def _field_changes(old: dict[str, Json], new: dict[str, Json], prefix: str) -> list[FieldChange]:
    """Changed leaves of two objects, nested objects by their path, in the order of the new one."""
    changes: list[FieldChange] = []
    for key in [*new, *(key for key in old if key not in new)]:
        before, after = old.get(key), new.get(key)
        if before == after and (key in old) == (key in new):
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            changes.extend(_field_changes(before, after, f"{prefix}{key}."))
        else:
            changes.append(FieldChange(f"{prefix}{key}", before, after))
    return changes


def _envelope(old: Plan, new: Plan) -> tuple[FieldChange, ...]:
    dump_old = old.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"tasks"})
    dump_new = new.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"tasks"})
    return tuple(_field_changes(dump_old, dump_new, ""))
