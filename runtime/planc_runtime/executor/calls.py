"""What a task may do to the world: model calls and tool calls, through limits, budget and rights; usage is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import ModelAnswer, ModelRequest, OnText, TaskError, TaskFailure, Usage
from planc_schemas.values import Json, canonical_json

from ..budget import LARGEST_SHARE, NOTHING, Budget, Cost, Lack, Need, add
from ..models.base import ModelProvider
from ..store.base import Notes
from ..tools.context import Memory, ToolContext
from .admission import Admission
from .gates import Gate, enter, learning, leave, pace
from .options import Options, ToolCaller
from .watch import Watch

_CHARACTERS_PER_TOKEN: Final = 4
"""A rule of thumb for English text; only used where the real number is not known yet."""
_MAY_BE_BILLED: Final = frozenset({"timeout", "invalid_output", "refused", "connection"})
"""After these the provider may have written an answer: what was reserved counts as used."""


_MORE: Final = "resume with a higher limit to go on"
UNPRICED_HELP: Final = "set its price under `prices` in the user configuration, or count it as free: --allow-unpriced"


class OutOfBudget(TaskFailure):
    """A call was not made because a limit does not allow it. `budget` is the one that lacks."""

    def __init__(self, budget: Budget, what: str, help: str = _MORE) -> None:
        super().__init__(TaskError("budget", what, "R204", help))
        self.budget = budget


@dataclass(slots=True)
class World:
    """What all attempts of a run share."""

    run_id: str
    models: ModelProvider
    tools: ToolCaller
    options: Options
    admission: Admission
    room: asyncio.Event
    """Set whenever a call is settled."""
    notes: Callable[[str], Notes] | None = None
    """`Store.notes`: where agents remember."""
    at_work: Callable[[], int] = lambda: 1
    """How many attempts are under way."""


class Calls:
    """The calls of one attempt. `usage` is what they used."""

    __slots__ = ("_admitted", "_budget", "_counted", "_memory", "_owner", "_timeout", "_world", "instance", "usage")

    def __init__(
        self,
        world: World,
        instance: str,
        budget: Budget,
        admitted: bool = False,
        timeout: float | None = None,
        owner: str = "",
        memory: Memory | None = None,
    ) -> None:
        """`admitted`: the task holds a place in its gates while it runs, and its first request was counted then; the
        calls of others take a place each. `timeout` is the task's, in seconds. `owner` is the tool whose gate the task
        itself holds a place in. `memory` is what the task may remember and recall."""
        self.instance = instance
        self.usage = NOTHING
        self._world = world
        self._budget = budget
        self._admitted = admitted
        self._counted = admitted
        self._timeout = timeout
        self._owner = owner
        self._memory = memory

    @property
    def run_id(self) -> str:
        return self._world.run_id

    def take_usage(self) -> Usage:
        """What was used since this was last asked; it is the caller's to report."""
        used, self.usage = self.usage, NOTHING
        return used

    # --- models ---------------------------------------------------------------------------------------------------

    async def ask_model(self, request: ModelRequest) -> ModelAnswer:
        """One call. Raises TaskFailure, OutOfBudget among them."""
        world = self._world
        model = world.models.model_for(request.choice)
        tokens = _request_tokens(request)
        gates = world.admission.model_gates(request.choice)
        need, cap = await self._reserve(request)
        if cap is not None:
            request = replace(request, cap=cap)
        used: Usage | None = None
        seen = self._watch()
        answer: ModelAnswer | None = None
        try:
            async with self._place_in(gates) as counted:
                expected = tokens + self._budget.answer_tokens(request.choice.max_tokens)
                entries = await pace(gates, expected, counted=counted)
                seen.begin()
                with learning(gates):
                    answer = await model.answer(request, on_text=self._on_text())
            used = answer.usage if answer.usage.calls else add(answer.usage, Usage(calls=1, usd=0.0))
            for gate, entry in zip(gates, entries, strict=True):
                gate.lane.correct(entry, used.input_tokens + used.output_tokens)
            self._check_uncut(answer.finish_reason == "length", cap)
            seen.error = ""
            return answer
        except OutOfBudget as failure:
            seen.error = failure.error.kind
            raise
        except TaskFailure as failure:
            seen.error = failure.error.kind
            used = failure.usage or _after_failure(failure.error, need, tokens)
            self._check_uncut(cap is not None and used.output_tokens >= cap, cap)
            raise
        finally:
            used = used if used is not None else Usage(need.tokens, 0, 0, need.usd, 1)  # cut off: count it all
            self.usage = add(self.usage, used)
            self._budget.settle(need, used)
            world.room.set()
            seen.model(model.name, request, used, answer)

    @asynccontextmanager
    async def _place_in(self, gates: tuple[Gate, ...]) -> AsyncIterator[bool]:
        """A place for one call, for tasks that hold none; whether the request was counted with it."""
        if self._admitted:
            counted, self._counted = self._counted, False
            yield counted
            return
        await enter(gates)
        try:
            yield True
        finally:
            leave(gates)

    async def _reserve(self, request: ModelRequest) -> tuple[Need, int | None]:
        """Sets aside what a call may use, waiting for calls under way when their end may make room. Gives it with the
        most tokens that its answer may have, where the budget has to say that. Raises OutOfBudget."""
        budget, asked = self._budget, most_tokens(request)
        cost = self._cost(request.choice)
        while True:
            share = None
            if request.choice.max_tokens is None:
                share = budget.share(asked, cost, self._world.at_work())
            answer = budget.answer_tokens(request.choice.max_tokens) if share is None else share.tokens
            enough = max(answer, budget.answer_tokens(None)) if share is not None else answer
            lack = budget.lacking(_need(asked, enough, cost))
            if lack is not None and not lack.budget.under_way:
                raise OutOfBudget(lack.budget, f"the budget does not allow another call: {lack.words}", more(lack))
            if lack is None and (share is None or share.tokens >= share.wanted or not budget.under_way):
                need = _need(asked, answer, cost)
                budget.reserve(need)
                return need, None if share is None else share.tokens
            self._world.room.clear()
            await self._world.room.wait()

    def _cost(self, choice: ModelChoice) -> Cost | None:
        """What the model's tokens cost, where dollars are limited. Raises OutOfBudget when nobody knows and free is not
        what unknown is to mean."""
        options, price = self._world.options, self._world.options.price
        if not self._budget.limits_usd:
            return None
        if price is not None and price(choice, 1, 1) is not None:
            return lambda input_tokens, output_tokens: price(choice, input_tokens, output_tokens)
        if options.allow_unpriced:
            return None
        name = choice.alias or choice.model or "the default model"
        what = f"nobody knows the price of `{name}`, and the run has a limit in US dollars"
        raise OutOfBudget(self._budget, what, UNPRICED_HELP)

    def _check_uncut(self, was_cut: bool, cap: int | None) -> None:
        """An answer that was cut because the budget had no more for it is none. Raises OutOfBudget."""
        if was_cut and cap is not None and cap < LARGEST_SHARE:
            what = f"the answer was cut after {cap} tokens, which is what the budget had left for it"
            raise OutOfBudget(self._budget, what, f"{_MORE}, or give the task `max_tokens`")

    def _on_text(self) -> OnText | None:
        hear = self._world.options.on_text
        if hear is None:
            return None
        instance = self.instance
        return lambda piece: hear(instance, piece)

    # --- tools ----------------------------------------------------------------------------------------------------

    async def call_tool(
        self, name: str, arguments: Mapping[str, Json], definition: str = "", *, call: str = ""
    ) -> Json:
        """One call, with the run's grants. Raises TaskFailure."""
        world = self._world
        key = f"{world.run_id}:{self.instance}" + (f":{call}" if call else "")
        context = ToolContext(
            grants=world.options.grants,
            idempotency_key=key,
            run_id=world.run_id,
            instance=self.instance,
            timeout=self._timeout,
            secrets=world.options.secrets,
            memory=self._memory,
        )
        gates = () if name == self._owner else world.admission.tool_gates(name)
        if not gates and world.options.on_call is None:
            return await world.tools.call(name, arguments, context, definition=definition)
        await enter(gates)
        seen = self._watch()
        seen.begin()
        result: Json = None
        try:
            result = await world.tools.call(name, arguments, context, definition=definition)
            seen.error = ""
            return result
        except TaskFailure as failure:
            seen.error = failure.error.kind
            raise
        finally:
            leave(gates)
            seen.tool(name, arguments, key, world.tools.get(name), result)

    def _watch(self) -> Watch:
        options = self._world.options
        return Watch(self.instance, options.clock.now, options.on_call)


