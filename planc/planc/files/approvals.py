"""Approvals on disk: `review.plan.yaml` is approved by `review.plan.lock.json` beside it."""

from __future__ import annotations

import json
from pathlib import Path

from planc.project import ProjectError
from planc_compiler.review.lock import Lock, drift, lock_of
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import ToolCatalogue

from .plans import SUFFIX


class NotApproved(ProjectError):
    """A plan that nobody approved, or not as it stands now."""


def lock_path(plan: Path) -> Path:
    """Where the approval of a plan file lies."""
    name = plan.name
    stem = name.removesuffix(".yaml") if name.endswith(SUFFIX) else name
    return plan.with_name(f"{stem}.lock.json")


def read_lock(plan: Path) -> Lock | None:
    """The approval of a plan file; None when nobody approved it. Raises ProjectError for a damaged one."""
    path = lock_path(plan)
    if not path.is_file():
        return None
    try:
        return Lock.from_json(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ProjectError(f"{path}: {error}") from None


def write_lock(plan: Path, lock: Lock) -> Path:
    path = lock_path(plan)
    path.write_text(json.dumps(lock.to_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def require_approval(path: Path, plan: CompiledPlan, tools: ToolCatalogue) -> None:
    """Refuses (NotApproved) unless the plan, its imports, its tools and its rights are just what was approved."""
    lock = read_lock(path)
    if lock is None:
        raise NotApproved(
            f"{path} is not approved", f"look at it with `planc show {path}`, then `planc approve {path}`"
        )
    words = drift(lock, lock_of(plan, tools))
    if words:
        what = "; ".join(words)
        raise NotApproved(f"{path} is not what was approved: {what}", f"review the change, then `planc approve {path}`")
