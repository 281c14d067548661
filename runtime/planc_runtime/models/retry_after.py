"""When may we ask again? The forms in which providers say it, read into seconds.

`Retry-After` as seconds or as a date (RFC 9110, section 10.2.3), `retry-after-ms`, the `x-ratelimit-reset-*` headers
(https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers), and "try again in 1.2s" in the message.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0
"""Seconds; a longer wait is cut to this, so that a provider's slip cannot stop a run for good."""

_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|h|m|s|d))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_IN_TEXT = re.compile(r"(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)?(?:ms|h|m|s|d))+)")


def retry_after(headers: Mapping[str, str], message: str = "", *, now: float) -> float | None:
    """Seconds to wait, or None when the response does not say. `now` is in seconds since the epoch.

    `headers` are looked up in lower case. A date is taken relative to the response's own `Date`, if it has one.
    """
    seconds = _number(headers.get("retry-after-ms"), 0.001)
    if seconds is None:
        seconds = _number(headers.get("retry-after"))
    if seconds is None:
        seconds = _until(headers.get("retry-after"), headers.get("date"), now)
    if seconds is None:
        seconds = _rate_limit_reset(headers)
    if seconds is None and (match := _IN_TEXT.search(message)):
        seconds = _span(match.group(1))
    return None if seconds is None else min(max(seconds, 0.0), LONGEST)


def _number(text: str | None, unit: float = 1.0) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value * unit if math.isfinite(value) else None


def _until(text: str | None, date: str | None, now: float) -> float | None:
    target = _epoch(text)
    if target is None:
        return None
    sent = _epoch(date)
    return target - (sent if sent is not None else now)


def _epoch(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _rate_limit_reset(headers: Mapping[str, str]) -> float | None:
    """The longest reset of the limits that are used up; of all limits when the response does not say which."""
    waits: dict[str, float] = {}
    for what in ("requests", "tokens"):
        text = headers.get(f"x-ratelimit-reset-{what}")
        seconds = _span(text) if text else None
        if seconds is None:
            seconds = _number(text)
        if seconds is not None:
            waits[what] = seconds
    used_up = [seconds for what, seconds in waits.items() if headers.get(f"x-ratelimit-remaining-{what}") == "0"]
    return max(used_up or waits.values(), default=None)


def _span(text: str) -> float | None:
    """Seconds of `6m0s`, `1.5s` or `12ms`."""
    if _SPAN.fullmatch(text) is None:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
