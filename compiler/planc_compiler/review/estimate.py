"""What a run of a plan will take: calls, tokens, cost and time, as ranges with their basis.

Nothing here is measured on this plan unless `history` says so; every number carries the words that explain it.
Times of model calls come from `speed.py`; four characters are taken for one token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planc_schemas.compiled import AgentWork, CompiledPlan, CompiledTask, GoalWork, PlanWork, PromptWork, ToolWork
from planc_schemas.values import Json

from .speed import Speed, SpeedOf, hosted
from .structure import critical_path, order

CHARS_PER_TOKEN = 4
ASSUMED_ANSWER_TOKENS = (60, 600)
ASSUMED_TOOL_SECONDS = (0.05, 3.0)
ASSUMED_TOOL_TOKENS = (20, 2000)
ASSUMED_ITEMS = (1, 10)
COUNT_ARGUMENTS = ("max_results", "count", "limit", "max_items", "n", "top_k")


@dataclass(frozen=True, slots=True)
class Range:
    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def times(self, other: Range) -> Range:
        return Range(self.low * other.low, self.high * other.high)


ZERO = Range(0, 0)
ONE = Range(1, 1)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input_per_million: float
    output_per_million: float


PriceOf = Callable[[str | None], "Price | None"]
"""Model name (None: the default model) → its price, or None when it is unknown."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What earlier runs of a task took: medians of one instance."""

    seconds: float
    input_tokens: float
    output_tokens: float
    instances: float


