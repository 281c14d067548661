"""Short ways to compile a text in tests of the compiler."""

from __future__ import annotations

from collections.abc import Mapping

from planc_compiler import Compilation, compile_plan
from planc_schemas.compiled import CompiledPlan, CompiledTask
from planc_schemas.ports import ToolCatalogue

from .catalogue import Catalogue

HEAD = "version: 1\nname: test\n"


def compiled(body: str, files: Mapping[str, str] | None = None, tools: ToolCatalogue | None = None) -> Compilation:
    """Compiles a plan given without its first two lines; `files` are what it may import."""
    return compile_plan(HEAD + body, "test.plan.yaml", tools or Catalogue(), load=(files or {}).get)


def plan_of(body: str, files: Mapping[str, str] | None = None) -> CompiledPlan:
    """The compiled plan of a text that must have no errors."""
    done = compiled(body, files)
    assert done.plan is not None, [found.message for found in done.diagnostics]
    return done.plan


def task_of(plan: CompiledPlan, name: str) -> CompiledTask:
    return next(task for task in plan.tasks if task.id == name)


def codes(body: str, files: Mapping[str, str] | None = None) -> list[str]:
    """Codes of all diagnostics, in order of place."""
    return [found.code for found in compiled(body, files).diagnostics]
