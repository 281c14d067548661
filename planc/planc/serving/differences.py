"""The difference of two plans as the shapes that the API and the page use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from planc_compiler.review.changes import Checked, FieldChange, ImportChange, PlanDiff, TaskChange
from planc_compiler.review.words import word_diff
from planc_runtime.server import shapes
from planc_runtime.server.diff_shapes import DiffShape, ImportDiff
from planc_schemas.compiled import CompiledPlan, CompiledTask, PlanWork
from planc_schemas.values import Json

from .pictures import estimate_shape, graph

MAX_WORD_DIFF = 20_000
"""Characters of a text up to which a change is shown word by word."""


def diff_shape(old: Checked, new: Checked, diff: PlanDiff, folder: Path) -> DiffShape:
    """Both plans as one graph: the new plan's tasks and those of its sub-plans, and the removed ones where they stood.
    Sub-plans are named by their path from `folder`."""
    sides = _Sides(old.compiled, new.compiled, diff)
    return DiffShape(
        empty=diff.empty,
        graph=sides.graph(),
        tasks=[task_change(change) for change in diff.tasks],
        envelope=[field_change(change) for change in diff.envelope],
        imports=[_import_shape(change, sides.users(change), folder) for change in diff.imports],
        rights_added=list(diff.rights_added),
        rights_removed=list(diff.rights_removed),
        before=estimate_shape(diff.before),
        after=estimate_shape(diff.after),
        reruns=[{"id": item.id, "reason": item.reason} for item in diff.reruns],
    )


class _Sides:
    """The graphs of two plans laid over each other: which nodes are the same task, and what became of each."""

    def __init__(self, old: CompiledPlan, new: CompiledPlan, diff: PlanDiff) -> None:
        self._old = old
        self._new = new
        self._inner = {(item.previous_path or item.path, item.path): item.tasks for item in diff.imports}
        self._marks: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        """The node that stands for a node of the old graph."""
        self._runs: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        """The nodes that run a sub-plan, by (path before, path now)."""
        self._walk(old, new, diff.tasks, "", "")

    def _walk(
        self, old: CompiledPlan | None, new: CompiledPlan, changes: Iterable[TaskChange], was: str, own: str
    ) -> None:
        """`was` and `own` begin the ids of the old and the new plan's tasks; without `old` all tasks were added."""
        changed = {change.id: change for change in changes if change.change != "removed"}
        previous = {task.id: task for task in old.tasks} if old is not None else {}
        for task in new.tasks:
            node, change = f"{own}{task.id}", changed.get(task.id)
            before = previous.get((change.previous_id if change else None) or task.id)
            if before is not None:
                self._ids[f"{was}{before.id}"] = node
            self._marks[node] = "added" if old is None else change.change if change else "same"
            path = _path(task)
            if path is None:
                continue
            path_before = _path(before)
            self._runs[path_before, path].append(node)
            one, other = self._old.imports[path_before] if path_before else None, self._new.imports[path]
            if one is not None and one.digest != other.digest and self._marks[node] == "same":
                self._marks[node] = "changed"
            inside = self._inner.get((path_before, path), ()) if path_before else ()
            self._walk(one, other, inside, f"{was}{before.id if before else ''}/", f"{node}/")

    def graph(self) -> shapes.Graph:
        drawn, before = graph(self._new), graph(self._old)
        for node in drawn.nodes:
            node.mark = self._marks[node.id]
        for node in before.nodes:
            if node.id not in self._ids:
                parent = self._ids[node.parent] if node.parent else None
                name = f"{parent}{node.id.removeprefix(node.parent)}" if parent and node.parent else node.id
                self._ids[node.id] = name
                drawn.nodes.append(node.model_copy(update={"id": name, "parent": parent, "mark": "removed"}))
        kept = {(self._ids[edge.source], self._ids[edge.target]): edge for edge in before.edges}
        for edge in drawn.edges:
            edge.mark = "same" if kept.pop((edge.source, edge.target), None) else "added"
        for (source, target), edge in kept.items():
            drawn.edges.append(shapes.GraphEdge(source=source, target=target, data=edge.data, mark="removed"))
        return drawn

    def users(self, change: ImportChange) -> list[str]:
        """The nodes that run, or ran, a sub-plan that came, went or changed. After `graph`."""
        if change.change == "removed":
            return [self._ids[node] for path, node in _running(self._old, self._old, "") if path == change.path]
        now = [node for (_, path), nodes in self._runs.items() if path == change.path for node in nodes]
        return self._runs.get((change.previous_path or change.path, change.path), now)


def _path(task: CompiledTask | None) -> str | None:
    return task.work.path if task is not None and isinstance(task.work, PlanWork) else None


def _running(root: CompiledPlan, plan: CompiledPlan, prefix: str) -> Iterator[tuple[str, str]]:
    """(path, node) of the tasks that run a sub-plan."""
    for task in plan.tasks:
        path = _path(task)
        if path is not None:
            yield path, f"{prefix}{task.id}"
            yield from _running(root, root.imports[path], f"{prefix}{task.id}/")


def _import_shape(change: ImportChange, users: list[str], folder: Path) -> ImportDiff:
    data = import_change(change)
    for name in ("path", "previous_path"):
        path = data[name]
        if path is not None and Path(path).is_relative_to(folder):
            data[name] = Path(path).relative_to(folder).as_posix()
    return ImportDiff(**data, run_by=users)


def import_change(change: ImportChange) -> dict[str, Json]:
    return {
        "path": change.path,
        "previous_path": change.previous_path,
        "change": change.change,
        "tasks": [task_change(inner) for inner in change.tasks],
        "envelope": [field_change(inner) for inner in change.envelope],
    }


def task_change(change: TaskChange) -> dict[str, Json]:
    return {
        "id": change.id,
        "kind": change.kind,
        "change": change.change,
        "previous_id": change.previous_id,
        "fields": [field_change(field) for field in change.fields],
        "reads_before": list(change.reads_before),
        "reads_after": list(change.reads_after),
    }


def field_change(change: FieldChange) -> dict[str, Json]:
    """`pieces` are [kind, text] pairs, for texts that are short enough to compare word by word."""
    data: dict[str, Json] = {"path": change.path, "before": change.before, "after": change.after}
    before, after = change.before, change.after
    if isinstance(before, str) and isinstance(after, str) and len(before) + len(after) <= MAX_WORD_DIFF:
        data["pieces"] = [[piece.kind, piece.text] for piece in word_diff(before, after)]
    return data
