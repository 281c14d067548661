"""An existing plan and a wish → the plan with that change, and nothing else touched."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, ValidationError

from planc_schemas.diagnostics import has_errors
from planc_schemas.plan import AnyTask, AskTask, Plan, PromptTask, ToolTask
from planc_schemas.ports import Message, Model, ModelAnswer, ModelRequest, OnText, TaskFailure, ToolCatalogue, Usage
from planc_schemas.values import Json, JsonSchema

from ..imports import LoadFile
from ..pipeline import Compilation, compile_plan
from .catalogue import Selection, allowed_tools, describe, select_tools
from .draft import Draft, DraftError, DraftStep, draft_schema, json_of, words_of
from .lift import lift, read_by, result_types
from .lower_draft import lower_steps
from .normalise import normalise
from .options import PlannerOptions
from .prompt import background, draft_text, fill, repair_messages
from .references import expression, output
from .repair import Progress, words_for
from .result import PlannedGoal, PlanningFailed, Reason, Repair, total
from .splice import CannotSplice, splice


class Edit(BaseModel):
    """A change as a model writes it: steps that go, and steps that are new or other than they were."""

    model_config = ConfigDict(frozen=True)

    remove: tuple[str, ...] = ()
    steps: tuple[DraftStep, ...] = ()


def edit_schema(tools: list[str], options: PlannerOptions) -> JsonSchema:
    """JSON Schema of an Edit, in the subset that strict structured output accepts."""
    compact = options.compact
    steps = draft_schema(tools, options.most_steps, full=not compact, bounded=compact)["properties"]["steps"]
    steps = {key: value for key, value in steps.items() if key != "minItems"}
    properties = {"remove": {"type": "array", "items": {"type": "string"}}, "steps": steps}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


async def revise_plan(
    text: str,
    request: str,
    model: Model,
    tools: ToolCatalogue,
    options: PlannerOptions | None = None,
    *,
    on_text: OnText | None = None,
    load: LoadFile | None = None,
) -> PlannedGoal:
    """The plan file `text` changed as `request` says. Tasks that do not change keep every byte, comments included.

    The plan must be valid before; `load` gives the plan files that it uses. Never raises for what a model does;
    see PlannedGoal.failure.
    """
    options = options or PlannerOptions()
    before = compile_plan(text, options.file, tools, load=load)
    allowed, _ = allowed_tools(tools, options.tools)
    if before.model is None or has_errors(before.diagnostics):
        failure = PlanningFailed("goal", "the plan to revise has errors", "`planc check` names them; repair them first")
        return PlannedGoal(text=text, diagnostics=tuple(before.diagnostics), failure=failure)
    if not request.strip():
        return PlannedGoal(text=text, failure=PlanningFailed("goal", "the change is empty", "say what is to change"))
    return await _Revision(text, before.model, request.strip(), model, tools, allowed, options, on_text, load).run()


@dataclass(slots=True)
class _Revision:
    text: str
    plan: Plan
    request: str
    model: Model
    tools: ToolCatalogue
    allowed: Selection
    options: PlannerOptions
    on_text: OnText | None
    load: LoadFile | None
    usage: Usage = field(default_factory=Usage)
    attempts: int = 0
    answer: ModelAnswer | None = None

    async def run(self) -> PlannedGoal:
        shown = self._shown()
        schema = edit_schema(shown, self.options)
        messages = self._messages(shown)
        ask, progress, last = messages, Progress(), ""
        while True:
            try:
                answer = await self._ask(ask, schema)
                result = self._judge(answer)
            except TaskFailure as failed:
                return self._failed("model", f"{self.model.name} gave no answer: {failed.error.message}")
            if not isinstance(result, tuple):
                return result
            last = answer.text
            if progress.is_stalled(last, result):
                return self._failed("stalled", f"the model repeats itself: {result[0]}")
            if self.attempts > self.options.repairs:
                return self._failed("invalid", f"after {self.attempts} attempts: {result[0]}")
            ask = repair_messages(messages, last, result)

    def _shown(self) -> list[str]:
        """Tools that the plan has and those that the wish calls for."""
        chosen = select_tools(
            self.request, self.allowed, compact=self.options.compact, named=self.options.tools is not None
        )
        used = [task.tool for task in self.plan.tasks.values() if isinstance(task, ToolTask)]
        names = {spec.name for spec in chosen} | {name for name in used if self.allowed.get(name) is not None}
        return sorted(names)

    def _messages(self, shown: list[str]) -> list[Message]:
        compact = self.options.compact
        rules = fill("system", full=not compact, compact=compact, max_tasks=self.options.max_tasks)
        lines = [describe(spec, compact=compact) for spec in self.allowed.specs() if spec.name in shown]
        plan = draft_text(lift(self.plan), self.options)
        context = background(self.options)
        asked = fill("revise", plan=plan, tools=lines, request=self.request, context=context)
        return [Message("system", rules), Message("user", asked)]

    async def _ask(self, messages: list[Message], schema: JsonSchema) -> ModelAnswer:
        self.attempts += 1
        request = ModelRequest(tuple(messages), self.options.bounded_choice, schema, "plan_edit")
        self.answer = await self.model.answer(request, on_text=self.on_text)
        self.usage = total(self.usage, self.answer.usage)
        return self.answer

    def _judge(self, answer: ModelAnswer) -> PlannedGoal | tuple[str, ...]:
        """The revised plan, or what is wrong with the answer."""
        if answer.finish_reason == "length":
            return ("the answer was cut before its end",)
        try:
            edit = _read(answer)
            text, repairs = apply_edit(self.text, self.plan, edit, self.allowed)
        except (DraftError, CannotSplice) as error:
            return (str(error),)
        checked = compile_plan(text, self.options.file, self.tools, load=self.load)
        problems = tuple(words_for(found) for found in checked.diagnostics if found.severity == "error")
        if checked.model is not None and len(checked.model.tasks) > max(self.options.max_tasks, len(self.plan.tasks)):
            problems = (*problems, f"the plan would have {len(checked.model.tasks)} steps")
        return problems or self._done(text, checked, repairs)

    def _done(self, text: str, checked: Compilation, repairs: list[Repair]) -> PlannedGoal:
        return PlannedGoal(
            text=text,
            plan=checked.model,
            compilation=checked,
            diagnostics=tuple(checked.diagnostics),
            repairs=tuple(repairs),
            usage=self.usage,
            structured_by=self.answer.structured_by if self.answer else None,
            model=self.answer.model if self.answer else "",
            attempts=self.attempts,
        )

    def _failed(self, reason: Reason, message: str) -> PlannedGoal:
        failure = PlanningFailed(reason, message, "the file is as it was; say the change in other words")
        return PlannedGoal(text=self.text, usage=self.usage, attempts=self.attempts, failure=failure)


def _read(answer: ModelAnswer) -> Edit:
    data = answer.data if answer.data is not None else json_of(answer.text)
    try:
        edit = Edit.model_validate(data)
    except ValidationError as error:
        raise DraftError(words_of(error)) from None
    if not edit.remove and not edit.steps:
        raise DraftError("the answer changes nothing")
    return edit


def apply_edit(text: str, plan: Plan, edit: Edit, tools: Selection) -> tuple[str, list[Repair]]:
    """The file's text with the change, and what was put right in it. Raises DraftError or CannotSplice."""
    removed = [name for name in dict.fromkeys(edit.remove) if name in plan.tasks]
    replaced = {step.id for step in edit.steps}
    old = lift(plan)
    kept = [step for step in old.steps if step.id not in removed and step.id not in replaced]
    position = {step.id: index for index, step in enumerate(old.steps)}
    steps = sorted([*kept, *edit.steps], key=lambda step: position.get(step.id, len(position)))
    if not steps:
        raise DraftError("nothing would be left of the plan")
    draft, repairs = normalise(Draft(name=plan.name, steps=tuple(steps)), "", tools, plan.tasks)
    unchanged = {step.id for step in kept}
    repairs = [repair for repair in repairs if repair.task not in unchanged]
    types = {name: type_ for name, type_ in result_types(plan).items() if name in unchanged}
    lowered = lower_steps(draft, tools, types)
    changed = {name: _merged(plan.tasks.get(name), task) for name, task in lowered.items() if name not in unchanged}
    removed = [name for name in removed if name not in changed]
    return splice(text, changed, removed, _outputs(plan, draft, changed, removed)), repairs


