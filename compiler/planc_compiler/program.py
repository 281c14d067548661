"""The plan between the passes: every task with its parsed fields and, as the passes find them, its dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from planc_schemas.compiled import CompiledPlan
from planc_schemas.plan import AnyTask, Plan
from planc_schemas.ports import ToolCatalogue, ToolSpec
from planc_schemas.values import JsonSchema

from .expressions import Code, data_leaves, text_expressions
from .kinds import Type
from .node import Node
from .report import Place, Report


@dataclass(slots=True)
class Slot:
    """A field that may hold expressions. `name` is its path (`prompt`, `foreach.in`); `code` is text or data code."""

    name: str
    form: Literal["text", "data"]
    node: Node
    code: list[Any]

    def leaves(self) -> Iterator[tuple[list[Any], Node]]:
        """Each text or data leaf with expressions, and the scalar it stands in."""
        if self.form == "text":
            yield ["text", self.code], self.node
        else:
            yield from data_leaves(self.code, self.node)

    def expressions(self) -> Iterator[tuple[Code, Node]]:
        """The outermost expressions, and the scalar each stands in."""
        for leaf, node in self.leaves():
            if leaf[0] == "expr":
                yield leaf[1], node
            else:
                for code in text_expressions(leaf[1]):
                    yield code, node


@dataclass(slots=True)
class Imported:
    """A sub-plan that was compiled: its key in the root plan's imports, and the types of what it gives."""

    path: str
    plan: CompiledPlan
    outputs: dict[str, Type]


@dataclass(slots=True)
class Unit:
    """One task. `reads`, `soft_reads` and `needs` map a task's id to the first place that names it."""

    id: str
    task: AnyTask
    key: Node
    node: Node
    slots: dict[str, Slot] = field(default_factory=dict)
    reads: dict[str, Place] = field(default_factory=dict)
    soft_reads: dict[str, Place] = field(default_factory=dict)
    needs: dict[str, Place] = field(default_factory=dict)
    output: JsonSchema | None = None
    """The task's own `output` as a schema (types)."""
    specs: list[ToolSpec] = field(default_factory=list)
    """The tools it names that exist (names)."""
    effects: tuple[str, ...] = ()
    """Rights its tools may use, constant arguments put in (limits)."""
    imported: Imported | None = None
    """What its `plan:` names (imports)."""

    def waits_for(self) -> set[str]:
        return {*self.reads, *self.soft_reads, *self.needs}

    def place(self, field_name: str) -> Place:
        """The value of a field, or the task's name when the field is not written."""
        node = self.node.get(field_name)
        return Place(self.key if node is None else node)


@dataclass(slots=True)
class Program:
    """One plan file on its way through the passes. `broken` are tasks that are written but could not be read."""

    plan: Plan
    root: Node
    report: Report
    tools: ToolCatalogue
    units: dict[str, Unit]
    outputs: dict[str, Slot]
    broken: frozenset[str] = frozenset()
    read_by_outputs: set[str] = field(default_factory=set)
    cyclic: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)
    """Task ids, each behind what it waits for; without cyclic ones."""
    inputs: dict[str, JsonSchema] = field(default_factory=dict)
    output_types: dict[str, Type] = field(default_factory=dict)
    rights: tuple[str, ...] = ()
    definitions: dict[str, str] = field(default_factory=dict)

    def definition(self, spec: ToolSpec) -> str:
        """Digest of a tool's definition, made once for all tasks that use it."""
        if spec.name not in self.definitions:
            self.definitions[spec.name] = spec.definition
        return self.definitions[spec.name]
