"""Plan → draft: the inverse of lowering, as far as a model needs it to say what is to change.

Data that lowering laid out is taken out of the texts again; what a draft cannot say (an agent, a condition of its own)
is shown by its words. A task that is not changed is never lowered again, so nothing is lost by this.
"""

from __future__ import annotations

import re

from planc_schemas.plan import AgentTask, AnyTask, AskTask, GoalTask, Plan, PlanTask, PromptTask, ToolTask
from planc_schemas.values import Json, canonical_json

from ..kinds import ANY, BOOLEAN, STRING, Type, list_of, of_schema
from .draft import ASK, WRITE, Argument, Draft, DraftStep
from .references import ITEM

_LOOP = re.compile(r"\{% for .*?\{% endfor %\}\n*", re.DOTALL)
_LABELLED = re.compile(r"^[A-Z][\w ]{0,40}:\s*\n?\$\{\{[^{}]*\}\}[ ]*\n+", re.MULTILINE)
_ALONE = re.compile(r"^\$\{\{[^{}]*\}\}[ ]*\n+", re.MULTILINE)
_OUTPUT = re.compile(r"\btasks\.([a-z][a-z0-9_]*)\.(?:output|status|errors)")
_PUT = re.compile(r"\$\{\{\s*(?:tasks\.([a-z][a-z0-9_]*)\.output|([a-z][a-z0-9_]*))((?:\.[A-Za-z_]\w*)*)\s*\}\}")


def lift(plan: Plan) -> Draft:
    """The plan as a draft."""
    return Draft(name=plan.name, steps=tuple(_step(name, task) for name, task in plan.tasks.items()))


def _step(name: str, task: AnyTask) -> DraftStep:
    each = read_by(task.foreach.in_ if task.foreach else "")
    item = task.foreach.as_ if task.foreach else ""
    condition = read_by(task.if_ if isinstance(task.if_, str) else "")
    needs = [*each, *(other for other in read_by(_data(task)) if other not in each), *task.needs]
    args: tuple[Argument, ...] = ()
    do, text = _words(task)
    if isinstance(task, ToolTask):
        args = tuple(Argument(name=key, value=_value(value, item)) for key, value in task.with_.items())
    return DraftStep(
        id=name,
        for_each=each[0] if each else "",
        do=do,
        args=args,
        text=_plain(text, item),
        needs=tuple(dict.fromkeys(needs)),
        gives=_fields(task.output) if isinstance(task, PromptTask) else (),
        when=condition[0] if len(condition) == 1 and "not" not in str(task.if_) else "",
    )


def _fields(output: Json) -> tuple[str, ...]:
    """The fields of an answer, or of one element of it, that are texts; () for other shapes."""
    schema = output.get("items", output) if isinstance(output, dict) else {}
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    texts = all(isinstance(shape, dict) and shape.get("type") == "string" for shape in properties.values())
    return tuple(properties) if texts else ()


def _words(task: AnyTask) -> tuple[str, str]:
    if isinstance(task, PromptTask):
        return WRITE, task.prompt
    if isinstance(task, AskTask):
        return ASK, task.ask
    if isinstance(task, ToolTask):
        return task.tool, ""
    if isinstance(task, AgentTask):
        return WRITE, task.agent
    if isinstance(task, GoalTask):
        return WRITE, task.goal
    return WRITE, f"(the plan {task.plan})" if isinstance(task, PlanTask) else "(puts data together)"


def _data(task: AnyTask) -> str:
    """Everything of a task that may read results, besides its loop and its condition, as one text."""
    return canonical_json(task.model_dump(mode="json", by_alias=True, exclude={"needs", "foreach", "if_"}))


def read_by(text: Json) -> list[str]:
    """The tasks whose results the expressions in `text` read, in their order."""
    return list(dict.fromkeys(_OUTPUT.findall(text if isinstance(text, str) else canonical_json(text))))


def _plain(text: str, item: str) -> str:
    for pattern in (_LOOP, _LABELLED, _ALONE):
        text = pattern.sub("", text)
    return _referring(text, item).strip()


def _value(value: Json, item: str) -> str:
    return _referring(value if isinstance(value, str) else canonical_json(value), item)


def _referring(text: str, item: str) -> str:
    def name(match: re.Match[str]) -> str:
        first = match.group(1) or (ITEM if match.group(2) == item else "")
        return f"{{{first}{match.group(3)}}}" if first else match.group(0)

    return _PUT.sub(name, text)


def result_types(plan: Plan) -> dict[str, Type]:
    """The type of one result of each task whose own `output` or kind says it; tools are known by their schemas."""
    types: dict[str, Type] = {}
    for name, task in plan.tasks.items():
        if task.output is not None:
            types[name] = _shape(task.output)
        elif isinstance(task, PromptTask | AskTask | AgentTask):
            types[name] = STRING
        elif not isinstance(task, ToolTask):
            types[name] = ANY
    return types


def _shape(shape: str | dict[str, Json]) -> Type:
    if isinstance(shape, dict):
        return of_schema(shape)
    if shape.startswith("list[") and shape.endswith("]"):
        return list_of(_shape(shape[5:-1]))
    known = {"list": list_of(None), "boolean": BOOLEAN}
    return known.get(shape) or of_schema({"type": shape})