def _merged(old: AnyTask | None, new: AnyTask) -> AnyTask:
    """The new work with the settings that the old task had and a draft cannot say (model, retry, timeout, …)."""
    if old is None or type(old) is not type(new):
        return new
    said = {"needs", "if_", "foreach", "output"}
    said |= {"prompt"} if isinstance(new, PromptTask) else {"ask"} if isinstance(new, AskTask) else {"tool", "with_"}
    changes = {name: getattr(new, name) for name in said}
    if new.foreach is not None and old.foreach is not None:
        changes["foreach"] = old.foreach.model_copy(update={"in_": new.foreach.in_, "as_": new.foreach.as_})
    if new.output is None and not new.foreach:
        changes["output"] = old.output
    return old.model_copy(update=changes)


def _outputs(plan: Plan, draft: Draft, changed: dict[str, AnyTask], removed: list[str]) -> dict[str, Json | None]:
    """Outputs of removed tasks go; a new result that no step reads becomes one."""
    outputs: dict[str, Json | None] = {
        name: None for name, value in plan.outputs.items() if set(read_by(value)) & set(removed)
    }
    read = {name for step in draft.steps for name in (*step.needs, step.for_each, step.when.removeprefix("not "))}
    for name, task in changed.items():
        if name not in plan.tasks and name not in read and not isinstance(task, ToolTask):
            outputs[name if name not in plan.outputs else f"{name}_2"] = expression(output(name))
    return outputs
