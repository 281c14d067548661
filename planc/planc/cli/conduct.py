"""A run from the command line: rights asked for, progress shown, Ctrl-C obeyed, the result printed."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias

import click

from planc.escape import one_line
from planc.estimates.prices import call_price
from planc.project import Project
from planc.reports.outcome import closing_lines, outputs_text, result_json, save_outputs
from planc.reports.preview import preview_json, preview_text
from planc.runs.rights import grants_of, missing_rights, reused_tasks, secrets_of
from planc.runs.running import execute_plan, preview_plan, preview_run, resume_run
from planc.runs.tape import Tape
from planc_compiler.nearest import nearest
from planc_runtime.budget import merged
from planc_runtime.executor.environment import Edit
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.executor.stop import StopSignal
from planc_runtime.tools.rights import Grants
from planc_schemas.compiled import CompiledPlan, RunLimits
from planc_schemas.events import Event, RunStatus, plan_task
from planc_schemas.values import Json, parse_duration

from . import console
from .asking import ask_here, somebody_is_there
from .errors import Exit, Stop
from .flags import RunFlags
from .priced import require_prices
from .weights import require_models_of, warm_for

CODES: dict[RunStatus, Exit] = {
    "succeeded": Exit.OK,
    "failed": Exit.FAILED,
    "budget": Exit.BUDGET,
    "waiting": Exit.WAITING,
    "interrupted": Exit.INTERRUPTED,
    "cancelled": Exit.INTERRUPTED,
}

TICK_SECONDS = 5.0

ANNOUNCED = 30
"""Tasks that are named before a run begins; `--dry-run` names all."""


class Reporter(AbstractContextManager["Reporter"], Protocol):
    def prime(self, events: list[Event]) -> None: ...
    def hear(self, events: list[Event]) -> None: ...
    def note(self, text: str) -> None: ...
    def tick(self, now: float) -> None: ...


Beside: TypeAlias = Callable[
    [Project, CompiledPlan, dict[str, Json], Options, Reporter, str], Coroutine[None, None, RunResult]
]
"""Executes a plan (its last argument is the text of its file) and reports."""


def reporter_for(plan: CompiledPlan, *, plain: bool, limits: RunLimits | None = None) -> Reporter:
    """A live table on a terminal, lines everywhere else; `limits` are the operator's, which go before the plan's."""
    if console.live() and not plain:
        from .progress.live import LiveReporter

        return LiveReporter(plan, sys.stderr, merged(plan.limits, limits))
    from .progress.plain import PlainReporter

    return PlainReporter(plan, sys.stderr)


def grants_for(plan: CompiledPlan, flags: RunFlags, folder: Path, done: Collection[str] = ()) -> Grants:
    """The operator's grants; on a terminal a missing right is asked for, elsewhere it is refused by its flag. The tasks
    `done` need none any more."""
    grants = grants_of(flags.allow, flags.deny, everything=flags.allow_all, folder=folder)
    missing = missing_rights(plan, grants, done)
    if not missing:
        return grants
    forbidden = [right for right in missing if grants.denies(right)]
    if forbidden or flags.yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        words = ", ".join(f"`{one_line(str(right))}`" for right in missing)
        help = f"a --deny flag forbids {forbidden[0]}" if forbidden else "if you want this, add:"
        flags_text = "" if forbidden else "  ".join(one_line(right.flag) for right in missing)
        noun = "a right that was" if len(missing) == 1 else "rights that were"
        raise Stop(Exit.CONFIGURATION, f"the plan needs {noun} not given: {words}", f"{help} {flags_text}".strip())
    console.say("The plan can reach what you have not allowed:")
    for right in missing:
        if not click.confirm(f"  allow {one_line(str(right))} in this run?", err=True):
            raise Stop(Exit.CONFIGURATION, f"`{one_line(str(right))}` is not allowed", f"its flag is {right.flag}")
    return grants.and_granted(missing)


def limits_of(flags: RunFlags) -> RunLimits | None:
    """The limits that were given as flags; None when there is none."""
    try:
        seconds = parse_duration(flags.time) if flags.time else None
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--time: {error}") from None
    limits = RunLimits(
        concurrency=flags.concurrency, calls=flags.calls, tokens=flags.tokens, usd=flags.usd, time=seconds
    )
    return None if limits == RunLimits() else limits


def labels_of(flags: RunFlags) -> dict[str, str]:
    labels: dict[str, str] = {}
    for pair in flags.label:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise Stop(Exit.USAGE, f"label {pair!r} has no value", "write it as --label NAME=VALUE")
        labels[name] = value
    return labels


def conduct(stop: StopSignal, reporter: Reporter, run: Callable[[], Awaitable[RunResult]]) -> RunResult:
    """Runs to the end. The first Ctrl-C lets what runs finish, the second stops at once; both leave it resumable."""

    async def main() -> RunResult:
        async with heeding(stop, lambda: reporter):
            with reporter:
                return await run()

    return asyncio.run(main())


@asynccontextmanager
async def heeding(stop: StopSignal, reporter: Callable[[], Reporter | None]) -> AsyncIterator[None]:
    """Hands Ctrl-C and SIGTERM to `stop` within the context. Whoever reports at the time says so, and may speak while
    nothing else happens."""
    loop = asyncio.get_running_loop()

    def ask(name: str) -> None:
        again = stop.kind is not None
        stop.request(name)
        say = told.note if (told := reporter()) is not None else console.say
        say("stopping now" if again else "stopping: what runs may finish (Ctrl-C again: at once)")

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask, number.name)
    ticks = asyncio.create_task(_tick(reporter))
    try:
        yield
    finally:
        ticks.cancel()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _tick(reporter: Callable[[], Reporter | None]) -> None:
    while True:
        await asyncio.sleep(TICK_SECONDS)
        if (told := reporter()) is not None:
            told.tick(time.time())


def finish(result: RunResult, flags: RunFlags, *, replayed: bool = False) -> None:
    """Prints and saves the result, and ends with its exit code."""
    if flags.as_json:
        console.data_json(result_json(result))
    elif result.outputs and result.status == "succeeded":
        console.data(outputs_text(result.outputs))
    if flags.save and result.outputs:
        for path in save_outputs(result.outputs, Path(flags.save)):
            console.say(f"saved {path}")
    for line in closing_lines(result, replayed=replayed):
        console.say(line)
    code = CODES.get(result.status, Exit.FAILED)
    if code is not Exit.OK:
        raise Stop(code)


def options_with(project: Project, grants: Grants, flags: RunFlags) -> Options:
    """The flags as the executor's options, with these rights."""
    return Options(
        grants=grants,
        secrets=secrets_of(flags.allow.get("secret", ()), project.settings),
        limits=limits_of(flags),
        fail_fast=flags.fail_fast,
        fresh=frozenset(flags.fresh),
        reuse=not flags.no_reuse,
        labels=labels_of(flags),
        allow_unpriced=flags.allow_unpriced,
        price=call_price(project.settings),
    )


