"""A plan's graph without any format: nodes with a label and a kind, edges that carry data or only order."""

from __future__ import annotations

from dataclasses import dataclass

from planc_compiler.review.structure import describe, stages
from planc_schemas.compiled import CompiledPlan


@dataclass(frozen=True, slots=True)
class Node:
    """`stage` is the 0-based column, `detail` one line such as `tool arxiv_search`."""

    id: str
    kind: str
    detail: str
    stage: int
    many: bool
    conditional: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """`data`: the target reads the source's output; otherwise it only waits for it."""

    source: str
    target: str
    data: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(plan: CompiledPlan) -> Drawing:
    level = {task_id: index for index, stage in enumerate(stages(plan)) for task_id in stage}
    nodes = tuple(
        Node(
            id=task.id,
            kind=task.work.kind,
            detail=describe(task),
            stage=level[task.id],
            many=task.foreach is not None or task.repeat is not None,
            conditional=task.condition is not None,
        )
        for task in plan.tasks
    )
    edges = tuple(
        Edge(source, task.id, source in task.reads or source in task.soft_reads)
        for task in plan.tasks
        for source in task.waits_for
    )
    return Drawing(plan.name, nodes, edges)
