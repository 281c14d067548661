"""Ranges of an estimate as words."""

from __future__ import annotations

from planc_compiler.review.estimate import Estimate, Range

from .words import duration, money


def count(value: Range) -> str:
    """`6`, `1–6`"""
    return _between(f"{value.low:.0f}", f"{value.high:.0f}")


def tokens(value: Range) -> str:
    """`~183–1.8k tokens`"""
    return f"~{_between(_short(value.low), _short(value.high))} tokens" if value.high else "no tokens"


def seconds(value: Range) -> str:
    """`~2.8 s–22 s`"""
    if value.high < 0.1:
        return "under 0.1 s"
    return f"~{_between(duration(value.low), duration(value.high))}"


def cost(estimate: Estimate) -> str:
    """`$0.05–$0.09`; "unpriced" when a price is unknown."""
    usd = estimate.usd
    return "unpriced" if usd is None else _between(money(usd.low), money(usd.high))


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


def _short(number: float) -> str:
    return f"{number:.0f}" if number < 1000 else f"{number / 1000:.1f}k"
