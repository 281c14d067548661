"""Rules about files: what the goal wants saved is saved, and nothing else is."""

from __future__ import annotations

import re

from planc_schemas.ports import ToolSpec

from .catalogue import Selection
from .draft import WRITE, Argument, DraftStep
from .goal_words import files_to_write
from .result import Repair

_SAVING = re.compile(
    r"\b(saves?|saved|stored?|files?|export|append|document|note down|write\b.*\b(?:to|into))\b", re.IGNORECASE
)


def _writer(tools: Selection) -> ToolSpec | None:
    return next((spec for spec in tools.specs() if "write:{path}" in spec.effects), None)


def save_only_as_asked(steps: list[DraftStep], goal: str, tools: Selection, repairs: list[Repair]) -> list[DraftStep]:
    """Without a last step that writes a file which the goal never speaks of: its text is the plan's result anyway.

    A plan should ask for no right that nobody gave it a reason for.
    """
    writer = _writer(tools)
    last = steps[-1] if steps else None
    if writer is None or last is None or last.do != writer.name or len(steps) < 2 or not goal:
        return steps
    path = last.arguments().get("path", "")
    if path.lower() in goal.lower() or _SAVING.search(goal) or not any(step.do == WRITE for step in steps):
        return steps
    repairs.append(Repair("rule", f"nobody asked for `{path}`: the text is the plan's result instead", None))
    return steps[:-1]


def save_as_asked(steps: list[DraftStep], goal: str, tools: Selection, repairs: list[Repair]) -> list[DraftStep]:
    """A step that saves the last text under the name which the goal gives, where no step does and a tool can."""
    writer = next((spec for spec in tools.specs() if "write:{path}" in spec.effects), None)
    texts = [step for step in steps if step.do == WRITE]
    if writer is None or not texts or any(step.do == writer.name for step in steps):
        return steps
    content = [name for name in writer.arguments.get("required", []) if name != "path"]
    paths = files_to_write(goal)
    if len(paths) != 1 or len(content) != 1:
        return steps
    names = {step.id for step in steps}
    name = next(name for name in ("save", "save_file", "write_result", "saved_file") if name not in names)
    last = texts[-1].id
    args = (Argument(name="path", value=paths[0]), Argument(name=content[0], value=f"{{{last}}}"))
    repairs.append(Repair("rule", f"the goal wants `{paths[0]}`: saved by a step of its own", name))
    return [*steps, DraftStep(id=name, do=writer.name, args=args, needs=(last,))]
