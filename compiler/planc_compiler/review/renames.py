"""Tasks that only got another id: found by how alike they are."""

from __future__ import annotations

import difflib
from collections import defaultdict

from planc_schemas.plan import Plan
from planc_schemas.values import canonical_json

SIMILARITY = 0.75
"""Two tasks of one kind whose texts agree at least this much (difflib ratio) are one renamed task."""
MAX_PAIRS = 10_000
"""Pairs of tasks that are compared for being alike; beyond that only tasks that are the same count."""


def renames(old: Plan, new: Plan) -> dict[str, str]:
    """New id → old id for tasks that only got another name: the same ones first, then the most similar pairs."""
    gone = {name: _text(old, name) for name in sorted(set(old.tasks) - set(new.tasks))}
    come = {name: _text(new, name) for name in sorted(set(new.tasks) - set(old.tasks))}
    found: dict[str, str] = {}
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, text in gone.items():
        same[old.tasks[name].kind, text].append(name)
    for name, text in come.items():
        if same[new.tasks[name].kind, text]:
            found[name] = same[new.tasks[name].kind, text].pop(0)
    left = {name: text for name, text in gone.items() if name not in found.values()}
    fresh = {name: text for name, text in come.items() if name not in found}
    if len(left) * len(fresh) > MAX_PAIRS:
        return found
    taken = set(found.values())
    for _, new_id, old_id in sorted(_alike(old, left, new, fresh)):
        if new_id not in found and old_id not in taken:
            found[new_id] = old_id
            taken.add(old_id)
    return found


def _alike(old: Plan, gone: dict[str, str], new: Plan, come: dict[str, str]) -> list[tuple[float, str, str]]:
    """(-ratio, new id, old id) of the pairs that are alike enough."""
    scored: list[tuple[float, str, str]] = []
    for new_id, text in come.items():
        matcher = difflib.SequenceMatcher(None, "", text)
        for old_id, before in gone.items():
            if old.tasks[old_id].kind != new.tasks[new_id].kind:
                continue
            matcher.set_seq1(before)
            if matcher.real_quick_ratio() >= SIMILARITY and matcher.quick_ratio() >= SIMILARITY:
                ratio = matcher.ratio()
                if ratio >= SIMILARITY:
                    scored.append((-ratio, new_id, old_id))
    return scored


def _text(plan: Plan, task_id: str) -> str:
    return canonical_json(plan.tasks[task_id].model_dump(mode="json", by_alias=True, exclude_unset=True))
