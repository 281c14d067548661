"""`planc runs show RUN`."""

from __future__ import annotations

import click

from ..console import data, data_json
from ..options import JSON, STORE


@click.command("show")
@click.argument("run", default="last")
@click.option("--task", metavar="TASK", help="Print the output of one task, whole.")
@click.option(
    "--plan", "as_plan", is_flag=True, help="Print the plan that the run goes by; with --task the one made for a goal."
)
@STORE
@JSON
def command(run: str, task: str | None, as_plan: bool, store: str | None, as_json: bool) -> None:
    """Show a run: its tasks, their results, what it used. RUN: the beginning of its id, or `last`."""
    from planc.project import Project
    from planc.reports.runs import output_of, plan_made_for, run_report, run_report_json
    from planc_runtime.store.current import current_plan

    kept = Project.here(store=store).store
    run_id = kept.resolve(run)
    if as_plan and task is not None:
        data(plan_made_for(kept, run_id, task).rstrip("\n"))
    elif as_plan:
        data(current_plan(kept, run_id).text.rstrip("\n"))
    elif task is not None:
        output = output_of(kept, run_id, task)
        data_json(output) if as_json or not isinstance(output, str) else data(output)
    elif as_json:
        data_json(run_report_json(kept, run_id))
    else:
        data(run_report(kept, run_id))
