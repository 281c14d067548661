"""Two plan files compared by what they mean, with what both would cost."""

from __future__ import annotations

from planc.files.plans import PlanFile
from planc.project import Project
from planc_compiler.review.changes import Checked, PlanDiff, compare

from .estimating import estimate_plan


def compare_files(project: Project, before: PlanFile, after: PlanFile) -> PlanDiff:
    """What `after` changes. Raises PlanInvalid when one of them has errors."""
    old, new = _checked(before), _checked(after)
    return compare(old, new, estimate_plan(project, old.compiled), estimate_plan(project, new.compiled))


def _checked(file: PlanFile) -> Checked:
    compiled, model = file.plan(), file.compilation.model
    assert model is not None, "a plan that compiles has a model"
    return Checked(model, compiled, file.compilation.imports())
