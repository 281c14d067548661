"""Draft → plan model: what a model wrote flatly becomes tasks with loops, expressions, conditions and outputs.

The draft must have been put right before (normalise): every reference is to an earlier step. The same draft, goal,
tools and options give the same plan.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from planc_schemas.plan import AnyTask, AskTask, Defaults, Foreach, Plan, PromptTask, Retry, ToolTask
from planc_schemas.values import Json, JsonSchema

from ..kinds import Type
from ..naming import plan_name
from .arguments import arguments_of
from .blocks import blocks_of, placed
from .catalogue import Selection
from .draft import ASK, KINDS, WRITE, Draft
from .nouns import singular
from .options import PlannerOptions
from .phrasing import brief, covers, for_one, grounded, how_many
from .promote import promote
from .references import expression, loop_source, output
from .steps import Step, Steps, analyse, data_schema

ATTEMPTS = 4
"""Attempts of each task; of a tool that changes the world, one."""
MAX_NAME_WORDS = 4


def lower_draft(draft: Draft, goal: str, tools: Selection, options: PlannerOptions) -> Plan:
    """The plan that a draft means."""
    steps = analyse(draft, tools)
    tasks = _tasks(steps)
    tasks, inputs = promote(tasks, goal, tools)
    return Plan(
        version=1,
        name=plan_name(draft.name) or plan_name("-".join(goal.split()[:MAX_NAME_WORDS])) or "plan",
        goal=goal,
        inputs=inputs,
        limits=options.limits,
        defaults=Defaults(model=options.model, retry=Retry(max_attempts=ATTEMPTS)),
        tasks=tasks,
        outputs=_outputs(steps),
    )


def lower_steps(draft: Draft, tools: Selection, types: Mapping[str, Type]) -> dict[str, AnyTask]:
    """The tasks alone; `types` are known types of results that the draft cannot say."""
    return _tasks(analyse(draft, tools, types))


def _tasks(steps: Steps) -> dict[str, AnyTask]:
    return {step.id: _task(step, steps) for step in steps.by_id.values()}


def _task(step: Step, steps: Steps) -> AnyTask:
    common: dict[str, Any] = {}
    if step.draft.for_each:
        source = steps.by_id[step.draft.for_each]
        common["foreach"] = Foreach.model_validate({"in": loop_source(source), "as": step.item})
    condition = _condition(step, steps)
    if condition:
        common["if_"] = condition
    if step.draft.do in KINDS:
        return _text(step, steps, common)
    return _tool(step, steps, common)


def _tool(step: Step, steps: Steps, common: dict[str, Any]) -> ToolTask:
    given = arguments_of(step, steps)
    if step.spec is not None and step.spec.changes_world:
        common["retry"] = Retry(max_attempts=1)
    order = _order(step, steps, _reads(given, common))
    return ToolTask(tool=_tool_name(step.draft.do), with_=given, needs=order, **common)


def _tool_name(word: str) -> str:
    """A name that a plan can hold; one that no tool has stays, so that the compiler names it."""
    return re.sub(r"[^A-Za-z0-9_.:/-]", "_", f"_{word}" if not word[:1].isalpha() else word)[:128]


def _text(step: Step, steps: Steps, common: dict[str, Any]) -> PromptTask | AskTask:
    text, shown = placed(step.draft.text.strip(), step, steps)
    blocks = blocks_of(step, steps, shown=shown)
    if step.draft.for_each:
        text = for_one(text, step.count)
    text = grounded(text, has_data=bool(blocks or shown))
    if step.draft.do == WRITE:
        text = brief(text)
    if blocks and (noun := _noun(step, steps)):
        text = covers(text, noun)
    whole = "\n\n".join([*blocks, text])
    kind = _answer(step, steps)
    if kind is not None:
        common["output"] = kind
    order = _order(step, steps, _reads(whole, common))
    if step.draft.do == ASK:
        return AskTask(ask=whole, needs=order, **common)
    return PromptTask(prompt=whole, needs=order, **common)


def _answer(step: Step, steps: Steps) -> Json:
    """The `output` of a text step: None for plain text, else the shape that its readers count on."""
    if step.one.kinds == {"boolean"}:
        return "boolean"
    item: JsonSchema = {"type": "string"}
    if step.draft.gives and step.draft.do == WRITE:
        item = data_schema(step.draft.gives)
    if step.one.kinds == {"array"}:
        count = how_many(step.draft.text)
        bounds = {"minItems": count, "maxItems": count} if count else {"minItems": 1}
        return {"type": "array", "items": item, **bounds}
    return item if step.one.kinds == {"object"} else None


def _noun(step: Step, steps: Steps) -> str:
    """What one element of the only list that a step reads is called; "" if it reads none or several."""
    if step.draft.for_each:
        return ""
    lists = [name for name in step.draft.needs if steps.by_id[name].result.kinds == {"array"}]
    roots = {steps.by_id[name].root or name for name in lists}
    if len(roots) != 1:
        return ""
    looped = [steps.by_id[name] for name in lists if steps.by_id[name].item not in ("", "item")]
    if looped:
        return looped[-1].item
    name = singular(roots.pop())
    return (
        name.replace("_", " ") if name not in roots and name in map(singular, lists) and name not in lists else "item"
    )


def _condition(step: Step, steps: Steps) -> str | None:
    """`if` from `when`, and from every approval that a step which acts on the world waits for."""
    parts = []
    if step.draft.when:
        name = step.draft.when.removeprefix("not ")
        parts.append(f"not {output(name)}" if step.draft.when.startswith("not ") else output(name))
    if step.spec is not None and step.spec.changes_world:
        parts += [
            output(name)
            for name in step.draft.needs
            if steps.by_id[name].draft.do == ASK and steps.by_id[name].one.kinds == {"boolean"}
        ]
    return expression(" and ".join(dict.fromkeys(parts))) if parts else None


def _reads(*data: Json) -> str:
    """Everything that holds expressions, as one text to look for references in."""
    return repr(data)


def _order(step: Step, steps: Steps, written: str) -> list[str]:
    """The needs that no expression of the task reads: order without data."""
    return [name for name in step.draft.needs if f"{output(name)}" not in written]


def _outputs(steps: Steps) -> dict[str, Json]:
    """The results that no step reads; of what was written somewhere, the text itself. "" for one that was skipped."""
    read: set[str] = set()
    written: set[str] = set()
    for step in steps.by_id.values():
        used = {*step.draft.needs, step.draft.for_each, step.draft.when.removeprefix("not ")}
        if step.is_order_only:
            written |= {name for name in used if name in steps.by_id and steps.by_id[name].spec is None}
        else:
            read |= used
    texts = [name for name, step in steps.by_id.items() if step.one.kinds != {"boolean"} and not step.is_order_only]
    names = [name for name in texts if name not in read or name in written] or [list(steps.by_id)[-1]]
    return {name: expression(_output_of(steps.by_id[name], steps)) for name in names}


def _output_of(step: Step, steps: Steps) -> str:
    return f"{output(step.id)} | default('')" if _condition(step, steps) else output(step.id)