def run_plan(
    project: Project,
    plan: CompiledPlan,
    inputs: dict[str, Json],
    flags: RunFlags,
    *,
    text: str = "",
    record: Path | None = None,
    recorded: Path | None = None,
    mended: Callable[[RunResult, Options], RunResult] | None = None,
    beside: Beside | None = None,
) -> None:
    """Executes a plan from the first question to the exit code; `text` is its file's. Calls are recorded in the file
    `record`, or answered from the file `recorded`; such a run needs no rights. `mended` may go on with a run that did
    not succeed, and gives what became of it. With `beside` it is executed by that, which has the live page."""
    allowed = flags if recorded is None else replace(flags, allow_all=True)
    options = options_with(project, grants_for(plan, allowed, project.folder), allowed)
    if recorded is None:
        require_prices(plan, options)
        require_models_of(project, plan)
    tape = tape_of(plan, options, record, recorded)
    if tape is None:
        steps = asyncio.run(preview_plan(project, plan, inputs, options))
        if steps:
            console.say(preview_text(steps, plan, ANNOUNCED))
        warm_for(plan, steps)
    stop, reporter = StopSignal(), reporter_for(plan, plain=flags.plain, limits=options.limits)
    if beside is not None:
        finish(asyncio.run(beside(project, plan, inputs, options, reporter, text)), flags)
        return
    options = replace(options, on_events=reporter.hear, stop=stop)
    try:
        result = conduct(stop, reporter, lambda: execute_plan(project, plan, inputs, options, text=text, tape=tape))
    finally:
        if tape is not None:
            console.say(tape.finish())
    if tape is None:
        result = asked(project, plan, result, options, flags)
    if mended is not None:
        result = asked(project, plan, mended(result, options), options, flags)
    finish(result, flags, replayed=recorded is not None)


