from __future__ import annotations

from planc.files.plans import compile_text
from planc.runs.selection import downstream, only
from planc_schemas.ports import NoTools

PLAN = compile_text(
    """\
version: 1
name: diamond
tasks:
  a: {value: 1}
  b: {value: "${{ tasks.a.output }}"}
  c: {value: 3, needs: [a]}
  d: {value: "${{ tasks.b.output + tasks.c.output }}"}
  e: {value: 5}
outputs: {d: "${{ tasks.d.output }}", e: "${{ tasks.e.output }}"}
""",
    "diamond.plan.yaml",
    NoTools(),
).plan()


def test_only_keeps_what_the_tasks_need() -> None:
    part = only(PLAN, ["c", "e"])
    assert [task.id for task in part.tasks] == ["a", "c", "e"]
    assert list(part.outputs) == ["c", "e"]
    assert part.digest != PLAN.digest
    assert [task.meaning for task in part.tasks] == [task.meaning for task in PLAN.tasks if task.id in "ace"]


def test_downstream_reaches_through_data_and_order() -> None:
    assert downstream(PLAN, ["a"]) == {"a", "b", "c", "d"}
    assert downstream(PLAN, ["c"]) == {"c", "d"}
    assert downstream(PLAN, ["e"]) == {"e"}
