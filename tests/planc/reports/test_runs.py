"""What `planc runs show` tells of a run: what can be done next, and the output of a task."""

from __future__ import annotations

import pytest

from planc.project import ProjectError
from planc.reports.runs import output_of, run_report
from planc_runtime.executor.answering import cancel_idle_run
from planc_runtime.executor.growing import begin_growing
from planc_schemas.ports import ModelRequest, TaskError, TaskFailure
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels
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


def test_the_output_of_a_foreach_has_a_place_for_every_item_also_for_those_that_failed() -> None:
    def answered(request: ModelRequest) -> str:
        if "bad" in request.messages[-1].content:
            raise TaskFailure(TaskError("bad_request", "no", "R506"))
        return "ok"

    def each(items: str, rule: str) -> str:
        return f"{{foreach: {{in: {items}, as: i{rule}}}, prompt: '${{{{ i }}}}'}}"

    collect = ", on_error: collect"
    plan = plan_of(
        f"tasks:\n  some: {each('[bad, good, bad]', collect)}\n  all: {each('[bad, bad]', collect)}\n"
        f"  none: {each('[]', '')}\n  strict: {each('[bad]', '')}\n"
    )
    bench = Bench(models=FakeModels(answered))
    run_id = bench.run(plan).run_id
    assert [output_of(bench.store, run_id, name) for name in ("some", "all", "none")] == [
        [None, "ok", None],
        [None, None],
        [],
    ]
    with pytest.raises(ProjectError, match="has no result"):
        output_of(bench.store, run_id, "strict")
