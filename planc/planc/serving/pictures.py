"""Plans and estimates as the shapes that the API and the page use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import TypeAlias

from planc_compiler.render.drawing import draw
from planc_compiler.review.estimate import Estimate, Range
from planc_compiler.review.structure import import_path
from planc_runtime.server import shapes
from planc_runtime.store.base import Store
from planc_runtime.store.current import plans_of_goals
from planc_schemas.compiled import CompiledPlan, CompiledTask, GoalWork, PlanWork
from planc_schemas.diagnostics import NOWHERE

GoalPlans: TypeAlias = Mapping[str, Sequence[CompiledPlan]]
"""Plans made while a run went on, by the task (`research`, `research/dig`); several for a goal in a foreach."""
_NUMBER = re.compile(r"\[\d+\](?=$|/)")


def graph(plan: CompiledPlan, goals: GoalPlans = MappingProxyType({})) -> shapes.Graph:
    """The graph of a plan with the tasks of its sub-plans as children (`parent`), ids as instances are named, without
    the numbers of a foreach."""
    drawn = _Drawn(plan, goals)
    drawn.add(plan, "", None, 0)
    return shapes.Graph(nodes=list(drawn.nodes.values()), edges=list(drawn.edges.values()))


def goal_plans(store: Store, run_id: str) -> GoalPlans:
    """The plans that were made for the goals of a run. Raises StoreError."""
    plans: dict[str, list[CompiledPlan]] = {}
    for instance, kept in plans_of_goals(store, run_id).items():
        plans.setdefault(_NUMBER.sub("", instance), []).append(kept.plan)
    return plans


class _Drawn:
    """Nodes and edges by what tells them apart: the sub-plans of a foreach's instances lie over each other."""

    def __init__(self, root: CompiledPlan, goals: GoalPlans) -> None:
        self._root = root
        self._goals = goals
        self.nodes: dict[str, shapes.GraphNode] = {}
        self.edges: dict[tuple[str, str], shapes.GraphEdge] = {}

    def add(self, plan: CompiledPlan, prefix: str, parent: str | None, first_stage: int) -> None:
        drawing = draw(plan)
        tasks = {task.id: task for task in plan.tasks}
        for node in drawing.nodes:
            task, own, stage = tasks[node.id], f"{prefix}{node.id}", first_stage + node.stage
            drawn = shapes.GraphNode(
                id=own,
                kind=node.kind,
                detail=self._detail(task, node.detail),
                stage=stage,
                many=node.many,
                collects=task.collects,
                conditional=node.conditional,
                reads=[f"{prefix}{name}" for name in task.waits_for],
                lines=_lines(task),
                parent=parent,
            )
            self.nodes.setdefault(own, drawn)
            for child in self._children(task, own):
                self.add(child, f"{own}/", own, stage)
        for edge in drawing.edges:
            ends = (f"{prefix}{edge.source}", f"{prefix}{edge.target}")
            self.edges.setdefault(ends, shapes.GraphEdge(source=ends[0], target=ends[1], data=edge.data))

    def _detail(self, task: CompiledTask, words: str) -> str:
        """A sub-plan by its path from the plan's folder, as it is written: the folders of this machine are nobody's
        business."""
        if not isinstance(task.work, PlanWork):
            return words
        return words.replace(task.work.path, import_path(self._root, task.work.path), 1)

    def _children(self, task: CompiledTask, own: str) -> Sequence[CompiledPlan]:
        if isinstance(task.work, GoalWork):
            return self._goals.get(own, ())
        if isinstance(task.work, PlanWork) and task.work.path in self._root.imports:
            return (self._root.imports[task.work.path],)
        return ()


def _lines(task: CompiledTask) -> tuple[int, int] | None:
    """First and last line of a task: from its id to the end of its last field."""
    if task.span == NOWHERE:
        return None
    return (task.span.line, max(span.end_line for span in (task.span, *task.slots.values())))


def run_graph(plan: CompiledPlan, text: str, goals: GoalPlans) -> shapes.RunGraph:
    """The graph of a run. Of the file only its name is told: a report is mailed, and folders are nobody's business."""
    drawn = graph(plan, goals)
    return shapes.RunGraph(
        name=plan.name, file=PurePath(plan.file).name, text=text, nodes=drawn.nodes, edges=drawn.edges
    )


def estimate_shape(value: Estimate) -> shapes.EstimateShape:
    return shapes.EstimateShape(
        calls=_pair(value.calls),
        most_calls=value.most_calls,
        tokens=_pair(value.tokens),
        usd=_pair(value.usd) if value.usd is not None else None,
        seconds=_pair(value.seconds),
        critical_path=list(value.critical_path),
    )


def _pair(value: Range) -> tuple[float, float]:
    return (value.low, value.high)
