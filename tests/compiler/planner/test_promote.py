from __future__ import annotations

from planc_schemas.plan import Plan, ToolTask
from tests.compiler.planner.test_lower_draft import lowered
from tests.support.planning import step


def with_of(plan: Plan, name: str) -> dict[str, object]:
    task = plan.tasks[name]
    assert isinstance(task, ToolTask)
    return task.with_


def test_values_of_the_goal_become_inputs_with_the_tools_own_bounds() -> None:
    plan = lowered(
        step("find", "arxiv_search", args={"query": "graph drawing", "max_results": "7"}),
        goal="Find 7 papers on Graph Drawing.",
    )
    assert with_of(plan, "find") == {"query": "${{ inputs.query }}", "max_results": "${{ inputs.max_results }}"}
    bounds = plan.inputs["max_results"]
    assert isinstance(bounds, dict)
    assert (bounds["default"], bounds["minimum"], bounds["maximum"], bounds["type"]) == (7, 1, 100, "integer")


def test_values_that_the_goal_does_not_say_stay_constants() -> None:
    plan = lowered(
        step("find", "arxiv_search", args={"query": "cats", "max_results": "7"}), goal="Find papers on dogs, 7 of 7."
    )
    assert plan.inputs == {}


def test_what_decides_a_right_stays_a_constant() -> None:
    plan = lowered(step("a", "read_file", args={"path": "notes.txt"}), goal="Read notes.txt aloud.")
    assert with_of(plan, "a") == {"path": "notes.txt"}
    assert plan.inputs == {}


def test_two_tasks_share_an_input_only_for_the_same_value() -> None:
    plan = lowered(
        step("one", "arxiv_search", args={"query": "cats"}),
        step("two", "arxiv_search", args={"query": "dogs"}),
        step("three", "arxiv_search", args={"query": "cats", "max_results": "3"}),
        goal="Find papers on cats and papers on dogs.",
    )
    assert [with_of(plan, name)["query"] for name in ("one", "two", "three")] == [
        "${{ inputs.query }}",
        "${{ inputs.two_query }}",
        "${{ inputs.query }}",
    ]
