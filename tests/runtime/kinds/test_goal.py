"""What a goal may become: its tools, its rights, how deep and how large."""

from __future__ import annotations

import pytest

from planc_runtime.kinds.goal import levels_left, rights_beyond
from planc_schemas.compiled import CompiledPlan, GoalWork
from tests.support.compiling import plan_of
from tests.support.goals import ScriptedPlanner
from tests.support.running import Bench, FakeTools

SEARCH = 'tasks: {a: {tool: arxiv_search, with: {query: tea}}}\noutputs: {x: "${{ tasks.a.output }}"}\n'
NESTED = "tasks: {a: {goal: Deeper}}\noutputs: {x: hi}\n"
PLAIN = 'tasks: {a: {prompt: one}}\noutputs: {x: "${{ tasks.a.output }}"}\n'


def goal_plan(more: str) -> CompiledPlan:
    return plan_of(f"tasks: {{work: {{goal: Do it, {more}}}}}\n")


def goal(**limits: int) -> GoalWork:
    return GoalWork(goal=["x"], limits=dict(limits))


def test_the_rights_of_a_goals_tools_are_rights_of_its_plan() -> None:
    assert plan_of("tasks: {a: {goal: x, tools: [arxiv_search, write_file]}}\n").rights == (
        "net:export.arxiv.org",
        "tool:arxiv_search",
        "tool:write_file",
        "write:*",
    )


def rights(*names: str) -> CompiledPlan:
    return CompiledPlan(name="x", digest="d", tasks=(), rights=names)


def test_a_right_is_covered_by_itself_or_a_wider_one() -> None:
    around = rights("net:*", "read:notes", "tool:http_request", "write:*")
    assert (
        rights_beyond(rights("net:example.org:443", "read:notes/tea", "tool:http_request", "write:out"), around) == []
    )
    beyond = rights("read:*", "read:secrets", "read:notes/../other", "run:git", "tool:other")
    assert rights_beyond(beyond, around) == list(beyond.rights)


@pytest.mark.parametrize(
    ("around", "own", "left"),
    [
        ((), {}, 2),
        ((), {"depth": 5}, 5),
        (({},), {}, 1),
        (({"depth": 1},), {"depth": 8}, 0),
        (({}, {}), {"depth": 8}, 0),
    ],
)
def test_a_goal_never_lifts_the_depth_of_one_around_it(
    around: tuple[dict[str, int], ...], own: dict[str, int], left: int
) -> None:
    assert levels_left(goal(**own), tuple(goal(**each) for each in around)) == left


@pytest.mark.parametrize(
    ("more", "made", "code"),
    [
        ("limits: {tasks: 1}", "tasks: {a: {prompt: one}, b: {prompt: two}}\n", "R308"),
        ("limits: {depth: 1}", NESTED, "R308"),
        ("tools: [arxiv_search]", "tasks: {a: {prompt: '${{ wrong }}'}}\n", "R310"),
        ("tools: []", SEARCH, "R311"),
        ("tools: [write_file]", PLAIN, "R309"),
    ],
)
def test_what_does_not_keep_within_the_goal_fails_it(more: str, made: str, code: str) -> None:
    bench = Bench(tools=FakeTools({"arxiv_search": lambda **_: []}))
    result = bench.run(goal_plan(more), decompose=ScriptedPlanner([made]))
    assert [(failure.instance, failure.error.code) for failure in result.failures] == [("work", code)]
    assert not bench.tools.calls and len(bench.models.requests) <= 1


def test_goals_within_goals_end_at_the_depth() -> None:
    planner = ScriptedPlanner([NESTED, NESTED, PLAIN])
    refused = Bench().run(goal_plan("limits: {depth: 2}"), decompose=planner)
    assert [failure.instance for failure in refused.failures] == ["work/a", "work"]
    assert [request.depth for request in planner.requests] == [1, 0]
    deeper = ScriptedPlanner([NESTED, PLAIN])
    assert Bench().run(goal_plan("limits: {depth: 2}"), decompose=deeper).status == "succeeded"


def test_only_the_listed_tools_are_offered() -> None:
    tools = FakeTools({"arxiv_search": lambda **_: [], "write_file": lambda **_: {}})
    planner = ScriptedPlanner([SEARCH])
    result = Bench(tools=tools).run(goal_plan("tools: [arxiv_search]"), decompose=planner)
    assert result.status == "succeeded" and tools.calls == [("work/a", "arxiv_search", {"query": "tea"})]
    assert [spec.name for spec in planner.requests[0].tools] == ["arxiv_search"]


def test_without_a_planner_a_goal_fails() -> None:
    (failure,) = Bench().run(goal_plan("tools: []")).failures
    assert failure.error.code == "R307"
