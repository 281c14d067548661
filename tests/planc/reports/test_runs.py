"""What `planc runs show` says can be done next."""

from __future__ import annotations

from planc.reports.runs import run_report
from planc_runtime.executor.answering import cancel_idle_run
from planc_runtime.executor.growing import begin_growing
from planc_schemas.ports import TaskError
from tests.support.compiling import plan_of
from tests.support.running import Bench
from tests.support.virtual_time import run_virtual

PLAN = plan_of("tasks:\n  sure: {ask: Sure?}\n  end: {prompt: 'said ${{ tasks.sure.output }}'}\n")


def test_a_run_that_a_person_cancelled_can_be_resumed() -> None:
    bench = Bench()
    run_id = bench.run(PLAN).run_id
    cancel_idle_run(run_id, store=bench.store, options=bench.options())
    assert run_report(bench.store, run_id).endswith(f"next: planc resume {run_id}")
    assert bench.resume(run_id).status == "waiting"


def test_a_run_whose_plan_came_to_nothing_cannot() -> None:
    bench = Bench()

    async def withdrawn() -> None:
        execution = await begin_growing(PLAN, {}, bench.environment(), run_id="r")
        execution.withdraw(TaskError("interrupted", "no plan came of it", "R310"))
        assert (await execution.run()).status == "cancelled"

    run_virtual(withdrawn())
    assert "next:" not in run_report(bench.store, "r")
