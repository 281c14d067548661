"""What an import gives: a plan as plain data in the plan language, and what could not be carried over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from planc_schemas.values import TASK_ID, Json


class CannotImport(Exception):
    """The file is not of this kind, or nothing of it carries over; the message says what was expected."""


@dataclass
class Imported:
    """`plan` is the content of a plan file (not yet checked); `dropped` names each thing left out and why."""

    plan: dict[str, Json]
    dropped: list[str] = field(default_factory=list)


def task_id(name: str, taken: set[str]) -> str:
    """A task id as near to `name` as the language allows, not in `taken` (which gets it)."""
    base = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "task"
    if not base[0].isalpha():
        base = f"t_{base}"
    base = base[:60]
    result, number = base, 2
    while result in taken or TASK_ID.fullmatch(result) is None:
        result, number = f"{base}_{number}", number + 1
    taken.add(result)
    return result


def plan_name(name: str) -> str:
    """A plan name as near to `name` as the language allows."""
    text = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "imported"
    return text if text[0].isalpha() else f"plan-{text}"
