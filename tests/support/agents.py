"""Running agent tasks in tests: real compiler, executor, store and tools; only the model's answers are written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from planc_compiler.pipeline import compile_plan
from planc_runtime.executor.environment import Environment
from planc_runtime.executor.execute import execute
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.store.base import Store
from planc_runtime.store.memory import MemoryStore
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.compiled import CompiledPlan, ModelChoice
from planc_schemas.ports import (
    ErrorKind,
    Model,
    ModelAnswer,
    ModelRequest,
    OnText,
    TaskError,
    TaskFailure,
    ToolCall,
    Usage,
)
from planc_schemas.values import Json

ONE_CALL = Usage(10, 5, 0, 0.0, 1)
Scripted = ModelAnswer | TaskFailure


def wants(*calls: tuple[str, Json]) -> ModelAnswer:
    """The model calls tools; arguments that are text are sent as they are."""
    made = tuple(
        ToolCall("same", name, given if isinstance(given, str) else json.dumps(given)) for name, given in calls
    )
    return ModelAnswer("", "scripted", ONE_CALL, tool_calls=made, finish_reason="tool_calls")


def says(text: str, finish: str = "stop") -> ModelAnswer:
    return ModelAnswer(text, "scripted", ONE_CALL, finish_reason=finish)


def gives(data: Json) -> ModelAnswer:
    return ModelAnswer(json.dumps(data), "scripted", ONE_CALL, data=data, structured_by="json_schema")


def fails(kind: ErrorKind, message: str = "no", retry_after: float | None = None) -> TaskFailure:
    return TaskFailure(TaskError(kind, message, retry_after=retry_after))


@dataclass
class Models:
    """A ModelProvider whose one model gives `answers` in order, or what a function of the request says."""

    answers: Sequence[Scripted] | Callable[[ModelRequest], Scripted]
    requests: list[ModelRequest] = field(default_factory=list)
    name: str = "scripted"

    def model_for(self, choice: ModelChoice) -> Model:
        return self

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        self.requests.append(request)
        answer = self.answers(request) if callable(self.answers) else self.answers[len(self.requests) - 1]
        if isinstance(answer, TaskFailure):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is open."""

    def told(self, index: int = -1) -> str:
        """The last message of a request."""
        return self.requests[index].messages[-1].content


@dataclass
class Ran:
    """A finished run."""

    result: RunResult
    store: Store
    models: Models

    def turns(self, *kinds: str) -> list[dict[str, Json]]:
        """The recorded turns, all or those of some kinds."""
        events = self.store.read(self.result.run_id, whole=True)
        turns = [event.data for event in events if event.type == "turn_recorded"]
        return [turn for turn in turns if not kinds or turn["kind"] in kinds]

    @property
    def output(self) -> Json:
        assert self.result.status == "succeeded", self.result
        return self.result.outputs["answer"]

    @property
    def error(self) -> TaskError:
        return self.result.failures[0].error


def registry(functions: Iterable[Callable[..., Any]]) -> ToolRegistry:
    made = ToolRegistry(builtin_tools({}))
    for function in functions:
        made.add_function(function)
    return made


def agent_plan(fields: str, tools: ToolRegistry) -> CompiledPlan:
    """A plan with one agent task; `fields` are the task's lines besides `agent`."""
    task = "\n".join(f"    {line}" for line in fields.strip().splitlines())
    text = f"version: 1\nname: notes\ntasks:\n  work:\n    agent: Do the work.\n{task}\n"
    text += "outputs: {answer: '${{ tasks.work.output }}'}\n"
    found = compile_plan(text, "test.plan.yaml", tools)
    assert found.plan is not None, [f"{item.code} {item.message}" for item in found.diagnostics]
    return found.plan


def run_agent(
    fields: str,
    answers: Sequence[Scripted] | Callable[[ModelRequest], Scripted],
    *functions: Callable[..., Any],
    store: Store | None = None,
    options: Options | None = None,
) -> Ran:
    """Executes a plan with one agent task."""
    tools, models = registry(functions), Models(answers)
    kept = store or MemoryStore()
    plan = agent_plan(fields, tools)
    result = asyncio.run(execute(plan, {}, Environment(kept, models, tools, options or Options(reuse=False))))
    return Ran(result, kept, models)