@dataclass(frozen=True, slots=True)
class TaskEstimate:
    """One task: `calls` are model calls of all its instances without retries, `seconds` those of the task as a whole.

    `usd` is None when a price is unknown.
    """

    id: str
    instances: Range
    calls: Range
    most_calls: float
    input_tokens: Range
    output_tokens: Range
    seconds: Range
    usd: Range | None
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A whole plan. `most_calls` counts every retry; `usd` is None when any price is unknown ("unpriced")."""

    tasks: dict[str, TaskEstimate]
    calls: Range
    most_calls: float
    tokens: Range
    usd: Range | None
    seconds: Range
    critical_path: tuple[str, ...]


@dataclass
class _Context:
    plan: CompiledPlan
    root: CompiledPlan
    inputs: Mapping[str, Json]
    price: PriceOf
    speed: SpeedOf
    history: Mapping[str, Recorded]
    tasks: dict[str, CompiledTask]
    done: dict[str, TaskEstimate] = field(default_factory=dict)


def estimate(
    plan: CompiledPlan,
    *,
    inputs: Mapping[str, Json] | None = None,
    price: PriceOf = lambda model: None,
    speed: SpeedOf = hosted,
    history: Mapping[str, Recorded] | None = None,
    root: CompiledPlan | None = None,
) -> Estimate:
    """The estimate of one run with `inputs` (defaults of the plan where they are missing)."""
    known = {name: schema["default"] for name, schema in plan.inputs.items() if "default" in schema}
    known.update(inputs or {})
    context = _Context(plan, root or plan, known, price, speed, history or {}, {task.id: task for task in plan.tasks})
    for task_id in order(plan):
        context.done[task_id] = _task(context, context.tasks[task_id])
    done = context.done
    path, high = critical_path(plan, {task_id: item.seconds.high for task_id, item in done.items()})
    _, low = critical_path(plan, {task_id: item.seconds.low for task_id, item in done.items()})
    return Estimate(
        tasks=done,
        calls=_sum(item.calls for item in done.values()),
        most_calls=sum(item.most_calls for item in done.values()),
        tokens=_sum(item.input_tokens + item.output_tokens for item in done.values()),
        usd=_sum_known([item.usd for item in done.values()]),
        seconds=Range(low, high),
        critical_path=path,
    )


def _task(context: _Context, task: CompiledTask) -> TaskEstimate:
    instances, basis = _instances(context, task)
    if isinstance(task.work, PlanWork):
        return _subplan(context, task, task.work, instances, basis)
    calls, one_in, one_out, one_seconds, more = _one(context, task)
    recorded = context.history.get(task.id)
    if recorded is not None:
        one_in = Range(recorded.input_tokens, recorded.input_tokens)
        one_out = Range(recorded.output_tokens, recorded.output_tokens)
        one_seconds = Range(recorded.seconds * 0.7, recorded.seconds * 1.5)
        more = ("medians of earlier runs",)
    waves = _waves(context, task, instances)
    input_tokens, output_tokens = one_in.times(instances), one_out.times(instances)
    most = calls.high * instances.high * task.retry.max_attempts
    low = 0 if task.condition is not None else 1
    return TaskEstimate(
        id=task.id,
        instances=instances,
        calls=calls.times(instances).times(Range(low, 1)),
        most_calls=most,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        seconds=one_seconds.times(waves).times(Range(low, 1)),
        usd=_cost(context, task, calls, input_tokens, output_tokens),
        basis=basis + more,
    )


def _instances(context: _Context, task: CompiledTask) -> tuple[Range, tuple[str, ...]]:
    if task.repeat is not None:
        return Range(1, task.repeat.max), (f"repeats 1 to {task.repeat.max} times",)
    if task.foreach is None:
        return ONE, ()
    recorded = context.history.get(task.id)
    count = _length(context, task.foreach.items)
    if recorded is not None and (count is None or count.low <= recorded.instances <= count.high):
        return Range(recorded.instances, recorded.instances), ("items as in earlier runs",)
    if count is not None:
        return count, (f"{_words(count)} items",)
    return Range(*ASSUMED_ITEMS), (f"number of items unknown: {ASSUMED_ITEMS[0]} to {ASSUMED_ITEMS[1]} assumed",)


def _length(context: _Context, data: Any) -> Range | None:
    """How many items `data` has, as far as constants, inputs, schemas and tools' count arguments tell."""
    value = _constant(context, data)
    if isinstance(value, list):
        return Range(len(value), len(value))
    expr = data[1] if data[0] == "expr" else data
    if data[0] == "arr":
        return Range(len(data[1]), len(data[1]))
    if expr[0] != "task" or expr[2] != "output":
        return None
    source = context.tasks[expr[1]]
    if source.foreach is not None:
        return context.done[source.id].instances
    if isinstance(source.work, ToolWork) and source.work.arguments[0] == "obj":
        for name in COUNT_ARGUMENTS:
            count = _constant(context, source.work.arguments[1].get(name, ["const", None]))
            if isinstance(count, int) and not isinstance(count, bool):
                return Range(0, count)
    schema = source.output or {}
    if "maxItems" in schema:
        return Range(schema.get("minItems", 0), schema["maxItems"])
    return None


def _constant(context: _Context, data: Any) -> Json:
    """The value of code that is a constant or a plain input, else None."""
    if data[0] in ("const", "lit"):
        return data[1]
    if data[0] == "expr":
        return _constant(context, data[1])
    if data[0] == "get" and data[1] == ["inputs"]:
        return context.inputs.get(data[2])
    if data[0] == "obj":
        return {key: _constant(context, item) for key, item in data[1].items()}
    return None


def _one(context: _Context, task: CompiledTask) -> tuple[Range, Range, Range, Range, tuple[str, ...]]:
    """Calls, input tokens, output tokens, seconds of one instance, and the basis of these numbers."""
    work = task.work
    if isinstance(work, ToolWork):
        return ZERO, ZERO, ZERO, Range(*ASSUMED_TOOL_SECONDS), ("tool time assumed",)
    if isinstance(work, PromptWork | AgentWork | GoalWork):
        turns = Range(1, work.max_turns) if isinstance(work, AgentWork) else ONE
        if isinstance(work, GoalWork):
            turns = Range(2, float(work.limits.get("calls") or 20))
        text = work.goal if isinstance(work, GoalWork) else work.prompt
        system = None if isinstance(work, GoalWork) else work.system
        tokens_in = _text_tokens(context, text) + (_text_tokens(context, system) if system else ZERO)
        cap = None if isinstance(work, GoalWork) else work.model.max_tokens
        low, high = ASSUMED_ANSWER_TOKENS
        out = Range(min(low, cap or low), min(high, cap or high))
        speed = _speed(context, task)
        seconds = Range(speed.seconds(tokens_in.low, out.low), speed.seconds(tokens_in.high, out.high))
        basis = (f"{_words(out)} tokens an answer", speed.basis)
        return turns, tokens_in.times(turns), out.times(turns), seconds.times(turns), basis
    return ZERO, ZERO, ZERO, ZERO, ()


