"""The graph of a run, with the tasks that were made while it ran."""

from __future__ import annotations

from planc.serving.pictures import goal_plans, graph
from planc_schemas.ports import ModelRequest, TaskError
from tests.support.compiling import plan_of
from tests.support.goals import ScriptedPlanner
from tests.support.running import Bench, FakeModels, Reply

MANY = 'tasks: {work: {foreach: {in: [1, 2], as: n}, goal: "Do ${{ n }}"}, end: {needs: [work], prompt: end}}\n'
ONE = "tasks: {a: {prompt: one}, b: {needs: [a], prompt: two}}\noutputs: {x: hi}\n"
OTHER = "tasks: {a: {prompt: one}, c: {needs: [a], goal: Deeper}}\noutputs: {x: hi}\n"
DEEP = "tasks: {d: {prompt: deep}}\noutputs: {x: hi}\n"


def test_the_plans_of_a_foreachs_goals_lie_over_each_other() -> None:
    bench, plan = Bench(), plan_of(MANY)
    run = bench.run(plan, decompose=ScriptedPlanner([ONE, OTHER, DEEP])).run_id
    drawn = graph(plan, goal_plans(bench.store, run))
    assert {(node.id, node.parent) for node in drawn.nodes} == {
        ("work", None),
        ("end", None),
        ("work/a", "work"),
        ("work/b", "work"),
        ("work/c", "work"),
        ("work/c/d", "work/c"),
    }
    assert len(drawn.nodes) == 6
    edges = {(edge.source, edge.target) for edge in drawn.edges}
    assert edges == {("work", "end"), ("work/a", "work/b"), ("work/a", "work/c")}


def test_a_goal_that_was_not_planned_has_no_children() -> None:
    def refuse(request: ModelRequest) -> Reply:
        return TaskError("auth", "no")

    bench, plan = Bench(FakeModels(refuse)), plan_of(MANY)
    run = bench.run(plan, decompose=ScriptedPlanner([ONE])).run_id
    assert [node.id for node in graph(plan, goal_plans(bench.store, run)).nodes] == ["work", "end"]
