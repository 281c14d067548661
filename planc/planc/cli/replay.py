"""`planc replay RUN`: a run again from its recording, without a live call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import say
from .flags import RunFlags
from .options import JSON, STORE, TOOLS


@click.command("replay")
@click.argument("run", default="last")
@click.option("--plan", type=click.Path(path_type=Path), help="Try this edited plan against the recording.")
@click.option("--plain", is_flag=True, help="Lines instead of a live table.")
@TOOLS
@STORE
@JSON
def command(run: str, plan: Path | None, plain: bool, tools: Sequence[str], store: str | None, as_json: bool) -> None:
    """Run a recorded run again: real rendering, recorded answers, no live call, no cost.

    A task whose rendered request is not the recorded one fails and shows the difference.
    """
    from planc.files.plans import compile_file
    from planc.project import Project
    from planc.runs.replaying import replay_of
    from planc.runs.running import execute_plan
    from planc_runtime.executor.environment import Edit
    from planc_runtime.executor.options import Options, RunResult
    from planc_runtime.executor.stop import StopSignal

    from .conduct import conduct, finish, reporter_for

    project = Project.here(store=store, tools=tools)
    run_id = project.store.resolve(run)
    file = compile_file(plan, project.tools, folder=project.folder) if plan is not None else None
    edit = Edit(file.plan(), file.text) if file is not None else None
    stop = StopSignal()
    again = replay_of(project.store, run_id, Options(stop=stop), edit)
    reporter = reporter_for(again.plan, plain=plain)

    async def replayed() -> RunResult:
        from dataclasses import replace

        options = replace(again.options, on_events=reporter.hear)
        return await execute_plan(project, again.plan, again.inputs, options, text=again.text)

    say(f"replaying {run_id}: nobody is asked")
    finish(conduct(stop, reporter, replayed), RunFlags(as_json=as_json), replayed=True)
