"""Rules that connect a draft's steps: arguments that a tool must have, results that nobody would read."""

from __future__ import annotations

import re

from planc_schemas.ports import ToolSpec

from ..kinds import of_schema
from ..nearest import nearest
from .catalogue import Selection
from .draft import ASK, KINDS, WRITE, Argument, DraftStep
from .phrasing import ONLY_ABOVE
from .references import mentioned
from .result import Repair

_BRINGS_TOGETHER = re.compile(
    r"\b(synthesi[sz]\w*|combin\w*|merg\w*|all|these|both|each|every|overview|compar\w*|recommend\w*|choose|pick|"
    r"decide|summar\w*|report|above|results?)\b",
    re.IGNORECASE,
)


_ITEM_PATH = re.compile(r"(?:[^{}]*/)?\{item(?:\.path)?\}")


def fill_arguments(steps: list[DraftStep], tools: Selection, repairs: list[Repair]) -> list[DraftStep]:
    """Names of arguments that exist, a value for those that are required, references instead of bare ids."""
    done: list[DraftStep] = []
    for step in steps:
        spec = tools.get(step.do) if step.do not in KINDS else None
        done.append(step if spec is None else _fill(step, spec, done, tools, repairs))
    return done


def _fill(
    step: DraftStep, spec: ToolSpec, earlier: list[DraftStep], tools: Selection, repairs: list[Repair]
) -> DraftStep:
    properties = spec.arguments.get("properties", {})
    required = [name for name in spec.arguments.get("required", []) if name in properties]
    given: dict[str, str] = {}
    for argument in step.args:
        name = _argument_name(argument.name, step, properties, required, given, repairs)
        if name is not None:
            value = _referring(argument.value, step, earlier, repairs)
            given[name] = _under_folder(value, step, earlier, tools, repairs)
    loose = [step.text.strip()] if step.text.strip() else []
    for name in required:
        if given.get(name):
            continue
        value = _missing(step, earlier, given) if of_schema(properties[name]).may_be("string") else ""
        if not value and loose:
            value = loose.pop()
        if value:
            repairs.append(Repair("rule", f"argument `{name}` was missing: now `{_short(value)}`", step.id))
            given[name] = value
    extra = [
        name for value in given.values() for name in mentioned(value) if any(name == other.id for other in earlier)
    ]
    needs = tuple(dict.fromkeys([*step.needs, *extra]))
    args = tuple(Argument(name=name, value=value) for name, value in given.items())
    return step.model_copy(update={"args": args, "text": "", "needs": needs})


def _argument_name(
    name: str,
    step: DraftStep,
    properties: dict[str, object],
    required: list[str],
    given: dict[str, str],
    repairs: list[Repair],
) -> str | None:
    if name in properties:
        return name
    free = [key for key in properties if key not in given and not any(a.name == key for a in step.args)]
    still = [key for key in required if key in free]
    near = nearest(name, free) or (still[0] if len(still) == 1 else None)
    what = f"unknown argument `{name}` " + (f"→ `{near}`" if near else "left out")
    repairs.append(Repair("rule", what, step.id))
    return near


def _referring(value: str, step: DraftStep, earlier: list[DraftStep], repairs: list[Repair]) -> str:
    """`{report}` for a value that is the bare id of a step which this one needs."""
    bare = value.strip()
    if bare in step.needs and any(other.id == bare for other in earlier):
        repairs.append(Repair("rule", f"`{bare}` is the result of that step: `{{{bare}}}`", step.id))
        return f"{{{bare}}}"
    return value


def _missing(step: DraftStep, earlier: list[DraftStep], given: dict[str, str]) -> str:
    """The result that was meant for a missing text: the item, or the last need that writes and is not used yet."""
    if step.for_each:
        return "{item}"
    used = {name for value in given.values() for name in mentioned(value)}
    by_id = {other.id: other for other in earlier}
    for name in reversed(step.needs):
        if name in by_id and by_id[name].do == WRITE and name not in used:
            return f"{{{name}}}"
    return ""


def _under_folder(
    value: str, step: DraftStep, earlier: list[DraftStep], tools: Selection, repairs: list[Repair]
) -> str:
    """`folder/{item.path}` where the items' paths are, as the tool says, relative to the folder that was listed."""
    source = next((other for other in earlier if other.id == step.for_each), None)
    match = _ITEM_PATH.fullmatch(value.strip())
    spec = tools.get(source.do) if source is not None else None
    if source is None or match is None or spec is None:
        return value
    folder = source.arguments().get("path", "")
    told = spec.result.get("items", {}).get("properties", {}).get("path", {}).get("description", "")
    wanted = f"{folder.rstrip('/')}/{{item.path}}"
    if "relative to" not in told or not folder or folder == "." or value.strip() == wanted:
        return value
    repairs.append(Repair("rule", f"paths are relative to `{folder}`: `{wanted}`", step.id))
    return wanted


def link_last(steps: list[DraftStep], tools: Selection, repairs: list[Repair]) -> list[DraftStep]:
    """A last step that brings together, and needs nothing, needs the results that nothing else reads."""
    if len(steps) < 2:
        return steps
    last = steps[-1]
    said = last.text.replace(ONLY_ABOVE, "")  # small models end texts with it that read nothing
    if last.needs or last.do not in (WRITE, ASK) or not _BRINGS_TOGETHER.search(said):
        return steps
    read = {name for step in steps for name in step.needs}
    unread = [step.id for step in steps[:-1] if step.id not in read and not _acts(step, tools)]
    if not unread:
        return steps
    repairs.append(Repair("rule", f"it reads what nothing else reads: {', '.join(unread)}", last.id))
    return [*steps[:-1], last.model_copy(update={"needs": tuple(unread)})]


def without_reason(steps: list[DraftStep], tools: Selection, repairs: list[Repair]) -> list[DraftStep]:
    """A tool's call waits for what its arguments read, for a person and for what acts; for nothing else, so that calls
    that have nothing to do with each other run at the same time."""
    by_id = {step.id: step for step in steps}
    done = []
    for step in steps:
        if tools.get(step.do) is not None:
            read = {name for value in step.arguments().values() for name in mentioned(value)}
            waits = {*read, step.for_each, *(name for name in step.needs if _matters(by_id[name], tools))}
            idle = [name for name in step.needs if name not in waits]
            if idle:
                repairs.append(Repair("rule", f"it reads nothing of {', '.join(idle)} and does not wait", step.id))
                needs = tuple(name for name in step.needs if name not in idle)
                step = step.model_copy(update={"needs": needs})
        done.append(step)
    return done


def _matters(step: DraftStep, tools: Selection) -> bool:
    """Is it a reason to wait that it has happened, whatever came of it?"""
    return step.do == ASK or _acts(step, tools)


def _acts(step: DraftStep, tools: Selection) -> bool:
    spec = tools.get(step.do) if step.do not in KINDS else None
    return spec is not None and spec.changes_world


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