def more(lack: Lack) -> str:
    """How to go on."""
    return f"{_MORE} (--{lack.limit} N)"


def _need(asked: int, answer: int, cost: Cost | None) -> Need:
    return Need(asked + answer, cost(asked, answer) if cost is not None else None)


def _after_failure(error: TaskError, need: Need, tokens: int) -> Usage:
    if error.kind in _MAY_BE_BILLED:
        return Usage(tokens, need.tokens - tokens, 0, need.usd, 1)
    return Usage(calls=1, usd=0.0)


def _request_tokens(request: ModelRequest) -> int:
    """An estimate of the request's size in tokens."""
    return sum(map(len, _texts(request))) // _CHARACTERS_PER_TOKEN + 4 * len(request.messages)


def most_tokens(request: ModelRequest) -> int:
    """What a budget sets aside for the request: a token has hardly ever less than two bytes of UTF-8."""
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in _texts(request))
    return size // 2 + 4 * len(request.messages)


def _texts(request: ModelRequest) -> Iterator[str]:
    """Everything that a model reads."""
    for message in request.messages:
        yield message.content
        yield from (call.arguments for call in message.tool_calls)
    if request.schema is not None:
        yield canonical_json(request.schema)
    for tool in request.tools:
        yield tool.description
        yield canonical_json(tool.arguments)
