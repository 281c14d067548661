"""Results across runs: edit one task, pay for one task; and the list of reasons shown before."""

from __future__ import annotations

from planc_runtime.clock import Clock
from planc_runtime.executor import Step, preview
from planc_schemas.compiled import CompiledPlan
from planc_schemas.values import Json
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels, FakeTools

PLAN = """
inputs: {topic: {type: string, default: agents}}
tasks:
  find: {tool: read_files, with: {paths: ["${{ inputs.topic }}"]}}
  each: {foreach: {in: "${{ tasks.find.output }}", as: p}, prompt: "sum ${{ p }}"}
  end: {prompt: "all {% for s in tasks.each.output %}${{ s }} {% endfor %}"}
"""


def bench() -> Bench:
    return Bench(tools=FakeTools({"read_files": lambda paths: ["p1", "p2"]}))


def poet() -> Bench:
    """No answer comes twice."""
    count = iter(range(100))
    return Bench(models=FakeModels(lambda request: f"poem {next(count)}"))


def plan(text: str = PLAN) -> CompiledPlan:
    return plan_of(text)


def steps(bench: Bench, plan: CompiledPlan, inputs: dict[str, Json] | None = None, **options: object) -> list[Step]:
    return preview(plan, inputs or {}, bench.environment(reuse=True, **options))


def reasons(found: list[Step]) -> dict[str, str]:
    return {step.instance: step.reason or step.action for step in found}


def cached(text: str = PLAN) -> CompiledPlan:
    return plan(text.replace("with: {paths", "cache: true, with: {paths"))


def test_the_same_plan_again_costs_nothing() -> None:
    here = bench()
    first = here.run(cached(), reuse=True)
    calls = len(here.models.requests)
    second = here.run(cached(), reuse=True)
    assert (second.outputs, second.usage.calls, len(here.models.requests)) == (first.outputs, 0, calls)
    assert here.story(second.run_id)[1:3] == ["task_reused find", "task_expanded each"]
    assert here.events(second.run_id)[1].data["from_run"] == first.run_id


def test_reuse_is_only_where_it_is_wanted() -> None:
    here = bench()
    here.run(cached(), reuse=True)
    here.run(cached(), reuse=False)
    assert len(here.models.requests) == 6
    here.run(cached(PLAN.replace('prompt: "sum', 'cache: false, prompt: "sum')), reuse=True)
    assert len(here.models.requests) == 8


def test_another_model_gives_other_results() -> None:
    here = bench()
    here.run(cached(), reuse=True)
    here.models = FakeModels(name="another")
    here.run(cached(), reuse=True)
    assert len(here.models.requests) == 3
    here.models = FakeModels(name="a third")
    assert reasons(steps(here, cached()))["each[0]"] == "model changed"


def test_a_result_is_kept_as_long_as_its_task_says() -> None:
    text = "tasks:\n  a: {prompt: x, cache: {ttl: 1h}}\n"
    here = Bench()
    here.run(plan(text), reuse=True, clock=Clock(now=lambda: 1000.0))
    here.run(plan(text), reuse=True, clock=Clock(now=lambda: 4000.0))
    assert len(here.models.requests) == 1
    here.run(plan(text), reuse=True, clock=Clock(now=lambda: 5000.0))
    assert len(here.models.requests) == 2


def test_equal_items_keep_their_own_results() -> None:
    here = poet()
    text = (
        'tasks:\n  a: {foreach: {in: [x, x, y], as: n}, prompt: "poem on ${{ n }}"}\n'
        'outputs: {a: "${{ tasks.a.output }}"}\n'
    )
    first = here.run(plan(text), reuse=True)
    assert first.outputs["a"] == ["poem 0", "poem 1", "poem 2"]
    assert here.run(plan(text), reuse=True).outputs == first.outputs
    shorter = here.run(plan(text.replace("[x, x, y]", "[y, x]")), reuse=True)
    assert len(here.models.requests) == 3
    assert shorter.outputs["a"] == ["poem 2", "poem 0"]


def test_who_asks_the_same_keeps_its_own_answer() -> None:
    """Items that the prompt does not name, and tasks with equal prompts: one fingerprint, but not one answer."""
    here = poet()
    text = (
        "tasks:\n  a: {foreach: {in: [1, 2, 3]}, prompt: A poem}\n  b: {prompt: A poem}\n  c: {prompt: A poem}\n"
        'outputs: {all: "${{ [tasks.a.output, tasks.b.output, tasks.c.output] }}"}\n'
    )
    first = here.run(plan(text), reuse=True)
    assert here.run(plan(text), reuse=True).outputs == first.outputs
    here.run(plan(text.replace("  b: {prompt: A poem}", "  b: {prompt: A poem, cache: false}")), reuse=True)
    assert here.run(plan(text), reuse=True).outputs == first.outputs
    assert len(here.models.requests) == 6
    longer = here.run(plan(text.replace("[1, 2, 3]", "[1, 2, 3, 4]")), reuse=True)
    assert longer.outputs["all"][0][:3] == first.outputs["all"][0] and len(here.models.requests) == 6


def test_the_preview_says_what_runs_and_why() -> None:
    here = bench()
    assert reasons(steps(here, cached())) == {
        "find": "no earlier result",
        "each": "reads find, which runs",
        "end": "reads each, which runs",
    }
    here.run(cached(), reuse=True)
    assert reasons(steps(here, cached())) == {
        "find": "reused",
        "each[0]": "reused",
        "each[1]": "reused",
        "end": "reused",
    }
    edited = reasons(steps(here, cached(PLAN.replace("sum ", "summarise "))))
    assert edited == {
        "find": "reused",
        "each[0]": "prompt changed",
        "each[1]": "prompt changed",
        "end": "reads each, which runs",
    }
    assert reasons(steps(here, cached(), {"topic": "cats"}))["find"] == "inputs changed"
    assert reasons(steps(here, cached(), fresh=frozenset({"each"})))["each[1]"] == "--fresh"
    uncached = plan(PLAN.replace("with: {paths", "cache: false, with: {paths"))
    assert reasons(steps(here, uncached))["find"] == "cache: false"


def test_without_reuse_that_is_the_reason() -> None:
    here = bench()
    here.run(cached(), reuse=True)
    found = preview(cached(), {}, here.environment(reuse=False))
    assert reasons(found)["find"] == "--no-reuse"
    found = preview(cached(), {}, here.environment(reuse=False, fresh=frozenset({"find"})))
    assert reasons(found)["find"] == "--fresh"


def test_a_preview_calls_nobody_and_writes_nothing() -> None:
    here = bench()
    steps(here, cached())
    assert (here.models.requests, here.tools.calls, here.store.runs()) == ([], [], [])


def test_a_failed_task_is_said_to_have_failed() -> None:
    text = 'inputs: {x: {}}\ntasks:\n  v: {value: "${{ inputs.x.y }}"}\n  a: {prompt: "${{ tasks.v.output }}"}\n'
    found = steps(Bench(), plan(text), {"x": {}})
    assert [(step.instance, step.action) for step in found] == [("v", "failed"), ("a", "skipped")]
