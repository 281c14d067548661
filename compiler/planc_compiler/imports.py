"""Sub-plans: `plan:` tasks lead to other files, each compiled once; cycles between files and depth are bounded."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from planc_schemas.compiled import CompiledPlan
from planc_schemas.diagnostics import Diagnostic
from planc_schemas.plan import PlanTask
from planc_schemas.values import MAX_IMPORT_DEPTH

from .kinds import Type
from .program import Imported, Program, Unit
from .report import Place

LoadFile: TypeAlias = Callable[[str], str | bytes | None]
"""Path of a plan file → its text, or None if there is none (or it lies outside the project's folder)."""


@dataclass(slots=True)
class Loaded:
    """A file that was compiled for an importer. `plan` is None when it has errors; `text` is the plan as written."""

    plan: CompiledPlan | None
    text: str | bytes = ""
    outputs: dict[str, Type] = field(default_factory=dict)


CompileFile: TypeAlias = Callable[[str | bytes, str, "Branch"], tuple[Loaded, list[Diagnostic]]]


@dataclass(frozen=True, slots=True)
class Branch:
    """The way from the root plan to the file that is being compiled."""

    imports: Imports
    paths: tuple[str, ...]


class Imports:
    """All files that one root plan leads to."""

    def __init__(self, load: LoadFile | None, compile_file: CompileFile) -> None:
        self._load = load
        self._compile = compile_file
        self._loaded: dict[str, Loaded] = {}
        self.diagnostics: list[Diagnostic] = []

    def root(self, file: str) -> Branch:
        return Branch(self, (posixpath.normpath(file),))

    def plans(self) -> dict[str, CompiledPlan]:
        """The sub-plans by their path, sorted."""
        return {path: loaded.plan for path, loaded in sorted(self._loaded.items()) if loaded.plan is not None}

    def texts(self) -> dict[str, str | bytes]:
        """The sub-plans as they are written, by their path."""
        return {path: loaded.text for path, loaded in self._loaded.items() if loaded.plan is not None}

    def get(self, path: str, branch: Branch) -> Loaded | None:
        """The compiled file at `path`; None when it cannot be read."""
        if path not in self._loaded:
            text = self._load(path) if self._load is not None else None
            if text is None:
                return None
            loaded, diagnostics = self._compile(text, path, Branch(self, (*branch.paths, path)))
            self._loaded[path] = loaded
            self.diagnostics.extend(diagnostics)
        return self._loaded[path]


def check_imports(program: Program, branch: Branch) -> None:
    """Compiles what `plan:` tasks name and fills their `imported`; reports files that cannot be used."""
    for unit in program.units.values():
        if isinstance(unit.task, PlanTask):
            _check(program, unit, unit.task.plan, branch)


def _check(program: Program, unit: Unit, written: str, branch: Branch) -> None:
    place = unit.place("plan")
    here = branch.paths[-1]
    path = posixpath.normpath(posixpath.join(posixpath.dirname(here), written))
    if written.startswith("/") or "\\" in written or (path.startswith("../") and not here.startswith("../")):
        help_ = "a sub-plan is named by its path from this file, within the project's folder, with `/`"
        program.report.add("P503", f"`{written}` lies outside the project", place, help=help_, task=unit.id)
    elif path in branch.paths:
        _report_cycle(program, unit, [*branch.paths[branch.paths.index(path) :], path], place)
    elif len(branch.paths) > MAX_IMPORT_DEPTH:
        chain = " → ".join([*branch.paths, path])
        message = f"plans nest deeper than {MAX_IMPORT_DEPTH}: {chain}"
        program.report.add("P505", message, place, task=unit.id)
    else:
        loaded = branch.imports.get(path, branch)
        if loaded is None:
            help_ = "the path is relative to this file"
            program.report.add("P221", f"there is no plan file `{path}`", place, help=help_, task=unit.id)
        elif loaded.plan is not None:
            unit.imported = Imported(path, loaded.plan, loaded.outputs)


def _report_cycle(program: Program, unit: Unit, paths: list[str], place: Place) -> None:
    program.report.add(
        "P305",
        f"these plan files use each other: {' → '.join(paths)}",
        place,
        help="a plan that improves its own result says `repeat:`; share tasks in a third file",
        task=unit.id,
    )
