"""Goal → plan: ask the model for a draft, make it a plan, and have it repaired until it compiles or it is no use."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from planc_schemas.diagnostics import Diagnostic
from planc_schemas.ports import (
    Message,
    Model,
    ModelAnswer,
    ModelRequest,
    OnText,
    StructuredBy,
    TaskFailure,
    ToolCatalogue,
    Usage,
)
from planc_schemas.values import JsonSchema

from ..nearest import nearest
from .catalogue import Selection, allowed_tools, select_tools
from .critique import critique
from .draft import DraftError, DraftStep, draft_schema, read_draft
from .head import Head, MayBegin, OnHead
from .options import PlannerOptions
from .partial import PartialDraft
from .prompt import first_messages, repair_messages
from .repair import Candidate, Progress, candidate_of, resolved
from .result import OnStep, PlannedGoal, PlanningFailed, Reason, Repair, total

MAX_GOAL_CHARS = 20_000
MAX_CONTEXT_CHARS = 100_000
_CUT = "the answer was cut before its end; write fewer steps and shorter texts"


async def plan_goal(
    goal: str,
    model: Model,
    tools: ToolCatalogue,
    options: PlannerOptions | None = None,
    *,
    on_text: OnText | None = None,
    on_step: OnStep | None = None,
    on_head: OnHead | None = None,
    may_begin: MayBegin = lambda task: True,
) -> PlannedGoal:
    """Plans a goal with a model. Reads and writes nothing; the same goal and the same answers give the same bytes.

    `on_text` gets the answer as it arrives, `on_step` each complete step of the draft, `on_head` what may begin while
    the first answer still arrives (see `head`; only tasks that `may_begin`). Never raises for what a model does:
    `failure` says why there is no plan, and `text` and `diagnostics` how far it came.
    """
    options = options or PlannerOptions()
    allowed, missing = allowed_tools(tools, options.tools)
    failure = impossible(goal, options, tools, missing)
    if failure is not None:
        return PlannedGoal(failure=failure)
    goal = goal.strip()
    head = Head(goal, allowed, options, may_begin, on_head) if on_head is not None else None
    return await _Planning(goal, model, allowed, options, on_text, on_step, head).run()


def impossible(goal: str, options: PlannerOptions, tools: ToolCatalogue, missing: list[str]) -> PlanningFailed | None:
    """Why nobody need be asked; None when the goal can be planned. `missing` are tools that were asked for in vain."""
    if not goal.strip():
        return PlanningFailed("goal", "the goal is empty", "say in a sentence or two what is to be reached")
    for what, text, most in (("goal", goal, MAX_GOAL_CHARS), ("context", options.context, MAX_CONTEXT_CHARS)):
        if len(text) > most:
            return PlanningFailed("goal", f"the {what} has {len(text)} characters; at most {most} are read")
    if missing:
        near = nearest(missing[0], tools.names())
        hint = f"did you mean `{near}`?" if near else "`planc tools ls` lists the tools"
        return PlanningFailed("goal", f"there is no tool `{missing[0]}`", hint)
    return None


@dataclass(slots=True)
class _Planning:
    """One planning: the conversation and what it has cost so far."""

    goal: str
    model: Model
    allowed: Selection
    options: PlannerOptions
    on_text: OnText | None
    on_step: OnStep | None
    head: Head | None
    usage: Usage = field(default_factory=Usage)
    attempts: int = 0
    structured_by: StructuredBy | None = None
    answered_by: str = ""
    progress: Progress = field(default_factory=Progress)
    best: Candidate | None = None

    async def run(self) -> PlannedGoal:
        options = self.options
        shown = select_tools(self.goal, self.allowed, compact=options.compact, named=options.tools is not None)
        messages = first_messages(self.goal, shown, options)
        names = [tool.name for tool in shown]
        schema = draft_schema(names, options.most_steps, full=not options.compact, bounded=options.compact)
        ask = messages
        problems: tuple[str, ...]
        while True:
            try:
                answer = await self._ask(ask, schema)
            except TaskFailure as failed:
                said = failed.error.message.removeprefix(f"{self.model.name}: ")
                self.usage = total(self.usage, failed.usage or Usage())
                if failed.error.kind == "refused":
                    return self._failed("model", f"{self.model.name}: {said}", _DECLINED)
                if failed.error.kind != "invalid_output":
                    return self._failed("model", f"{self.model.name} gave no answer: {said}", failed.error.help)
                text, problems = "", (f"the answer could not be used: {said}",)
            else:
                text, problems = answer.text, self._judge(answer)
            if not problems:
                return await self._improved(messages, text, schema)
            if self.progress.is_stalled(text, problems):
                return self._failed("stalled", f"the model repeats itself: {problems[0]}")
            if self.attempts > options.repairs:
                reason: Reason = "invalid" if self.best else "draft"
                return self._failed(reason, f"after {self.attempts} attempts: {problems[0]}")
            ask = repair_messages(messages, text, problems)

    async def _ask(self, messages: list[Message], schema: JsonSchema) -> ModelAnswer:
        request = ModelRequest(tuple(messages), self.options.bounded_choice, schema, "plan_draft")
        self.attempts += 1
        answer = await self.model.answer(request, on_text=self._listener())
        self.usage = total(self.usage, answer.usage)
        self.structured_by = answer.structured_by
        self.answered_by = answer.model
        return answer

    def _listener(self) -> OnText | None:
        on_text, on_step = self.on_text, self.on_step
        head = self.head if self.attempts == 1 else None
        if on_step is None and head is None:
            return on_text

        def hear(step: DraftStep) -> None:
            if on_step is not None:
                on_step(step)
            if head is not None:
                head.add(step, partial.name)

        partial = PartialDraft(hear)

        def listen(piece: str) -> None:
            if on_text is not None:
                on_text(piece)
            partial.feed(piece)

        return listen

    def _judge(self, answer: ModelAnswer) -> tuple[str, ...]:
        """What is wrong with an answer; () when it is a valid plan, which `best` then is."""
        if answer.finish_reason == "length":
            return (_CUT,)
        try:
            draft = read_draft(answer.data, answer.text)
        except DraftError as error:
            return (str(error),)
        before = self.best.problems if self.best else ()
        self.best = resolved(before, candidate_of(draft, self.goal, self.allowed, self.options))
        return self.best.problems

    async def _improved(self, messages: list[Message], text: str, schema: JsonSchema) -> PlannedGoal:
        """The valid plan. A larger model is told once what is weak about it; its answer is taken if it is better."""
        candidate = self.best
        assert candidate is not None
        found = self._critique(candidate)
        weak = [item for item in found if item.severity == "warning"]
        if weak and not self.options.compact and self.attempts <= self.options.repairs:
            better = await self._second(messages, text, schema, candidate, weak)
            if better is not None:
                candidate, found = better, self._critique(better)
        return self._planned(candidate, found)

    async def _second(
        self, messages: list[Message], text: str, schema: JsonSchema, candidate: Candidate, weak: list[Diagnostic]
    ) -> Candidate | None:
        said = tuple(f"step `{item.task}`: {item.message}" if item.task else item.message for item in weak)
        try:
            answer = await self._ask(repair_messages(messages, text, said), schema)
            draft = read_draft(answer.data, answer.text)
        except (TaskFailure, DraftError):
            return None
        other = candidate_of(draft, self.goal, self.allowed, self.options)
        still = [item for item in self._critique(other) if item.severity == "warning"] if not other.problems else weak
        if len(still) >= len(weak):
            return None
        gone = tuple(Repair("model", sentence) for sentence in said)
        return replace(other, repairs=(*candidate.repairs, *gone, *other.repairs))

    def _critique(self, candidate: Candidate) -> list[Diagnostic]:
        return critique(
            candidate.text,
            candidate.compilation,
            self.goal,
            self.allowed,
            self.options.file,
            self.options.context,
        )

    def _planned(self, candidate: Candidate, found: list[Diagnostic]) -> PlannedGoal:
        return PlannedGoal(
            text=candidate.text,
            plan=candidate.plan,
            compilation=candidate.compilation,
            diagnostics=(*candidate.compilation.diagnostics, *found),
            repairs=candidate.repairs,
            usage=self.usage,
            structured_by=self.structured_by,
            model=self.answered_by,
            attempts=self.attempts,
        )

    def _failed(self, reason: Reason, message: str, help_: str = "") -> PlannedGoal:
        best = self.best
        return PlannedGoal(
            text=best.text if best else "",
            compilation=best.compilation if best else None,
            diagnostics=tuple(best.compilation.diagnostics) if best else (),
            repairs=best.repairs if best else (),
            usage=self.usage,
            structured_by=self.structured_by,
            model=self.answered_by,
            attempts=self.attempts,
            failure=PlanningFailed(reason, message, help_ or _HELP[reason]),
        )


_DECLINED = "say the goal in other words, or plan with another model: --model"
_HELP: dict[Reason, str] = {
    "model": "`planc doctor` tries the endpoint",
    "draft": "try again with another model, or write the plan by hand: `planc init` makes one to start from",
    "invalid": "say the goal in smaller steps, name the tools with --use, or try a larger model",
    "stalled": "say the goal in other words, or try a larger model",
    "goal": "",
    "limits": "",
}
