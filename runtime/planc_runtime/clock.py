"""Time and chance as parameters, so that tests have both in their hands.

Waiting (deadlines, retry delays, rate limits) goes by the event loop's own clock, which a test replaces together with
the loop; what is shown to people, and what must survive a restart, goes by `Clock.now`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Clock:
    """`now`: seconds since the epoch. `random`: evenly from 0 to 1."""

    now: Callable[[], float] = time.time
    random: Callable[[], float] = field(default_factory=lambda: random.Random().random)
