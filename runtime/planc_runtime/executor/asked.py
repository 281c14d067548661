"""What the operator asked of a run beside its plan. It is kept with the run: whoever resumes it asks the same of it,
where nothing else is said.

In the events `run_started` and `run_resumed` it stands as "asked": {"limits"?, "reuse"?: false, "fail_fast"?: true,
"allow_unpriced"?: true, "fresh"?: [task or instance…]}, each time all that holds from there on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planc_schemas.compiled import RunLimits
from planc_schemas.values import Json

from ..budget import merged
from .options import Options

_LIMITS = ("concurrency", "calls", "tokens", "usd", "time", "models", "tools")


def limits_json(limits: RunLimits) -> dict[str, Json]:
    """Only what is limited."""
    return {name: value for name in _LIMITS if (value := getattr(limits, name)) not in (None, {})}


def asked_json(options: Options) -> dict[str, Json]:
    """What `options` ask, for the journal."""
    asked: dict[str, Json] = {}
    if options.limits is not None:
        asked["limits"] = limits_json(options.limits)
    if not options.reuse:
        asked["reuse"] = False
    if options.fail_fast:
        asked["fail_fast"] = True
    if options.allow_unpriced:
        asked["allow_unpriced"] = True
    fresh = options.fresh | options.once_fresh
    if fresh:
        asked["fresh"] = sorted(fresh)
    return asked


def as_asked(options: Options, asked: Mapping[str, Json]) -> Options:
    """`options` for going on with a run of which this was `asked` before."""
    limits = options.limits
    if "limits" in asked:
        limits = merged(RunLimits(**asked["limits"]), limits)
    return replace(
        options,
        limits=limits,
        reuse=options.reuse and asked.get("reuse", True),
        fail_fast=options.fail_fast or asked.get("fail_fast", False),
        allow_unpriced=options.allow_unpriced or asked.get("allow_unpriced", False),
        once_fresh=options.once_fresh | frozenset(asked.get("fresh", ())),
    )