def say_what_would_run(project: Project, plan: CompiledPlan, inputs: dict[str, Json], flags: RunFlags) -> None:
    """`--dry-run`: what a run would reuse and do."""
    options = Options(fresh=frozenset(flags.fresh), reuse=not flags.no_reuse)
    steps = asyncio.run(preview_plan(project, plan, inputs, options))
    if flags.as_json:
        console.data_json(preview_json(steps))
    else:
        console.data(preview_text(steps, plan))


def tape_of(plan: CompiledPlan, options: Options, record: Path | None, recorded: Path | None) -> Tape | None:
    """The tape that `--record FILE` or `--replay FILE` asks for."""
    if record is None and recorded is None:
        return None
    from planc.runs.tapes import tape_for

    if record is not None and recorded is not None:
        raise Stop(Exit.USAGE, "--record and --replay exclude each other")
    if record is not None and not record.parent.is_dir():
        raise Stop(Exit.USAGE, f"there is no folder {record.parent} to record in")
    return tape_for(plan.name, options.secrets.masker, record, recorded)


def resume_plan(project: Project, run_id: str, plan: CompiledPlan, flags: RunFlags, edit: Edit | None = None) -> None:
    """Goes on with a run from the first question to the exit code, by `plan`; with an `edit`, that is its new plan."""
    options = options_with(project, Grants(), flags)
    require_models_of(project, plan)
    steps = asyncio.run(preview_run(project, run_id, options, edit))
    if steps:
        console.say(preview_text(steps, plan, ANNOUNCED))
    warm_for(plan, steps)
    options = replace(options, grants=grants_for(plan, flags, project.folder, reused_tasks(steps)))
    result = go_on(project, run_id, plan, options, edit, plain=flags.plain)
    finish(asked(project, plan, result, options, flags), flags)


def asked(project: Project, plan: CompiledPlan, result: RunResult, options: Options, flags: RunFlags) -> RunResult:
    """What became of a run after its questions were asked here, where somebody is there to answer."""
    if result.status != "waiting" or not somebody_is_there(flags):
        return result
    options = replace(options, fresh=frozenset())  # what was asked to run again has run
    return ask_here(
        result, project.store, options, lambda: go_on(project, result.run_id, plan, options, plain=flags.plain)
    )


def go_on(
    project: Project,
    run_id: str,
    plan: CompiledPlan,
    options: Options,
    edit: Edit | None = None,
    *,
    plain: bool,
) -> RunResult:
    """Resumes a run of this command by `plan`; with an `edit`, that is its new plan."""
    stop, reporter = StopSignal(), reporter_for(plan, plain=plain, limits=options.limits)
    reporter.prime(project.store.read(run_id))
    options = replace(options, on_events=reporter.hear, stop=stop)
    return conduct(stop, reporter, partial(resume_run, project, run_id, options, edit))


def known_tasks(plan: CompiledPlan, names: Iterable[str]) -> frozenset[str]:
    """Task or instance ids given as flags. Raises Stop for one whose task the plan does not have."""
    ids = {task.id for task in plan.tasks}
    for name in names:
        if plan_task(name) not in ids:
            near = nearest(name, ids)
            help = f"did you mean `{near}`?" if near else f"its tasks: {one_line(', '.join(sorted(ids)))[:300]}"
            raise Stop(Exit.USAGE, f"the plan has no task `{name}`", help)
    return frozenset(names)
