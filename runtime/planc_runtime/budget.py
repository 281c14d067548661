"""What a run may use: calls, tokens, US dollars. Reserved before a call, settled after it. Pure.

A call is made only when what was spent, what is reserved and what it may need together are within every limit, so
a run stops *before* it overspends. How long an answer may be is what its task says (`max_tokens`); where it says
nothing and tokens or dollars are limited, the call is given a share of what is left, and the model is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from planc_schemas.compiled import RunLimits
from planc_schemas.ports import Usage
from planc_schemas.values import Json

Limit = TypeVar("Limit", int, float)
TYPICAL_ANSWER: Final = 500
"""Tokens reserved for an answer while none was seen and `max_tokens` is not given."""
LEAST_SHARE: Final = 2_000
"""Tokens that an answer of unknown length is given room for, if need be by waiting for calls under way."""
LARGEST_SHARE: Final = 32_768
"""More than this no answer is given room for by itself; few models write more."""
NOTHING: Final = Usage(usd=0.0)

Cost: TypeAlias = Callable[[int, int], float | None]
"""`(input tokens, output tokens)` of one model → US dollars, None when nobody knows its price."""


def add(left: Usage, right: Usage) -> Usage:
    """The sum. Its US dollars are unknown (None) as soon as one call's price is."""
    first, second = _usd(left), _usd(right)
    return Usage(
        left.input_tokens + right.input_tokens,
        left.output_tokens + right.output_tokens,
        left.cached_tokens + right.cached_tokens,
        None if first is None or second is None else first + second,
        left.calls + right.calls,
    )


def _usd(usage: Usage) -> float | None:
    """Nothing costs nothing."""
    return 0.0 if usage.usd is None and not (usage.calls or usage.input_tokens or usage.output_tokens) else usage.usd


def usage_from_json(data: Mapping[str, Json] | None) -> Usage:
    """Reads what `Usage.to_json` wrote; None and missing members are nothing."""
    if not data:
        return NOTHING
    return Usage(
        data.get("input_tokens", 0),
        data.get("output_tokens", 0),
        data.get("cached_tokens", 0),
        data.get("usd"),
        data.get("calls", 0),
    )


@dataclass(frozen=True, slots=True)
class Need:
    """What one call may use at most, as far as is known. `usd` None: its price is unknown."""

    tokens: int
    usd: float | None
    calls: int = 1


@dataclass(frozen=True, slots=True)
class Lack:
    """The limit that a call would break, with the budget it belongs to and in words."""

    budget: Budget
    limit: Literal["calls", "tokens", "usd"]
    words: str


@dataclass(frozen=True, slots=True)
class Share:
    """Tokens that an answer is given room for, and those it should have if calls under way can make room."""

    tokens: int
    wanted: int


