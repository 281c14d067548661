"""From what somebody wrote to a legal name."""

from __future__ import annotations

import re

from planc_schemas.values import PLAN_NAME, TASK_ID


def task_id(word: str) -> str | None:
    """The nearest legal id of a task, input or output: `Find-Papers 2` → `find_papers_2`; None if nothing is left."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word[:200])
    found = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:62]
    if found and not found[0].isalpha():
        found = f"t_{found}"
    return found if TASK_ID.fullmatch(found) else None


def plan_name(word: str) -> str | None:
    """The nearest legal name of a plan: `My Review!` → `my-review`; None if nothing is left."""
    found = re.sub(r"[^a-z0-9_]+", "-", word[:200].lower()).strip("-_")[:64]
    return found if PLAN_NAME.fullmatch(found) else None
