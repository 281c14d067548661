"""Whether and when a failed attempt is tried again. Pure: randomness is a parameter.

The delay before attempt n+1 is `initial_delay · backoff^(n-1)`, at most `max_delay`. With jitter it is drawn evenly
from its upper half ("equal jitter", AWS Architecture Blog, Exponential Backoff And Jitter, 2015), so that tasks that
failed together do not come back together. A provider's Retry-After is obeyed: the delay is never shorter.
"""

from __future__ import annotations

from typing import Final

from planc_schemas.compiled import RetryPolicy
from planc_schemas.ports import RETRYABLE, TaskError

MAX_RETRY_AFTER: Final = 3600.0
"""Seconds. A provider that asks for more is not waited for: the task fails and says so."""


def may_retry(policy: RetryPolicy, attempt: int, error: TaskError) -> bool:
    """Does another attempt follow the failed attempt number `attempt` (from 1)?

    What another try cannot help (a wrong key, a bad request, a missing right, …) is never tried again, whatever
    `retry_on` says.
    """
    if attempt >= policy.max_attempts or error.kind not in RETRYABLE:
        return False
    if error.retry_after is not None and error.retry_after > MAX_RETRY_AFTER:
        return False
    return error.kind in policy.retry_on or "any" in policy.retry_on


def delay_before_next(policy: RetryPolicy, attempt: int, error: TaskError, jitter: float) -> float:
    """Seconds to wait after attempt number `attempt`; `jitter` is a random number from 0 to 1."""
    exponent = min(attempt - 1, 64)
    delay = min(policy.initial_delay * policy.backoff**exponent, policy.max_delay)
    if policy.jitter:
        delay *= 0.5 + 0.5 * jitter
    return max(delay, error.retry_after or 0.0)
