"""Deterministic repair of a draft, before anything is compiled: what a planner gets wrong and a rule puts right.

Each rule says what it did, in the order in which it was done; a draft without faults comes back as it is. What no rule
can put right is left for the compiler to name and for the model to repair.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import count

from ..naming import task_id
from ..nearest import nearest
from .catalogue import Selection
from .draft import ASK, KINDS, WRITE, Argument, Draft, DraftStep
from .loops import over_lists, over_one
from .references import ITEM, mentioned
from .result import Repair
from .saving import save_as_asked, save_only_as_asked
from .similarity import STOP_WORDS
from .wiring import fill_arguments, link_last, without_reason

_COUNTED = re.compile(r"(?:step|task|s|t)_?\d+")
"""Ids that only count."""
_WORD = re.compile(r"[a-z]{2,}")
_WORK = ("do", "args", "text", "for_each", "gives")
"""The fields of a step that say what it does."""
MAX_NUMBERED = 56
"""Characters of a name before a number: together at most the 64 of a task id."""


def normalise(draft: Draft, goal: str, tools: Selection, known: Collection[str] = ()) -> tuple[Draft, list[Repair]]:
    """The draft put right, and what was done. Every reference of the result is to an earlier step.

    `known` are ids that stand in a file already and stay as they are.
    """
    repairs: list[Repair] = []
    steps = _named(list(draft.steps), known, repairs)
    ids = [step.id for step in steps]
    steps = [_kind(step, tools, repairs) for step in steps]
    steps = over_one(steps, repairs)
    steps = [_references(step, ids, repairs) for step in steps]
    steps = _ordered(steps, repairs)
    steps = over_lists(steps, tools, repairs)
    steps = fill_arguments(steps, tools, repairs)
    steps = without_reason(steps, tools, repairs)
    steps = _not_empty(steps, repairs)
    steps = link_last(steps, tools, repairs)
    steps = save_only_as_asked(steps, goal, tools, repairs)
    steps = save_as_asked(steps, goal, tools, repairs)
    return draft.model_copy(update={"steps": tuple(steps)}), repairs


def _named(steps: list[DraftStep], known: Collection[str], repairs: list[Repair]) -> list[DraftStep]:
    """Legal and unique ids; a step that is written twice is kept once.

    A reference follows a renamed id; of a name that is used twice it means the last step before it.
    """
    renamed = {one.id: one.id if one.id in known else _name_of(one, place) for place, one in enumerate(steps, 1)}
    kept: list[DraftStep] = []
    for step in steps:
        name = "item_step" if renamed[step.id] == ITEM else renamed[step.id]
        meant = {old: new for old, new in renamed.items() if old != new and old != step.id}
        before = [other for other in kept if other.id == name]
        step = _with_names(step, {**meant, step.id: renamed[step.id]} if before else meant)
        if same := next((other for other in kept if _repeats(step, other, name)), None):
            repairs.append(Repair("rule", f"step `{name}` is written twice and kept once", same.id))
            renamed[step.id] = same.id
            continue
        taken = {other.id for other in kept}
        unique = next(word for word in _numbered(name) if word not in taken)
        if unique != step.id:
            repairs.append(Repair("rule", f"`{step.id}` is called `{unique}`", unique))
            renamed[step.id] = unique
        kept.append(step.model_copy(update={"id": unique}))
    return kept


def _name_of(step: DraftStep, number: int) -> str:
    """A legal id; in place of `step1` one that says what the step does: its tool, or the first words of its text."""
    name = task_id(step.id)
    if name and not _COUNTED.fullmatch(name):
        return name
    said = [word for word in _WORD.findall(step.text.lower()) if word not in STOP_WORDS][:2]
    does = step.do if step.do not in KINDS else "_".join(said)
    return task_id(does) or name or f"step_{number}"


def _numbered(name: str) -> Iterator[str]:
    """The name, then the name with 2, 3, …, cut so that the number still fits into an id."""
    yield name
    yield from (f"{name[:MAX_NUMBERED]}_{number}" for number in count(2))


def _repeats(step: DraftStep, other: DraftStep, name: str) -> bool:
    """Is it the same work again, under the same id or as a step that reads what it repeats?"""
    if any(getattr(step, name) != getattr(other, name) for name in _WORK):
        return False
    return name == other.id or (bool(step.text) and set(step.needs) == {other.id, *other.needs})


def _with_names(step: DraftStep, renamed: dict[str, str]) -> DraftStep:
    """The step with other names in its references, not in its own id."""
    if not renamed:
        return step
    when = step.when.removeprefix("not ")
    return step.model_copy(
        update={
            "needs": tuple(renamed.get(name, name) for name in step.needs),
            "for_each": renamed.get(step.for_each, step.for_each),
            "when": step.when.replace(when, renamed[when]) if when in renamed else step.when,
            "text": _renamed_references(step.text, renamed),
            "args": tuple(
                Argument(name=argument.name, value=_renamed_references(argument.value, renamed))
                for argument in step.args
            ),
        }
    )


def _renamed_references(text: str, renamed: dict[str, str]) -> str:
    for old, new in renamed.items():
        text = text.replace(f"{{{old}}}", f"{{{new}}}").replace(f"{{{old}.", f"{{{new}.")
    return text


def _kind(step: DraftStep, tools: Selection, repairs: list[Repair]) -> DraftStep:
    """A known `do`; a tool that is nearly named; a text where a person's question stands among the arguments."""
    do = step.do.strip()
    if do not in KINDS and tools.get(do) is None:
        near = nearest(do, [*tools.names(), *KINDS])
        if near is not None:
            repairs.append(Repair("rule", f"unknown tool `{do}` → `{near}`", step.id))
            do = near
        elif step.text.strip():
            repairs.append(Repair("rule", f"unknown tool `{do}`: a model writes this instead", step.id))
            do = WRITE
    text, args = step.text, step.args
    if do in KINDS and args:
        text = text.strip() or next((argument.value for argument in args if argument.value.strip()), "")
        if text != step.text:
            repairs.append(Repair("rule", "the instruction stood among the arguments", step.id))
        args = ()
    names = [task_id(name) for name in step.gives] if do == WRITE else []
    gives = tuple(dict.fromkeys(name for name in names if name))
    if gives != step.gives:
        repairs.append(Repair("rule", f"it gives {', '.join(gives) or 'text'}", step.id))
    return step.model_copy(update={"do": do, "text": text, "args": args, "gives": gives})


