"""Files that a small model invents: it reads a file because it was shown a tool for that, and nobody named the file.

Larger models may know better (a project's `pyproject.toml`), so they are only told (P608).
"""

from __future__ import annotations

import re

from .catalogue import Selection
from .draft import WRITE, Draft, DraftStep
from .references import mentioned
from .result import Repair

_CLAUSE = re.compile(r"[,.;:]\s+(?:and\s+|then\s+|finally,?\s+)*|\s+and\s+(?:then\s+)?", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")
_DOES = re.compile(r"^(?:list|name|make|write|think|give|collect|suggest|invent|find|describe)\b", re.IGNORECASE)


def reads_unnamed(step: DraftStep, earlier: set[str], said: str, tools: Selection) -> bool:
    """Does the step read a file whose name is neither in `said` nor comes from an earlier step?"""
    spec = tools.get(step.do)
    if spec is None or "read:{path}" not in spec.effects or spec.changes_world:
        return False
    path = step.arguments().get("path", "")
    comes_from = {name for name in mentioned(path) if name in earlier}
    from_item = bool(step.for_each) and "item" in mentioned(path)
    if spec.result.get("type") != "string" or not path or comes_from:
        return False
    if from_item:
        return False
    files = _URL.sub(" ", said).lower()
    return path.lower() not in files and path.rpartition("/")[2].lower() not in files


def without_invented(draft: Draft, said: str, tools: Selection) -> tuple[Draft, list[Repair]]:
    """The draft without steps that read invented files: one behind a list or a single result goes, and its readers read
    that; any other is written instead, in the goal's own words for it, where the goal has some. `said` is goal and
    context."""
    repairs: list[Repair] = []
    kept: list[DraftStep] = []
    instead: dict[str, str] = {}
    for step in draft.steps:
        step = _reading(step, instead)
        if not reads_unnamed(step, {one.id for one in kept}, said, tools):
            kept.append(step)
            continue
        path = step.arguments()["path"]
        source = step.for_each or (step.needs[0] if len(step.needs) == 1 else "")
        if source:
            instead[step.id] = source
            repairs.append(Repair("rule", f"nobody named a file `{path}`: `{source}` is read itself", step.id))
        elif text := clause_about(step.id, said):
            repairs.append(Repair("rule", f"nobody named a file `{path}`: `{text}` is written instead", step.id))
            kept.append(step.model_copy(update={"do": WRITE, "args": (), "text": text}))
        else:
            kept.append(step)
    return draft.model_copy(update={"steps": tuple(kept)}), repairs


def _reading(step: DraftStep, instead: dict[str, str]) -> DraftStep:
    """The step reading what stands in the place of a step that went."""
    text, args = step.text, step.args
    for old, new in instead.items():
        text = text.replace(f"{{{old}}}", f"{{{new}}}").replace(f"{{{old}.", f"{{{new}.")
    needs = tuple(dict.fromkeys(instead.get(name, name) for name in step.needs))
    return step.model_copy(
        update={"needs": needs, "for_each": instead.get(step.for_each, step.for_each), "text": text, "args": args}
    )


def clause_about(name: str, goal: str) -> str:
    """The part of the goal that says to make what a step is called: `List seven accidents.`; "" if there is none."""
    word = re.escape(name.replace("_", " "))
    for clause in _CLAUSE.split(goal):
        if _DOES.match(clause) and re.search(rf"\b{word}\b", clause, re.IGNORECASE):
            return clause[:1].upper() + clause[1:].rstrip(" .") + "."
    return ""
