"""Rules about `for_each`: a step goes through a list, and only if it is about one item at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..kinds import Type, of_schema
from .catalogue import Selection
from .draft import ASK, WRITE, Argument, DraftStep
from .nouns import singular
from .phrasing import asks_for_several
from .result import Repair
from .steps import list_inside

_ONE_ITEM = re.compile(r"\{item|\b(?:this|each|every|it|its|item)\b", re.IGNORECASE)
_SEVERAL_ASKED = re.compile(r"\b(?:list|each|every|all|several|names|one (?:per|on (?:each|every)) line|comma)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Loop:
    """A step with the step that it goes through."""

    step: DraftStep
    source: DraftStep
    tools: Selection

    def wrong(self) -> str:
        """Why it goes through no list; "" if it does."""
        spec = self.tools.get(self.source.do)
        if spec is not None and not self.source.for_each and not _is_list(of_schema(spec.result)):
            return "is no list"
        if self.source.do == ASK and not self.source.for_each and not _SEVERAL_ASKED.search(self.source.text):
            return "is one answer"
        if self.step.do == WRITE and self._is_about_all():
            return "is meant as a whole"
        return ""

    def _is_about_all(self) -> bool:
        """Does the text speak of the list, and not of one item?"""
        text = self.step.text
        if _ONE_ITEM.search(text):
            return False
        name = self.source.id.replace("_", " ")
        if singular(name) != name and re.search(rf"\b(?:the|all|these)\s+(?:\w+\s+)?{re.escape(name)}\b", text, re.I):
            return True
        told = self.source.do == WRITE and not self.source.for_each and not asks_for_several(self.source.text)
        if told and re.search(rf"\b(?:the|that)\s+{re.escape(name)}\b", text, re.I):
            return True
        spec = self.tools.get(self.source.do)  # of a text, the lines are items only if somebody says so
        return spec is not None and of_schema(spec.result).kinds == {"string"} and singular(name) == name


def over_lists(steps: list[DraftStep], tools: Selection, repairs: list[Repair]) -> list[DraftStep]:
    """A step that does not go through a list reads what it names as a whole instead."""
    by_id = {step.id: step for step in steps}
    done = []
    for step in steps:
        source = by_id.get(step.for_each)
        why = _Loop(step, source, tools).wrong() if source is not None else ""
        if source is not None and why:
            repairs.append(Repair("rule", f"`{source.id}` {why}: read as a whole", step.id))
            step = as_a_whole(step, source.id)
        done.append(step)
    return done


def as_a_whole(step: DraftStep, source: str) -> DraftStep:
    """The step without its loop; `{item}` is the whole result."""
    args = tuple(
        Argument(name=argument.name, value=argument.value.replace("{item", f"{{{source}")) for argument in step.args
    )
    return step.model_copy(update={"for_each": "", "args": args, "text": step.text.replace("{item", f"{{{source}")})


def over_one(steps: list[DraftStep], repairs: list[Repair]) -> list[DraftStep]:
    """`for_each: one,two` names two results and no list: the step reads both."""
    ids = {step.id for step in steps}
    done = []
    for step in steps:
        names = [name.strip() for name in step.for_each.split(",")]
        if len(names) > 1 and set(names) <= ids:
            repairs.append(Repair("rule", f"`for_each` named {', '.join(names)}: it reads all of them", step.id))
            step = step.model_copy(update={"for_each": "", "needs": tuple(dict.fromkeys((*names, *step.needs)))})
        done.append(step)
    return done


def _is_list(type_: Type) -> bool:
    return type_.may_be("array", "string") or list_inside(type_) is not None
