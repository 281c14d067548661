"""Which runs to forget. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Retention, RunSummary
from .summary import FINISHED


def superfluous(runs: Sequence[RunSummary], retention: Retention, now: float) -> list[RunSummary]:
    """The runs (given newest first) that `retention` does not keep. A run that is executed now or whose journal
    cannot be read is never among them: the first is in use, the second is for a person to look at."""
    doomed = []
    for position, run in enumerate(runs):
        if run.holder is not None or run.problem is not None:
            continue
        if run.status not in FINISHED and not retention.unfinished:
            continue
        too_many = retention.keep is not None and position >= retention.keep
        ended = run.finished_at if run.finished_at is not None else run.updated_at
        too_old = retention.max_age is not None and now - ended > retention.max_age
        if too_many or too_old:
            doomed.append(run)
    return doomed