class Budget:
    """The budget of a run or of a sub-plan within it (`outer`: what it needs must fit there too)."""

    def __init__(
        self, limits: RunLimits, spent: Usage = NOTHING, outer: Budget | None = None, *, known_usd: float | None = None
    ) -> None:
        """`known_usd` is what the priced calls among `spent` cost, where others had no price."""
        self.limits = limits
        self.spent = spent
        self.outer = outer
        self.under_way = 0
        self.largest_answer = 0
        self._calls = 0
        self._tokens = 0
        self._usd = 0.0
        self._spent_usd = known_usd if known_usd is not None else spent.usd or 0.0

    @property
    def limits_usd(self) -> bool:
        """Must every call have a price?"""
        return self.limits.usd is not None or (self.outer is not None and self.outer.limits_usd)

    def lacking(self, need: Need) -> Lack | None:
        """The limit that a further call would break; None when there is room."""
        limits, spent = self.limits, self.spent
        if limits.calls is not None and spent.calls + self._calls + need.calls > limits.calls:
            return Lack(self, "calls", f"calls: {spent.calls} of {limits.calls} made")
        tokens = spent.input_tokens + spent.output_tokens
        if limits.tokens is not None and tokens + self._tokens + need.tokens > limits.tokens:
            words = f"tokens: {tokens} of {limits.tokens} used, the next call may need {need.tokens}"
            return Lack(self, "tokens", words)
        usd = need.usd or 0.0
        if limits.usd is not None and self._spent_usd + self._usd + usd > limits.usd:
            words = f"usd: {self._spent_usd:.4f} of {limits.usd:g} spent, the next call may cost {usd:.4f}"
            return Lack(self, "usd", words)
        return self.outer.lacking(need) if self.outer is not None else None

    def reserve(self, need: Need) -> None:
        """Sets aside what a call may need; only after `lacking` found nothing."""
        self.under_way += 1
        self._calls += need.calls
        self._tokens += need.tokens
        self._usd += need.usd or 0.0
        if self.outer is not None:
            self.outer.reserve(need)

    def spend(self, used: Usage) -> None:
        """Something was used that nobody set aside for: having the plan made."""
        self.spent = add(self.spent, used)
        self._spent_usd += used.usd or 0.0

    def settle(self, need: Need, used: Usage) -> None:
        """The call is over and used this much."""
        self.under_way -= 1
        self._calls -= need.calls
        self._tokens -= need.tokens
        self._usd -= need.usd or 0.0
        self.spend(used)
        self.largest_answer = max(self.largest_answer, used.output_tokens)
        if self.outer is not None:
            self.outer.settle(need, used)

    def room(self, asked: int, cost: Cost | None) -> int | None:
        """Tokens that the answer to a request of `asked` tokens may have at most; None: nothing limits them."""
        limits, rooms = self.limits, []
        if limits.tokens is not None:
            spent = self.spent.input_tokens + self.spent.output_tokens
            rooms.append(limits.tokens - spent - self._tokens - asked)
        if limits.usd is not None and cost is not None:
            base, million = cost(asked, 0), cost(0, 1_000_000)
            if base is not None and million:
                left = limits.usd - self._spent_usd - self._usd - base
                rooms.append(int(left / million * 1_000_000))
        if self.outer is not None and (outer := self.outer.room(asked, cost)) is not None:
            rooms.append(outer)
        return max(0, min(rooms)) if rooms else None

    def share(self, asked: int, cost: Cost | None, at_work: int) -> Share | None:
        """What an answer of unknown length is given while `at_work` tasks may make calls; None: nothing limits it."""
        room = self.room(asked, cost)
        if room is None:
            return None
        wanted = max(LEAST_SHARE, 2 * self.largest_answer)
        fair = room // max(1, at_work - self.under_way) if room >= 2 * wanted else room
        return Share(min(room, max(fair, wanted), LARGEST_SHARE), min(wanted, LARGEST_SHARE))

    def answer_tokens(self, max_tokens: int | None) -> int:
        """How many tokens an answer probably has."""
        if max_tokens is not None:
            return max_tokens
        return self.largest_answer or TYPICAL_ANSWER


def merged(own: RunLimits, override: RunLimits | None) -> RunLimits:
    """The plan's limits with the operator's in their place where the operator gave some."""
    if override is None:
        return own
    return RunLimits(
        concurrency=override.concurrency if override.concurrency is not None else own.concurrency,
        calls=override.calls if override.calls is not None else own.calls,
        tokens=override.tokens if override.tokens is not None else own.tokens,
        usd=override.usd if override.usd is not None else own.usd,
        time=override.time if override.time is not None else own.time,
        models={**own.models, **override.models},
        tools={**own.tools, **override.tools},
    )


def capped(own: RunLimits, cap: RunLimits | None) -> RunLimits:
    """The plan's limits where they are the stricter ones, the operator's where those are."""
    if cap is None:
        return own
    return RunLimits(
        concurrency=_least(own.concurrency, cap.concurrency),
        calls=_least(own.calls, cap.calls),
        tokens=_least(own.tokens, cap.tokens),
        usd=_least(own.usd, cap.usd),
        time=_least(own.time, cap.time),
        models={**own.models, **cap.models},
        tools={**own.tools, **cap.tools},
    )


def _least(own: Limit | None, cap: Limit | None) -> Limit | None:
    given = [value for value in (own, cap) if value is not None]
    return min(given) if given else None
