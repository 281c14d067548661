"""The language's rules about skipping, looping and failing: pure functions of a node or an instance."""

from __future__ import annotations

from typing import Final

from planc_schemas.compiled import CompiledTask, PlanWork
from planc_schemas.diagnostics import NOWHERE, Span
from planc_schemas.events import Event
from planc_schemas.expressions import Data
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import MAX_FOREACH_ITEMS, Json

from ..evaluate import Scope, build, evaluate, text_of
from .state import Frame, Instance, Node

SETTLED: Final = frozenset({"succeeded", "failed", "skipped"})
REFUSED: Final = TaskError(
    "denied",
    "a person did not approve the plan that was made for it",
    "R312",
    "resume the run to be asked about this plan again, with --fresh TASK to have another one made",
)


def skip_reason(node: Node) -> str | None:
    """Why the task must be skipped, judging by what it waits for; None when it may go on.

    Data of a skipped or failed task, or order after a failed one, skips it; `run: always` and soft reads do not.
    """
    task = node.task
    if task.run_always:
        return None
    by_id = node.frame.by_id
    for upstream in task.reads:
        status = by_id[upstream].status
        if status != "succeeded":
            return f"{status}: reads {upstream}"
    for upstream in task.needs:
        if by_id[upstream].status == "failed":
            return f"failed: needs {upstream}"
    return None


def holds(condition: Data, scope: Scope) -> bool:
    """The value of `if`. Raises TaskFailure when it is no boolean."""
    value = build(condition, scope, "if")
    if not isinstance(value, bool):
        message = f"in `if`: the condition is {text_of(value)[:60]}, not true or false"
        raise TaskFailure(TaskError("expression", message, "R102", "compare it with something, or use a test"))
    return value


def foreach_items(node: Node, scope: Scope) -> list[Json]:
    """The items of a foreach. Raises TaskFailure when there is no list, or one that is too long."""
    assert node.task.foreach is not None
    items = build(node.task.foreach.items, scope, "foreach.in")
    if not isinstance(items, list):
        message = f"in `foreach.in`: {text_of(items)[:60]} is not a list"
        raise TaskFailure(TaskError("expression", message, "R105", "a foreach goes over the items of a list"))
    if len(items) > MAX_FOREACH_ITEMS:
        message = f"in `foreach.in`: the list has {len(items)} items; at most {MAX_FOREACH_ITEMS} can be worked on"
        raise TaskFailure(TaskError("expression", message, "R105", "filter the list, or split the plan"))
    return items


def variables(instance: Instance) -> dict[str, Json]:
    """The foreach item or the repeat's `previous`, and `loop`."""
    node, index = instance.node, instance.index
    if index is None:
        return {}
    loop: dict[str, Json] = {"index0": index, "index": index + 1, "first": index == 0}
    if node.items is not None:
        assert node.task.foreach is not None
        count = len(node.items)
        loop |= {"last": index == count - 1, "length": count, "revindex": count - index, "revindex0": count - index - 1}
        return {node.task.foreach.name: node.items[index], "loop": loop}
    return {"previous": node.instances[index - 1].output if index else None, "loop": loop}


def satisfied(instance: Instance, scope: Scope) -> bool:
    """The value of `repeat.until` after an iteration. Raises TaskFailure when it is no boolean."""
    assert instance.task.repeat is not None
    scope.variables["output"] = instance.output
    value = evaluate(instance.task.repeat.until, scope, "repeat.until")
    if not isinstance(value, bool):
        message = f"in `repeat.until`: the condition is {text_of(value)[:60]}, not true or false"
        raise TaskFailure(TaskError("expression", message, "R102", "compare it with something, or use a test"))
    return value


def last_failure(task: CompiledTask, id: str, error: TaskError, scope: Scope, data: dict[str, Json]) -> Event:
    """The event of an attempt that no other follows, as `on_error` wants it.

    fail: task_failed. skip: task_skipped. value: task_finished with the value (never kept for other runs). `data`
    is what the event carries anyway: "attempt", "fingerprint", "usage".
    """
    rule = task.on_error
    if rule.then == "skip":
        return Event("task_skipped", id, {**data, "reason": "on_error", "error": error.to_json()})
    if rule.then == "value" and rule.value is not None:
        try:
            output = build(rule.value, scope, "on_error.value")
            return Event("task_finished", id, {**data, "output": output, "cache": False, "error": error.to_json()})
        except TaskFailure as failure:
            message = f"{error.message}; and then {failure.error.message}"
            error = TaskError(error.kind, message, error.code, failure.error.help)
    return Event("task_failed", id, {**data, "error": error.to_json()})


def error_entry(error: TaskError, index: int | None) -> Json:
    """An entry of `tasks.<id>.errors`."""
    return {"index": index, "kind": error.kind, "message": error.message}


def plan_outputs(frame: Frame, scope: Scope) -> tuple[dict[str, Json], TaskError | None]:
    """The plan's outputs, and the first failure among them.

    An output is null when it cannot be evaluated because a task of the plan has no result.
    """
    outputs: dict[str, Json] = {}
    error = None
    incomplete = any(node.status != "succeeded" for node in frame.nodes)
    for name, code in frame.plan.outputs.items():
        try:
            outputs[name] = build(code, scope, f"outputs.{name}")
        except TaskFailure as failure:
            outputs[name] = None
            if not incomplete:
                error = error or failure.error
    return outputs, error


def frame_failure(frame: Frame) -> TaskError | None:
    """Why a plan failed: its first failed task in file order, or None."""
    failed = [node for node in frame.nodes if node.status == "failed"]
    if not failed:
        return None
    first = failed[0]
    entry: Json = first.errors[0] if first.errors else {"kind": "internal", "message": "it failed"}
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return TaskError(entry["kind"], f"task `{first.id}` failed: {entry['message']}{more}", "R206")


def span_of(task: CompiledTask, error: TaskError) -> Span:
    """Where to point for an error: the field that the message names, else the task."""
    if error.message.startswith("in `"):
        field = error.message[4:].split("`", 1)[0]
        while field:
            if field in task.slots:
                return task.slots[field]
            field = field.rpartition(".")[0]
    return task.span or NOWHERE


def sub_plan_key(task: CompiledTask) -> str | None:
    """Key in `imports` of the plan that a `plan` task runs, None for other kinds."""
    return task.work.path if isinstance(task.work, PlanWork) else None
