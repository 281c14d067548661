from __future__ import annotations

from planc_compiler.review.estimate import Price, Range, Recorded, estimate
from planc_compiler.review.speed import EMBEDDED
from tests.support.plans import compiled

PLAN = """
version: 1
name: review
inputs: {count: {type: integer, default: 5}}
limits: {concurrency: 2}
tasks:
  find: {tool: search, with: {query: agents, max_results: "${{ inputs.count }}"}}
  each:
    foreach: {in: "${{ tasks.find.output }}", as: paper}
    prompt: "Summarise ${{ paper.title }}"
    max_tokens: 100
    retry: {max_attempts: 3}
  review: {prompt: "Review ${{ tasks.each.output }}", if: "${{ inputs.count > 0 }}"}
outputs: {review: "${{ tasks.review.output | default('') }}"}
"""


def test_items_come_from_the_tools_count_argument_and_the_inputs() -> None:
    plan = compiled(PLAN)
    assert estimate(plan).tasks["each"].instances == Range(0, 5)
    assert estimate(plan, inputs={"count": 3}).tasks["each"].instances == Range(0, 3)


def test_calls_with_every_retry_and_a_conditional_task_as_a_range() -> None:
    result = estimate(compiled(PLAN))
    assert result.calls == Range(0, 6)
    assert result.most_calls == 5 * 3 + 1


def test_an_unknown_price_is_unpriced_never_zero() -> None:
    plan = compiled(PLAN)
    assert estimate(plan).usd is None
    priced = estimate(plan, price=lambda model: Price(1.0, 10.0)).usd
    assert priced is not None and priced.high > 5 * 100 * 10 / 1e6


def test_a_plan_without_model_calls_costs_nothing() -> None:
    plan = compiled("version: 1\nname: pure\ntasks: {a: {value: 1}}\noutputs: {a: '${{ tasks.a.output }}'}\n")
    result = estimate(plan)
    assert (result.calls, result.usd, result.seconds) == (Range(0, 0), Range(0, 0), Range(0, 0))


def test_history_replaces_assumptions_and_says_so() -> None:
    history = {"each": Recorded(seconds=2.0, input_tokens=50, output_tokens=80, instances=4)}
    each = estimate(compiled(PLAN), history=history).tasks["each"]
    assert each.instances == Range(4, 4)
    assert each.output_tokens == Range(320, 320)
    assert "medians of earlier runs" in each.basis


def test_instances_wait_for_each_other_under_the_concurrency_limit() -> None:
    history = {"each": Recorded(seconds=10.0, input_tokens=1, output_tokens=1, instances=4)}
    assert estimate(compiled(PLAN), history=history).tasks["each"].seconds.high == 2 * 15.0


def test_a_sub_plan_counts_once_for_each_instance() -> None:
    child = """
version: 1
name: child
inputs: {x: string}
tasks: {a: {prompt: "Do ${{ inputs.x }}"}}
outputs: {a: "${{ tasks.a.output }}"}
"""
    parent = """
version: 1
name: parent
tasks:
  each: {foreach: {in: [a, b, c], as: x}, plan: child.plan.yaml, with: {x: "${{ x }}"}}
outputs: {all: "${{ tasks.each.output }}"}
"""
    assert estimate(compiled(parent, child=child)).calls == Range(3, 3)


def test_a_model_on_ones_own_cores_answers_one_after_the_other() -> None:
    plan = compiled(PLAN)
    hosted, embedded = estimate(plan), estimate(plan, speed=lambda model: EMBEDDED)
    one = EMBEDDED.seconds(0, 60)
    assert embedded.tasks["each"].seconds.high > 5 * one > hosted.tasks["each"].seconds.high
    assert EMBEDDED.basis in embedded.tasks["each"].basis
