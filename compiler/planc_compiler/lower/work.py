"""A task's kind and fields → Work; settings resolved through `defaults` and `models`."""

from __future__ import annotations

from sys import intern
from typing import Any

from planc_schemas.compiled import (
    FAIL,
    NO_RETRY,
    AgentWork,
    AskWork,
    ForeachRule,
    GoalWork,
    ModelChoice,
    OnError,
    PlanWork,
    PromptWork,
    RepeatRule,
    RetryPolicy,
    ToolWork,
    ValueWork,
    Work,
)
from planc_schemas.plan import (
    AgentTask,
    AskTask,
    FallbackValue,
    GoalTask,
    Memory,
    Plan,
    PlanTask,
    PromptTask,
    Retry,
    ToolTask,
)
from planc_schemas.ports import RETRYABLE
from planc_schemas.values import Json, parse_duration

from ..program import Program, Unit

_TIMED = ("prompt", "tool", "agent")
"""Kinds that `defaults` are for: a person may take days, and a sub-plan's tasks have their own."""


_NAME_LENGTH = 64
"""Shorter texts are often names that come again, in this plan or in the next one."""


def plain(code: Any) -> Any:
    """Code without positions: plain lists and mappings. Equal names become one object: large plans have each many
    times."""
    if isinstance(code, list):
        return [plain(item) for item in code]
    if isinstance(code, dict):
        return {intern(key): plain(value) for key, value in code.items()}
    if type(code) is str and len(code) <= _NAME_LENGTH:
        return intern(code)
    return code


def slot_code(unit: Unit, name: str) -> Any:
    """The plain code of a field, or None when the task does not have it."""
    slot = unit.slots.get(name)
    return None if slot is None else plain(slot.code)


def work_of(unit: Unit, program: Program) -> Work:
    """What the task does."""
    task, plan = unit.task, program.plan
    if isinstance(task, PromptTask):
        return PromptWork(
            prompt=slot_code(unit, "prompt"), system=slot_code(unit, "system"), model=model_choice(task, plan)
        )
    if isinstance(task, ToolTask):
        definition = program.definition(unit.specs[0])
        return ToolWork(tool=intern(task.tool), arguments=_arguments(unit), effects=unit.effects, definition=definition)
    if isinstance(task, AgentTask):
        return AgentWork(
            prompt=slot_code(unit, "agent"),
            tools=tuple(task.tools),
            definitions=tuple(program.definition(spec) for spec in unit.specs),
            effects=unit.effects,
            max_turns=task.max_turns,
            system=slot_code(unit, "system"),
            model=model_choice(task, plan),
            memory=_memory(task),
        )
    if isinstance(task, GoalTask):
        return GoalWork(
            goal=slot_code(unit, "goal"), tools=tuple(task.tools), limits=_goal_limits(task), approve=task.approve
        )
    if isinstance(task, PlanTask):
        path = unit.imported.path if unit.imported is not None else task.plan
        return PlanWork(path=path, arguments=_arguments(unit))
    if isinstance(task, AskTask):
        return AskWork(text=slot_code(unit, "ask"))
    return ValueWork(value=slot_code(unit, "value"))


def _goal_limits(task: GoalTask) -> dict[str, Json]:
    """The limits of a run-time sub-plan; `time` in seconds."""
    limits = task.limits.model_dump(exclude_none=True) if task.limits is not None else {}
    if "time" in limits:
        limits["time"] = parse_duration(limits["time"])
    return limits


def _arguments(unit: Unit) -> Any:
    return slot_code(unit, "with") or ["const", {}]


def _memory(task: AgentTask) -> dict[str, Json] | None:
    if task.memory is None:
        return None
    memory = task.memory if isinstance(task.memory, Memory) else Memory(scope=task.memory)
    return memory.model_dump(exclude_none=True)


def model_choice(task: PromptTask | AgentTask, plan: Plan) -> ModelChoice:
    """The task's model: its own word or the default's, then `models`, then the task's own settings on top."""
    alias = task.model or (plan.defaults.model if plan.defaults is not None else None) or ""
    settings = plan.models.get(alias)
    temperature, max_tokens = task.temperature, task.max_tokens
    if settings is None:
        return ModelChoice(alias=alias, model=alias or None, temperature=temperature, max_tokens=max_tokens)
    return ModelChoice(
        alias=alias,
        model=settings.model,
        provider=settings.provider,
        temperature=settings.temperature if temperature is None else temperature,
        max_tokens=settings.max_tokens if max_tokens is None else max_tokens,
        top_p=settings.top_p,
        seed=settings.seed,
        reasoning_effort=settings.reasoning_effort,
    )


def retry_policy(unit: Unit, plan: Plan, harmful: bool) -> RetryPolicy:
    """The task's own retry; else the default one, unless repeating the task may do harm."""
    retry = unit.task.retry
    if retry is None and plan.defaults is not None and unit.task.kind in _TIMED and not harmful:
        retry = plan.defaults.retry
    return NO_RETRY if retry is None else _policy(retry)


def _policy(retry: Retry) -> RetryPolicy:
    causes = sorted(RETRYABLE) if "any" in retry.retry_on else list(dict.fromkeys(retry.retry_on))
    return RetryPolicy(
        max_attempts=retry.max_attempts,
        initial_delay=parse_duration(retry.initial_delay),
        backoff=retry.backoff,
        max_delay=parse_duration(retry.max_delay),
        jitter=retry.jitter,
        retry_on=tuple(causes),
    )


def timeout(unit: Unit, plan: Plan) -> float | None:
    """Seconds an attempt may take."""
    text = unit.task.timeout
    if text is None and plan.defaults is not None and unit.task.kind in _TIMED:
        text = plan.defaults.timeout
    return None if text is None else parse_duration(text)


def on_error(unit: Unit) -> OnError:
    if isinstance(unit.task.on_error, FallbackValue):
        return OnError(then="value", value=slot_code(unit, "on_error.value"))
    return FAIL if unit.task.on_error == "fail" else OnError(then="skip")


def foreach(unit: Unit) -> ForeachRule | None:
    rule = unit.task.foreach
    if rule is None:
        return None
    return ForeachRule(
        items=slot_code(unit, "foreach.in"),
        name=rule.as_,
        max_concurrency=rule.max_concurrency,
        on_error=rule.on_error,
    )


def repeat(unit: Unit) -> RepeatRule | None:
    rule = unit.task.repeat
    if rule is None:
        return None
    code = slot_code(unit, "repeat.until")
    return RepeatRule(until=code[1], max=rule.max, on_exhausted=rule.on_exhausted)


def may_be_kept(unit: Unit, harmful: bool) -> tuple[bool, float | None]:
    """`cache` and its time to live in seconds. By default what acts on the world, asks a person or remembers is not
    kept: its result says nothing about the next run."""
    cache = unit.task.cache
    if cache is None:
        pure = not harmful and all(spec.cacheable for spec in unit.specs)
        remembers = getattr(unit.task, "memory", None) is not None
        nested = unit.task.kind in ("ask", "goal", "plan")
        return pure and not remembers and not nested, None
    if isinstance(cache, bool):
        return cache, None
    return True, parse_duration(cache.ttl)
