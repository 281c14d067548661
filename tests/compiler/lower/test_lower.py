from __future__ import annotations

from dataclasses import replace

import pytest

from planc_schemas.compiled import AgentWork, GoalWork, PromptWork, ValueWork, from_json, to_json
from planc_schemas.diagnostics import Span
from planc_schemas.ports import RETRYABLE
from tests.support.catalogue import SPECS, Catalogue
from tests.support.compiling import compiled, plan_of, task_of

WHOLE = """\
goal: Show everything.
inputs:
  topic: {type: string, default: agents}
models:
  fast: {model: small-1, provider: here, temperature: 0.1, seed: 7}
defaults: {model: fast, timeout: 90s}
limits: {concurrency: 4, time: 1h, tools: {arxiv_search: {concurrency: 1, rpm: 20}}}
tasks:
  find:
    tool: arxiv_search
    with: {query: "${{ inputs.topic }}"}
    retry: {max_attempts: 4, initial_delay: 500ms, retry_on: [any]}
  each:
    foreach: {in: "${{ tasks.find.output }}", as: paper, max_concurrency: 2, on_error: collect}
    prompt: "Summarise ${{ paper.title }}."
    temperature: 0.9
  look:
    agent: Look around.
    tools: [arxiv_search]
    model: large-1
    memory: run
  refine:
    repeat: {until: "${{ output == 'done' }}", max: 3, on_exhausted: keep}
    prompt: Refine.
    cache: {ttl: 1d}
  data:
    value: {texts: "${{ tasks.each.output }}", fixed: [1]}
    if: ${{ tasks.look.status == 'succeeded' }}
    on_error: {value: null}
outputs:
  all: ${{ tasks.data.output | default(none) }}
"""


def test_a_whole_plan() -> None:
    plan = plan_of(WHOLE)
    assert from_json(to_json(plan)) == plan
    assert [task.id for task in plan.tasks] == ["find", "each", "look", "refine", "data"]
    assert (plan.limits.concurrency, plan.limits.time, plan.limits.tools) == (
        4,
        3600.0,
        {"arxiv_search": {"concurrency": 1, "rpm": 20}},
    )
    find = task_of(plan, "find")
    assert find.retry.retry_on == tuple(sorted(RETRYABLE)) and find.retry.initial_delay == 0.5
    assert find.timeout == 90.0
    each = task_of(plan, "each")
    assert each.foreach is not None and each.foreach.items == ["expr", ["task", "find", "output"]]
    assert (each.foreach.name, each.foreach.max_concurrency, each.foreach.on_error) == ("paper", 2, "collect")
    refine = task_of(plan, "refine")
    assert refine.repeat is not None and (refine.repeat.max, refine.repeat.on_exhausted) == (3, "keep")
    assert (refine.cache, refine.cache_ttl) == (True, 86400.0)
    data = task_of(plan, "data")
    assert isinstance(data.work, ValueWork)
    assert data.work.value == ["obj", {"texts": ["expr", ["task", "each", "output"]], "fixed": ["const", [1]]}]
    assert (data.on_error.then, data.on_error.value) == ("value", ["const", None])
    assert (data.reads, data.soft_reads) == (("each",), ("look",))


def test_models_are_resolved() -> None:
    plan = plan_of(WHOLE)
    each, look = task_of(plan, "each").work, task_of(plan, "look").work
    assert isinstance(each, PromptWork) and isinstance(look, AgentWork)
    assert (each.model.alias, each.model.model, each.model.provider) == ("fast", "small-1", "here")
    assert (each.model.temperature, each.model.seed) == (0.9, 7)
    assert (look.model.alias, look.model.model, look.model.temperature) == ("large-1", "large-1", None)
    assert look.memory is not None and look.memory["scope"] == "run"
    assert task_of(plan, "look").cache is False


def test_positions() -> None:
    task = task_of(plan_of(WHOLE), "find")
    assert task.span == Span(11, 3, 11, 7)
    assert task.slots["with.query"] == Span(13, 19, 13, 40)


CHANGES = {
    "comment": ("goal: Show", "# a comment\ngoal: Show", False, False),
    "quotes": ('{query: "${{ inputs.topic }}"}', "{query: '${{ inputs.topic }}'}", False, False),
    "goal": ("goal: Show everything.", "goal: Anything.", False, False),
    "description": ("    tool: arxiv_search\n", "    tool: arxiv_search\n    description: x\n", False, False),
    "timeout": ("    tool: arxiv_search\n", "    tool: arxiv_search\n    timeout: 1s\n", True, False),
    "argument": ("inputs.topic }}", "inputs.topic | upper }}", True, True),
    "limit": ("concurrency: 4", "concurrency: 5", True, False),
    "input": ("default: agents", "default: plans", True, False),
    "output": ("  all: $", "  everything: $", True, False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_digests(name: str) -> None:
    """The plan's digest follows its meaning; a task's meaning follows what decides its result."""
    old, new, plan_changes, task_changes = CHANGES[name]
    assert old in WHOLE
    before, after = plan_of(WHOLE), plan_of(WHOLE.replace(old, new, 1))
    assert (before.digest != after.digest) == plan_changes
    assert (task_of(before, "find").meaning != task_of(after, "find").meaning) == task_changes
    assert task_of(before, "data").meaning == task_of(after, "data").meaning


def test_the_order_of_tasks_is_no_meaning() -> None:
    one = plan_of("tasks:\n  a: {value: 1}\n  b: {value: 2}\n")
    two = plan_of("tasks:\n  b: {value: 2}\n  a: {value: 1}\n")
    assert one.digest == two.digest
    assert task_of(one, "a").meaning == task_of(two, "a").meaning


def test_a_renamed_model_alias_is_no_meaning_and_its_settings_are() -> None:
    before = plan_of(WHOLE)
    renamed = plan_of(WHOLE.replace("fast", "quick"))
    other = plan_of(WHOLE.replace("small-1", "small-2"))
    assert task_of(before, "each").meaning == task_of(renamed, "each").meaning
    assert task_of(before, "each").meaning != task_of(other, "each").meaning
    assert task_of(before, "look").meaning == task_of(other, "look").meaning


def test_a_goal_means_its_tools() -> None:
    body = "tasks:\n  g: {goal: Find papers., tools: [arxiv_search], limits: {calls: 5, time: 2m}}\n"
    task = plan_of(body).tasks[0]
    assert isinstance(task.work, GoalWork) and task.work.limits == {"calls": 5, "time": 120.0}
    spec = next(spec for spec in SPECS if spec.name == "arxiv_search")
    changed = compiled(body, tools=Catalogue([replace(spec, description="Other papers.")])).plan
    assert changed is not None and changed.tasks[0].meaning != task.meaning and changed.digest != plan_of(body).digest


def test_expressions_of_the_greatest_depth_can_be_stored() -> None:
    nested = "inputs.x" + " | upper" * 58
    data = f'"${{{{ {nested} }}}}"'
    for _ in range(33):
        data = f"[{data}]"
    plan = plan_of(f"inputs: {{x: string}}\ntasks:\n  a: {{value: {data}}}\n")
    assert from_json(to_json(plan)) == plan
