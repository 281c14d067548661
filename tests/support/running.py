"""Runs plans in tests: the real executor and store; only what models and tools answer is pretended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from planc_runtime.budget import NOTHING
from planc_runtime.clock import Clock
from planc_runtime.executor import Edit, Environment, Options, RunResult, execute, preview, preview_resume, resume
from planc_runtime.executor.simulate import Step
from planc_runtime.store.memory import MemoryStore
from planc_runtime.tools.context import ToolContext
from planc_schemas.compiled import CompiledPlan, ModelChoice
from planc_schemas.events import Event
from planc_schemas.ports import ModelAnswer, ModelRequest, OnText, TaskError, TaskFailure, ToolSpec, Usage
from planc_schemas.values import Json

from .virtual_time import run_virtual

Reply: TypeAlias = str | TaskError | ModelAnswer
Script: TypeAlias = Callable[[ModelRequest], Reply | Awaitable[Reply]]
Calls: TypeAlias = dict[str, Callable[..., Json | Awaitable[Json]]]
PRICE = 0.01


def answer(text: str, *, tokens: int = 15, data: Json = None, finish: str = "stop") -> ModelAnswer:
    return ModelAnswer(text, "fake", Usage(tokens - 5, 5, 0, PRICE, 1), data, finish_reason=finish)


@dataclass
class FakeModels:
    """A ModelProvider with one model, whose answers a function gives. `requests` are all calls, in order."""

    script: Script = lambda request: f"answer to {request.messages[-1].content}"
    name: str = "fake"
    requests: list[ModelRequest] = field(default_factory=list)
    at: list[float] = field(default_factory=list)

    def model_for(self, choice: ModelChoice) -> FakeModels:
        return self

    async def close(self) -> None:
        """Nothing is open."""

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        self.requests.append(request)
        self.at.append(asyncio.get_running_loop().time() - 1000.0)
        reply = self.script(request)
        if isinstance(reply, Awaitable):
            reply = await reply
        if isinstance(reply, TaskError):
            raise TaskFailure(reply)
        return answer(reply) if isinstance(reply, str) else reply

    @property
    def prompts(self) -> list[str]:
        return [request.messages[-1].content for request in self.requests]


@dataclass
class FakeTools:
    """Tools whose calls functions answer. `calls` are all of them: (instance, name, arguments)."""

    functions: Calls = field(default_factory=dict)
    calls: list[tuple[str, str, Json]] = field(default_factory=list)

    def get(self, name: str) -> ToolSpec | None:
        return ToolSpec(name=name, description="", arguments={}) if name in self.functions else None

    def names(self) -> Sequence[str]:
        return sorted(self.functions)

    async def call(
        self, name: str, arguments: Mapping[str, Json], context: ToolContext, *, definition: str = ""
    ) -> Json:
        self.calls.append((context.instance, name, dict(arguments)))
        result = self.functions[name](**arguments)
        return await result if isinstance(result, Awaitable) else result


@dataclass
class Bench:
    """One store, one model, some tools, and runs on a virtual clock with chance at 1."""

    models: FakeModels = field(default_factory=FakeModels)
    tools: FakeTools = field(default_factory=FakeTools)
    store: MemoryStore = field(default_factory=MemoryStore)

    def options(self, **more: object) -> Options:
        return replace(Options(clock=Clock(random=lambda: 1.0), reuse=False), **more)  # type: ignore[arg-type]

    def environment(self, **options: object) -> Environment:
        return Environment(self.store, self.models, self.tools, self.options(**options))

    def run(self, plan: CompiledPlan, inputs: Mapping[str, Json] | None = None, **options: object) -> RunResult:
        return run_virtual(self.execute(plan, inputs, **options))

    async def execute(
        self, plan: CompiledPlan, inputs: Mapping[str, Json] | None = None, **options: object
    ) -> RunResult:
        return await execute(plan, inputs or {}, self.environment(**options))

    def resume(
        self, run_id: str, plan: CompiledPlan | None = None, planning: Usage = NOTHING, **options: object
    ) -> RunResult:
        edit = Edit(plan, "edited", planning) if plan is not None else None
        return run_virtual(resume(run_id, self.environment(**options), edit))

    def told(self, plan: CompiledPlan, run_id: str | None = None) -> list[Step]:
        """What is said before a run of the plan, or before the run `run_id` goes on with it."""
        env = self.environment(reuse=True)
        return preview(plan, {}, env) if run_id is None else preview_resume(run_id, env, Edit(plan))

    def events(self, run_id: str) -> list[Event]:
        return self.store.read(run_id)

    def story(self, run_id: str) -> list[str]:
        """The events as "type instance", for comparing."""
        return [f"{event.type} {event.instance or ''}".strip() for event in self.events(run_id)]
