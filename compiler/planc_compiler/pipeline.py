"""Text → checked plan: the passes in their order, sub-plans included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planc_schemas.collector import paused
from planc_schemas.compiled import CompiledPlan
from planc_schemas.diagnostics import Diagnostic, has_errors
from planc_schemas.plan import Plan
from planc_schemas.ports import ToolCatalogue

from .fields import read_fields
from .graph import check_graph
from .imports import Branch, Imports, Loaded, LoadFile, check_imports
from .limits import check_limits
from .lower import lower
from .names import check_names
from .program import Program
from .report import Report
from .shape import parse
from .source import read
from .types import check_types


@dataclass(frozen=True, slots=True)
class Compilation:
    """What became of a plan file.

    `plan` is None exactly when `diagnostics` holds an error; `model` is the plan as written, as far as it could be
    read. `diagnostics` are sorted by file, place and code, those of imported plans among them. `texts` are the files
    of `plan:` tasks, by the paths that `plan.imports` has them under.
    """

    plan: CompiledPlan | None
    model: Plan | None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    texts: Mapping[str, str | bytes] = field(default_factory=dict)

    def imports(self) -> dict[str, Plan]:
        """The plans of `plan:` tasks as they are written. Read again here: few ask, and they take five times as much
        memory as what they were compiled to."""
        shaped = {path: parse(read(text, path)).plan for path, text in self.texts.items()}
        return {path: plan for path, plan in shaped.items() if plan is not None}


def compile_plan(text: str | bytes, file: str, tools: ToolCatalogue, *, load: LoadFile | None = None) -> Compilation:
    """Checks a plan file and compiles it. Never raises for anything in the text, and runs nothing of it.

    `file` is its name in diagnostics, and what `plan:` paths are relative to; `tools` are those that it may name.
    `load` gives the text of an imported plan by its path, or None; without it, plans with `plan:` tasks are refused.
    """

    def compile_import(data: str | bytes, path: str, branch: Branch) -> tuple[Loaded, list[Diagnostic]]:
        _, program, found = _check(data, path, tools, branch)
        if program is None or has_errors(found):
            return Loaded(None), found
        return Loaded(lower(program, {}), data, program.output_types), found

    with paused():
        imports = Imports(load, compile_import)
        model, program, diagnostics = _check(text, file, tools, imports.root(file))
        diagnostics = sorted(diagnostics + imports.diagnostics, key=Diagnostic.sort_key)
        if program is None or has_errors(diagnostics):
            return Compilation(None, model, diagnostics)
        return Compilation(lower(program, imports.plans()), model, diagnostics, imports.texts())


def _check(
    text: str | bytes, file: str, tools: ToolCatalogue, branch: Branch
) -> tuple[Plan | None, Program | None, list[Diagnostic]]:
    """All passes but the last over one file; each goes as far as what the earlier ones found allows."""
    shaped = parse(read(text, file))
    if shaped.plan is None or shaped.source.root is None:
        return shaped.plan, None, shaped.diagnostics
    report = Report(shaped.source, shaped.diagnostics)
    program = read_fields(shaped.plan, shaped.source.root, report, tools, shaped.broken)
    check_names(program)
    check_graph(program)
    check_imports(program, branch)
    check_types(program)
    check_limits(program)
    return shaped.plan, program, report.diagnostics
