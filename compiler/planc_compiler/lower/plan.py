"""A program without errors → CompiledPlan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from sys import intern

from planc_schemas.compiled import CompiledPlan, CompiledTask, RunLimits
from planc_schemas.diagnostics import Span
from planc_schemas.plan import Plan, RateLimits
from planc_schemas.values import parse_duration

from ..limits import changes_world
from ..program import Program, Slot, Unit
from ..report import Place, Report
from . import work as of
from .meaning import plan_digest, task_meaning


def lower(program: Program, imports: dict[str, CompiledPlan]) -> CompiledPlan:
    """The compiled plan; `imports` are all sub-plans by path, or empty for a plan that is one itself."""
    plan = program.plan
    compiled = CompiledPlan(
        name=plan.name,
        digest="",
        file=program.report.source.file,
        goal=plan.goal or "",
        inputs=program.inputs,
        tasks=tuple(_task(unit, program) for unit in program.units.values()),
        outputs={name: of.plain(slot.code) for name, slot in program.outputs.items()},
        limits=_limits(plan),
        rights=program.rights,
        imports=imports,
    )
    return replace(compiled, digest=plan_digest(compiled))


def _task(unit: Unit, program: Program) -> CompiledTask:
    work = of.work_of(unit, program)
    harmful = changes_world(unit)
    cache, ttl = of.may_be_kept(unit, harmful)
    sub_plan = unit.imported.plan if unit.imported is not None else None
    waits_for, reads = _names(unit.waits_for()), _names(unit.reads)
    return CompiledTask(
        id=intern(unit.id),
        work=work,
        meaning=task_meaning(work, unit.output, tuple(program.definition(spec) for spec in unit.specs), sub_plan),
        waits_for=waits_for,
        reads=waits_for if reads == waits_for else reads,
        soft_reads=_names(unit.soft_reads.keys() - unit.reads.keys()),
        needs=_names(unit.needs),
        condition=of.slot_code(unit, "if"),
        run_always=unit.task.run == "always",
        foreach=of.foreach(unit),
        repeat=of.repeat(unit),
        output=unit.output,
        retry=of.retry_policy(unit, program.plan, harmful),
        timeout=of.timeout(unit, program.plan),
        on_error=of.on_error(unit),
        on_interrupt=unit.task.on_interrupt or ("fail" if harmful else "rerun"),
        cache=cache,
        cache_ttl=ttl,
        span=unit.key.span,
        slots=_slots(unit, program.report),
    )


def _names(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(map(intern, ids)))


def _slots(unit: Unit, report: Report) -> dict[str, Span]:
    """Positions of the task's fields, and of each argument."""
    spans = {name: _span(slot, report) for name, slot in unit.slots.items()}
    arguments = unit.slots.get("with")
    if arguments is not None and arguments.node.kind == "map":
        for key, value in arguments.node.entries:
            spans[intern(f"with.{key.value}")] = value.span
    return spans


def _span(slot: Slot, report: Report) -> Span:
    return report.span(Place(slot.node))


def _limits(plan: Plan) -> RunLimits:
    limits = plan.limits
    if limits is None:
        return RunLimits()
    return RunLimits(
        concurrency=limits.concurrency,
        calls=limits.calls,
        tokens=limits.tokens,
        usd=limits.usd,
        time=None if limits.time is None else parse_duration(limits.time),
        models=_rates(limits.models),
        tools=_rates(limits.tools),
    )


def _rates(limits: dict[str, RateLimits]) -> dict[str, dict[str, int]]:
    return {name: limit.model_dump(exclude_none=True) for name, limit in limits.items()}
