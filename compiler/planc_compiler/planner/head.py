"""The head of a plan: what of it may begin while its draft still arrives.

A task may begin once nothing that is still to come can change it: a tool call at once, a text when the step behind it
is there, because that decides whether the text is to be a list. What asks for several things, or for a yes or no, waits
for the step that goes through them or is decided by it. A task that acts on the world, asks a person or waits for one
that may not begin is not part of the head.

The head is a guess about a plan that is not checked yet: whoever executes it compares it with the whole plan in the
end. It is made by the same rules, so for a draft that needed no second answer it is the beginning of that plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from planc_schemas.compiled import CompiledPlan, CompiledTask, PromptWork, ToolWork
from planc_schemas.diagnostics import has_errors
from planc_schemas.plan import Plan

from ..pipeline import compile_plan
from ..write import write_plan
from .catalogue import Selection
from .draft import WRITE, Draft, DraftStep
from .lower_draft import lower_draft
from .options import PlannerOptions
from .phrasing import asks_for_several
from .repair import put_right

OnHead: TypeAlias = Callable[[CompiledPlan, str], None]
"""Called with what may begin so far, and its text as a plan file. Each time it has more tasks than before."""
MayBegin: TypeAlias = Callable[[CompiledTask], bool]
"""Does whoever executes it allow this task to begin before the plan is complete (its rights are granted, say)?"""

_YES_OR_NO = re.compile(r"\byes\b.*\bno\b|^\s*(?:is|are|does|do|has|have|can|should)\b.*\?", re.IGNORECASE)


class Head:
    """Hears the steps of a draft as they arrive and tells what may begin."""

    def __init__(self, goal: str, tools: Selection, options: PlannerOptions, may: MayBegin, on_head: OnHead) -> None:
        self._goal = goal
        self._tools = tools
        self._options = options
        self._may = may
        self._on_head = on_head
        self._steps: list[DraftStep] = []
        self._begun: set[str] = set()

    def add(self, step: DraftStep, name: str) -> None:
        """A further step of the draft called `name`."""
        self._steps.append(step)
        written = Draft(name=name, steps=tuple(self._steps))
        draft, _ = put_right(written, self._goal, self._tools, self._options)
        if not draft.steps:
            return
        plan = lower_draft(draft, self._goal, self._tools, self._options)
        begin = self._may_begin(plan, draft)
        if begin <= self._begun:
            return
        text = write_plan(_only(plan, begin | self._begun))
        compiled = compile_plan(text, self._options.file, self._tools)
        if compiled.plan is not None and not has_errors(compiled.diagnostics):
            self._begun |= begin
            self._on_head(compiled.plan, text)

    def _may_begin(self, plan: Plan, draft: Draft) -> set[str]:
        checked = compile_plan(write_plan(plan), self._options.file, self._tools)
        if checked.plan is None or has_errors(checked.diagnostics):
            return set()
        settled = {step.id for step in self._settled(draft)}
        begin: set[str] = set()
        for task in checked.plan.tasks:  # each stands behind what it waits for
            if task.id in settled and self._harmless(task) and set(task.waits_for) <= begin and self._may(task):
                begin.add(task.id)
        return begin

    def _settled(self, draft: Draft) -> list[DraftStep]:
        """The steps that nothing to come can change."""
        loops = {step.for_each for step in draft.steps} | {step.when.removeprefix("not ") for step in draft.steps}
        written = {step.id: (number, step) for number, step in enumerate(self._steps)}
        found = []
        for step in draft.steps:
            number, own = written.get(step.id, (0, None))
            if own is None or not {*own.needs, own.for_each} - {""} <= {one.id for one in self._steps[:number]}:
                continue  # renamed, or it reads what is not there yet: a rule has put that right for now
            is_last = number == len(self._steps) - 1
            if step.do != WRITE or not (is_last or (step.id not in loops and _is_open(step.text))):
                found.append(step)
        return found

    def _harmless(self, task: CompiledTask) -> bool:
        if isinstance(task.work, ToolWork):
            spec = self._tools.get(task.work.tool)
            return spec is not None and not spec.changes_world
        return isinstance(task.work, PromptWork)


def _is_open(text: str) -> bool:
    """Does it ask for several things or a decision, so that a later step may yet make a list or a boolean of it?"""
    return asks_for_several(text) or _YES_OR_NO.search(text) is not None


def _only(plan: Plan, names: set[str]) -> Plan:
    tasks = {name: task for name, task in plan.tasks.items() if name in names}
    return plan.model_copy(update={"tasks": tasks, "outputs": {}})
