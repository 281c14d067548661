"""Limits on starting things: how many at once, how many a minute, and what a provider's 429 teaches. Pure: the time
is a parameter (seconds of a monotonic clock).

A `Lane` is what is limited: a model, a tool, an endpoint. Requests and tokens a minute are counted exactly, over the
last 60 seconds. After a 429 an endpoint's lane halves the number of calls at once and grows it again by one call for
every round of successes (additive increase, multiplicative decrease: Chiu and Jain 1989,
doi 10.1016/0169-7552(89)90019-6).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 60.0
_PAUSE: Final = 1.0
"""Seconds of silence after a 429 that names none."""
NEVER: Final = float("inf")
"""As a delay: not before something is given back."""


@dataclass(slots=True)
class Lane:
    """One limited thing. None means no limit. `active` are the starts that were not given back yet."""

    concurrency: int | None = None
    rpm: int | None = None
    tpm: int | None = None
    adaptive: bool = False
    active: int = 0
    paused_until: float = 0.0
    _allowed: float = NEVER
    _requests: deque[float] = field(default_factory=deque)
    _tokens: deque[list[float]] = field(default_factory=deque)
    _token_sum: float = 0.0

    def delay(self, now: float, tokens: int = 0) -> float:
        """Seconds until one more may start: 0 now, NEVER when it depends on what is given back."""
        if self.concurrency is not None and self.active >= self.concurrency:
            return NEVER
        if self.adaptive and self.active >= max(1, int(min(self._allowed, 1e9))):
            return NEVER
        wait = max(0.0, self.paused_until - now)
        if self.rpm is not None:
            wait = max(wait, self._request_delay(now))
        if self.tpm is not None:
            wait = max(wait, self._token_delay(now, tokens))
        return wait

    def room(self, now: float) -> float:
        """How many more may start now; NEVER (infinity) when nothing limits them."""
        if self.delay(now) > 0:
            return 0
        room = NEVER
        if self.concurrency is not None:
            room = self.concurrency - self.active
        if self.adaptive:
            room = min(room, max(1, int(min(self._allowed, 1e9))) - self.active)
        if self.rpm is not None:
            room = min(room, self.rpm - len(self._requests))
        return room

    def pace(self, now: float, tokens: int = 0) -> float:
        """Seconds until one more request may be made by somebody who has been started already."""
        wait = max(0.0, self.paused_until - now)
        if self.rpm is not None:
            wait = max(wait, self._request_delay(now))
        if self.tpm is not None:
            wait = max(wait, self._token_delay(now, tokens))
        return wait

    def enter(self, now: float) -> None:
        """One more is started; it makes a request."""
        self.active += 1
        self.count(now)

    def count(self, now: float) -> None:
        """One request is made."""
        if self.rpm is not None:
            self._requests.append(now)

    def spend(self, now: float, tokens: int) -> list[float]:
        """Tokens are (about to be) used; give what comes back to `correct` once the number is known."""
        entry = [now, float(tokens)]
        if self.tpm is not None:
            self._tokens.append(entry)
            self._token_sum += tokens
        return entry

    def correct(self, entry: list[float], tokens: int) -> None:
        """The entry of `spend` stood for this many tokens."""
        if self.tpm is not None and any(each is entry for each in self._tokens):
            self._token_sum += tokens - entry[1]
        entry[1] = float(tokens)

    def leave(self) -> None:
        """One that was started is over."""
        self.active -= 1

    def succeeded(self) -> None:
        """A call was answered: one more at once after a round of these."""
        if self.adaptive and self._allowed != NEVER:
            self._allowed += 1.0 / self._allowed

    def rate_limited(self, now: float, retry_after: float | None) -> None:
        """The provider said 429."""
        if not self.adaptive:
            return
        pause = now + (retry_after if retry_after is not None else _PAUSE)
        if now >= self.paused_until:  # one cut for all calls that hit the same wall
            self._allowed = max(1.0, min(self._allowed, float(self.active)) / 2)
        self.paused_until = max(self.paused_until, pause)

    def _request_delay(self, now: float) -> float:
        requests = self._requests
        while requests and requests[0] <= now - WINDOW:
            requests.popleft()
        if self.rpm is None or len(requests) < self.rpm:
            return 0.0
        return requests[len(requests) - self.rpm] + WINDOW - now

    def _token_delay(self, now: float, tokens: int) -> float:
        """A request larger than the whole allowance may go when nothing was used in the last minute."""
        entries = self._tokens
        while entries and entries[0][0] <= now - WINDOW:
            self._token_sum -= entries.popleft()[1]
        if self.tpm is None or not entries or self._token_sum + tokens <= self.tpm:
            return 0.0
        excess = self._token_sum + tokens - self.tpm
        for at, used in entries:
            excess -= used
            if excess <= 0:
                return at + WINDOW - now
        return entries[-1][0] + WINDOW - now