def _text_tokens(context: _Context, text: list[Any]) -> Range:
    """Tokens of a text: its constant parts, and what the tasks it reads are expected to give."""
    total = ZERO
    for segment in text:
        if isinstance(segment, str):
            total += Range(len(segment) / CHARS_PER_TOKEN, len(segment) / CHARS_PER_TOKEN)
            continue
        for task_id in sorted(_reads(segment)):
            source = context.done.get(task_id)
            if source is None:
                continue
            if isinstance(context.tasks[task_id].work, ToolWork):
                total += Range(*ASSUMED_TOOL_TOKENS)
            else:
                total += source.output_tokens
    return total


def _reads(code: Any) -> set[str]:
    """Ids of the tasks that a piece of code reads."""
    found: set[str] = set()
    stack = [code]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            if len(item) == 3 and item[0] == "task" and isinstance(item[1], str):
                found.add(item[1])
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
    return found


def _waves(context: _Context, task: CompiledTask, instances: Range) -> Range:
    """How often instances run one after the other, given the concurrency limits."""
    if task.repeat is not None:
        return instances
    asks_a_model = isinstance(task.work, PromptWork | AgentWork | GoalWork)
    if asks_a_model and task.id not in context.history and _speed(context, task).shared:
        return instances
    limit = (task.foreach.max_concurrency if task.foreach else None) or context.plan.limits.concurrency or 8
    return Range(1 if instances.low else 0, max(1.0, -(-instances.high // limit)))


def _speed(context: _Context, task: CompiledTask) -> Speed:
    """How fast the model of a task answers."""
    return context.speed(task.work.model.model if isinstance(task.work, PromptWork | AgentWork) else None)


def _subplan(
    context: _Context, task: CompiledTask, work: PlanWork, instances: Range, basis: tuple[str, ...]
) -> TaskEstimate:
    child = estimate(context.root.imports[work.path], price=context.price, speed=context.speed, root=context.root)
    return TaskEstimate(
        id=task.id,
        instances=instances,
        calls=child.calls.times(instances),
        most_calls=child.most_calls * instances.high,
        input_tokens=child.tokens.times(instances),
        output_tokens=ZERO,
        seconds=child.seconds.times(_waves(context, task, instances)),
        usd=child.usd.times(instances) if child.usd is not None else None,
        basis=(*basis, f"estimate of {work.path}"),
    )


def _cost(context: _Context, task: CompiledTask, calls: Range, tokens_in: Range, tokens_out: Range) -> Range | None:
    if calls == ZERO:
        return ZERO
    choice = getattr(task.work, "model", None)
    price = context.price(choice.model if choice is not None else None)
    if price is None:
        return None
    return Range(
        (tokens_in.low * price.input_per_million + tokens_out.low * price.output_per_million) / 1e6,
        (tokens_in.high * price.input_per_million + tokens_out.high * price.output_per_million) / 1e6,
    )


def _sum(ranges: Any) -> Range:
    total = ZERO
    for item in ranges:
        total += item
    return total


def _sum_known(ranges: list[Range | None]) -> Range | None:
    known = [item for item in ranges if item is not None]
    return _sum(known) if len(known) == len(ranges) else None


def _words(value: Range) -> str:
    return f"{value.low:g}" if value.low == value.high else f"{value.low:g} to {value.high:g}"
