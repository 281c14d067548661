"""Pass 3: the tree → the plan model; every problem of shape at its key or value (P1 codes).

envelope  the plan itself: version, name, sections
tasks     one task: its kind, its fields
ids       a task id that is none, renamed everywhere
errors    pydantic's complaints → problems at places, each once
keys      missing and unknown keys
values    values of a wrong type or outside what is allowed
repairs   fixes for single values: durations, quotes, lists of one
words     what a place takes and what stands there, in words
prune     bad parts taken out, from the tree and from the data
report    where diagnostics are collected
"""

from __future__ import annotations

from dataclasses import dataclass

from planc_schemas.collector import paused
from planc_schemas.diagnostics import Diagnostic
from planc_schemas.plan import Plan

from ..source import Source
from ..upgrade import upgrade
from .envelope import parse_envelope
from .ids import rename_bad_ids
from .report import Report


@dataclass(slots=True)
class Shaped:
    """The plan model, as far as the file has the right shape.

    `diagnostics` holds all so far: the source's, the upgrade's and this pass's. `plan` is None only if there is nothing
    to go on with; a plan with bad parts comes without them, so that later passes check the rest. `broken` are the ids
    of tasks and names of inputs that stand in the file but not (or not whole) in `plan`: a reference to one of them is
    no second problem. `source` is the upgraded source; its tree is that of the plan: bad parts and unknown keys are not
    in it (broken tasks are, as they stand).
    """

    plan: Plan | None
    source: Source
    diagnostics: list[Diagnostic]
    broken: frozenset[str] = frozenset()


def parse(source: Source) -> Shaped:
    """Upgrades an older version in memory, then checks the shape. Never raises."""
    source = upgrade(source)
    if source.root is None:
        return Shaped(None, source, source.diagnostics)
    report = Report(source)
    with paused():
        root = rename_bad_ids(source.root, report)
        source = report.source = Source(source.file, source.text, root, source.diagnostics)
        plan, tree = parse_envelope(root, report)
    diagnostics = sorted(source.diagnostics + report.diagnostics, key=Diagnostic.sort_key)
    source = Source(source.file, source.text, tree, source.diagnostics)
    return Shaped(plan, source, diagnostics, frozenset(report.broken))