def _references(step: DraftStep, ids: list[str], repairs: list[Repair]) -> DraftStep:
    """`needs`, `for_each` and `when` name other steps that exist; what is read is needed."""
    each = _known(step.for_each.strip().strip("{}"), step, ids, "for_each", repairs)
    negated = step.when.strip().startswith("not ")
    when = _known(step.when.strip().removeprefix("not ").strip(), step, ids, "when", repairs)
    needs = [_known(name.strip().strip("{}"), step, ids, "needs", repairs) for name in step.needs]
    inside = [name for text in (step.text, *step.arguments().values()) for name in mentioned(text)]
    needs += [name for name in inside if name in ids and name != step.id and name != each]
    if each:
        needs.insert(0, each)
    return step.model_copy(
        update={
            "for_each": each,
            "when": f"not {when}" if when and negated else when,
            "needs": tuple(dict.fromkeys(name for name in needs if name)),
        }
    )


def _known(name: str, step: DraftStep, ids: list[str], where: str, repairs: list[Repair]) -> str:
    if not name or name == ITEM:
        return ""
    if name == step.id:
        repairs.append(Repair("rule", f"`{where}` named the step itself", step.id))
        return ""
    if name in ids:
        return name
    near = nearest(name, [other for other in ids if other != step.id])
    what = f"`{where}`: unknown step `{name}` " + (f"→ `{near}`" if near else "left out")
    repairs.append(Repair("rule", what, step.id))
    return near or ""


def _ordered(steps: list[DraftStep], repairs: list[Repair]) -> list[DraftStep]:
    """Each step behind what it needs. References that go in a circle are cut where they lead to a later step."""
    position = {step.id: index for index, step in enumerate(steps)}
    reads = {step.id: _all_reads(step) for step in steps}
    try:
        graph = TopologicalSorter({name: sorted(reads[name], key=position.__getitem__) for name in position})
        graph.prepare()
    except CycleError:
        return [_only_earlier(step, position, repairs) for step in steps]
    order: list[str] = []
    while graph.is_active():
        ready = sorted(graph.get_ready(), key=position.__getitem__)
        order += ready
        graph.done(*ready)
    if all(position[name] < position[step.id] for step in steps for name in reads[step.id]):
        return steps
    repairs.append(Repair("rule", "steps are put behind the steps they need"))
    return [steps[position[name]] for name in order]


def _all_reads(step: DraftStep) -> set[str]:
    return {
        *step.needs,
        *([step.for_each] if step.for_each else []),
        *([step.when.removeprefix("not ")] if step.when else []),
    }


def _only_earlier(step: DraftStep, position: dict[str, int], repairs: list[Repair]) -> DraftStep:
    own = position[step.id]
    later = sorted(name for name in _all_reads(step) if position[name] > own)
    if not later:
        return step
    repairs.append(Repair("rule", f"steps went in a circle: it no longer needs {', '.join(later)}", step.id))
    return step.model_copy(
        update={
            "needs": tuple(name for name in step.needs if name not in later),
            "for_each": "" if step.for_each in later else step.for_each,
            "when": "" if step.when.removeprefix("not ") in later else step.when,
        }
    )


def _not_empty(steps: list[DraftStep], repairs: list[Repair]) -> list[DraftStep]:
    """A text for every step that needs one: its name says what was meant; one that nobody reads is left out."""
    read = {name for step in steps for name in _all_reads(step)}
    kept = []
    for index, step in enumerate(steps):
        if step.do not in KINDS or step.text.strip():
            kept.append(step)
        elif step.id in read or index == len(steps) - 1:
            words = step.id.replace("_", " ").capitalize()
            text = f"{words}?" if step.do == ASK else f"{words}."
            repairs.append(Repair("rule", f"empty instruction: now `{text}`", step.id))
            kept.append(step.model_copy(update={"text": text}))
        else:
            repairs.append(Repair("rule", f"step `{step.id}` has no instruction and no reader: left out", step.id))
    return kept
