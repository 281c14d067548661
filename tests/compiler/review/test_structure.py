from __future__ import annotations

from planc_compiler.review.structure import critical_path, describe, order, stages
from tests.support.plans import compiled

DIAMOND = """
version: 1
name: diamond
tasks:
  join: {value: "${{ [tasks.left.output, tasks.right.output] }}"}
  left: {prompt: "Left of ${{ tasks.top.output }}"}
  right: {prompt: "Right of ${{ tasks.top.output }}"}
  top: {prompt: Begin}
outputs: {all: "${{ tasks.join.output }}"}
"""


def test_order_and_stages_follow_the_data_and_ties_the_file() -> None:
    plan = compiled(DIAMOND)
    assert order(plan) == ["top", "left", "right", "join"]
    assert stages(plan) == [["top"], ["left", "right"], ["join"]]


def test_the_critical_path_is_the_heaviest_chain() -> None:
    plan = compiled(DIAMOND)
    assert critical_path(plan, {"top": 1, "left": 5, "right": 2, "join": 1}) == (("top", "left", "join"), 7)
    assert critical_path(plan, {"top": 1, "left": 2, "right": 5, "join": 1}) == (("top", "right", "join"), 7)


def test_a_chain_as_long_as_a_plan_may_be_needs_no_recursion() -> None:
    lines = ["version: 1", "name: chain", "tasks:", "  t0: {value: 1}"]
    lines += [f"  t{n}: {{value: '${{{{ tasks.t{n - 1}.output }}}}'}}" for n in range(1, 3000)]
    plan = compiled("\n".join([*lines, "outputs: {last: '${{ tasks.t2999.output }}'}"]))
    assert len(stages(plan)) == 3000
    weight = {task.id: 1.0 for task in plan.tasks}
    assert critical_path(plan, weight)[1] == 3000


def test_tasks_describe_themselves() -> None:
    plan = compiled("""
version: 1
name: words
tasks:
  find: {tool: search, with: {query: x}}
  each: {foreach: {in: "${{ tasks.find.output }}", as: paper}, prompt: "About ${{ paper.title }}", model: fast}
  again: {repeat: {until: "${{ output == 'ok' }}", max: 3}, prompt: "Again ${{ tasks.each.output }}"}
outputs: {a: "${{ tasks.again.output }}"}
""")
    words = {task.id: describe(task) for task in plan.tasks}
    assert words == {"find": "tool search", "each": "prompt fast, each paper", "again": "prompt, up to 3 times"}
