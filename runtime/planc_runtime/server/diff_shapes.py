"""What the API is asked and answers about two plans side by side."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .shapes import AnyPlan, EstimateShape, Graph, Shape


class DiffRequest(Shape):
    before: AnyPlan
    after: AnyPlan


class ImportDiff(Shape):
    """A sub-plan that came, went or changed, and of a changed one what changed in it: its own tasks and what stands
    around them. Without both it runs a changed one."""

    path: str
    previous_path: str | None = Field(description="the file that was run in its place before, if it was another")
    change: Literal["added", "removed", "changed"]
    run_by: list[str] = Field(description="the tasks that run it, as the graph names them")
    tasks: list[dict[str, Any]]
    envelope: list[dict[str, Any]]


class DiffShape(Shape):
    empty: bool
    graph: Graph
    tasks: list[dict[str, Any]]
    envelope: list[dict[str, Any]]
    imports: list[ImportDiff]
    rights_added: list[str]
    rights_removed: list[str]
    before: EstimateShape
    after: EstimateShape
    reruns: list[dict[str, str]]
