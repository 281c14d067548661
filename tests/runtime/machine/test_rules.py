"""The language's rules of skipping, failing and looping, one plan each."""

from __future__ import annotations

import pytest

from planc_runtime.machine import Instance, Machine
from planc_schemas.values import Json
from tests.support.compiling import plan_of
from tests.support.driving import Driver, Work, drive, echo, failure


def failing(*names: str) -> Work:
    def work(instance: Instance, machine: Machine) -> Json:
        if instance.id in names:
            raise failure(f"{instance.id} broke")
        return echo(instance, machine)

    return work


UPSTREAM = """
tasks:
  a: {prompt: hello}
  reads: {prompt: "${{ tasks.a.output }}"}
  needs: {prompt: x, needs: [a]}
  soft: {value: "${{ tasks.a.output | default('none') }}"}
  status: {value: "${{ tasks.a.status }}"}
  always: {prompt: "got ${{ tasks.a.output }}", run: always}
  after: {prompt: "${{ tasks.reads.output }}"}
"""


def test_a_failure_skips_readers_and_those_who_need_it_but_not_soft_readers() -> None:
    done = drive(plan_of(UPSTREAM), failing("a"))
    assert done.statuses() == {
        "a": "failed",
        "reads": "skipped",
        "needs": "skipped",
        "soft": "succeeded",
        "status": "succeeded",
        "always": "succeeded",
        "after": "skipped",
    }
    reasons = {event.instance: event.data["reason"] for event in done.events if event.type == "task_skipped"}
    assert reasons == {"reads": "failed: reads a", "needs": "failed: needs a", "after": "skipped: reads reads"}
    assert done.machine.node(done.events[-1]).status in ("skipped", "succeeded")
    nodes = {node.id: node for node in done.machine.nodes()}
    assert (nodes["soft"].output, nodes["status"].output) == ("none", "failed")
    assert done.machine.end().status == "failed"


def test_a_skip_by_condition_skips_readers_only() -> None:
    done = drive(plan_of(UPSTREAM.replace("{prompt: hello}", "{prompt: hello, if: false}")))
    assert done.statuses() == {
        "a": "skipped",
        "reads": "skipped",
        "needs": "succeeded",
        "soft": "succeeded",
        "status": "succeeded",
        "always": "succeeded",
        "after": "skipped",
    }
    assert done.machine.end().status == "succeeded"


@pytest.mark.parametrize(
    ("rule", "status", "reader", "run"),
    [
        ("fail", "failed", "skipped", "failed"),
        ("skip", "skipped", "skipped", "succeeded"),
        ('{value: "instead of ${{ inputs.x }}"}', "succeeded", "succeeded", "succeeded"),
    ],
)
def test_on_error_decides_what_becomes_of_a_failure(rule: str, status: str, reader: str, run: str) -> None:
    plan = plan_of(
        "inputs: {x: string}\n"
        f"tasks:\n  a: {{prompt: hello, on_error: {rule}}}\n"
        '  b: {value: "${{ tasks.a.output }}"}\n  c: {value: "${{ tasks.a.errors }}"}\n'
    )
    done = drive(plan, failing("a"), x="it")
    nodes = {node.id: node for node in done.machine.nodes()}
    assert (nodes["a"].status, nodes["b"].status, done.machine.end().status) == (status, reader, run)
    if rule.startswith("{"):
        assert nodes["b"].output == "instead of it"
        assert nodes["c"].output == [{"index": None, "kind": "tool_error", "message": "a broke"}]


def test_a_condition_that_fails_fails_its_task() -> None:
    plan = plan_of('inputs: {x: {}}\ntasks:\n  a: {prompt: hello, if: "${{ inputs.x.y }}"}\n')
    done = drive(plan, x={})
    assert done.statuses() == {"a": "failed"}
    assert done.started == []
    assert "in `if`" in done.machine.failures[0].error.message


def test_a_condition_must_be_true_or_false() -> None:
    plan = plan_of('inputs: {x: {}}\ntasks:\n  a: {prompt: hello, if: "${{ inputs.x }}"}\n')
    assert drive(plan, x="yes").machine.failures[0].error.message == "in `if`: the condition is yes, not true or false"
    assert drive(plan, x=True).statuses() == {"a": "succeeded"}


FOREACH = """
inputs: {items: {}}
tasks:
  each:
    foreach: {in: "${{ inputs.items }}", as: n%s}
    prompt: "do ${{ n }}"
  after: {value: "${{ tasks.each.output }}"}
  errors: {value: "${{ tasks.each.errors }}"}
"""


def test_a_foreach_has_one_instance_an_item_and_its_outputs_in_order() -> None:
    driver = Driver(plan_of(FOREACH % ""), items=["x", "y", "z"]).run(choose=lambda count: count - 1)
    nodes = {node.id: node for node in driver.machine.nodes()}
    assert driver.started == ["each[0]", "each[1]", "each[2]"]
    assert nodes["after"].output == ["out each[0]", "out each[1]", "out each[2]"]


def test_an_empty_foreach_gives_an_empty_list() -> None:
    done = drive(plan_of(FOREACH % ""), items=[])
    nodes = {node.id: node for node in done.machine.nodes()}
    assert (nodes["each"].status, nodes["after"].output) == ("succeeded", [])


@pytest.mark.parametrize(
    ("items", "words"), [(None, "null is not a list"), ("ab", "ab is not a list"), (list(range(10_001)), "10001 items")]
)
def test_a_foreach_without_a_list_fails(items: Json, words: str) -> None:
    error = drive(plan_of(FOREACH % ""), items=items).machine.failures[0].error
    assert (error.code, words in error.message) == ("R105", True)


def test_a_foreach_that_fails_starts_no_further_instance() -> None:
    plan = plan_of(FOREACH % ", max_concurrency: 2")
    done = drive(plan, failing("each[0]"), items=list("abcdef"))
    assert done.started == ["each[0]", "each[1]"]
    nodes = {node.id: node for node in done.machine.nodes()}
    assert (nodes["each"].status, nodes["after"].status) == ("failed", "skipped")
    assert nodes["errors"].output == [{"index": 0, "kind": "tool_error", "message": "each[0] broke"}]


def test_a_foreach_that_collects_goes_on_without_what_failed() -> None:
    done = drive(plan_of(FOREACH % ", on_error: collect"), failing("each[1]"), items=list("abc"))
    nodes = {node.id: node for node in done.machine.nodes()}
    assert nodes["after"].output == ["out each[0]", None, "out each[2]"]
    assert nodes["errors"].output == [{"index": 1, "kind": "tool_error", "message": "each[1] broke"}]
    assert done.machine.end().status == "succeeded"
    assert [(each.instance, each.collected) for each in done.machine.failures] == [("each[1]", True)]


def test_max_concurrency_holds_instances_back() -> None:
    driver = Driver(plan_of(FOREACH % ", max_concurrency: 3"), items=list(range(20)))
    driver.advance()
    while driver.running:
        assert len(driver.running) <= 3
        driver.end_one(len(driver.running) - 1)
        driver.advance()
    assert len(driver.started) == 20


REPEAT = """
tasks:
  loop:
    repeat: {until: "${{ output >= 3 }}", max: %d%s}
    value: "${{ (previous | default(0)) + 1 + loop.index0 * 0 }}"
  after: {value: "${{ tasks.loop.output }}"}
"""


def test_a_repeat_goes_on_until_its_condition_holds() -> None:
    done = drive(plan_of(REPEAT % (9, "")))
    assert [event.instance for event in done.events if event.type == "task_finished"] == [
        "loop[0]",
        "loop[1]",
        "loop[2]",
        "after",
    ]
    nodes = {node.id: node for node in done.machine.nodes()}
    assert nodes["after"].output == 3


def test_an_exhausted_repeat_fails_or_keeps_its_last_output() -> None:
    failed = drive(plan_of(REPEAT % (2, "")))
    assert failed.statuses() == {"loop": "failed", "after": "skipped"}
    assert failed.machine.failures[0].error.code == "R207"
    kept = {node.id: node for node in drive(plan_of(REPEAT % (2, ", on_exhausted: keep"))).machine.nodes()}
    assert (kept["loop"].status, kept["after"].output) == ("succeeded", 2)


SUB = """version: 1
name: inner
inputs: {word: string}
tasks:
  draft: {prompt: "on ${{ inputs.word }}"}
  both: {value: ["${{ tasks.draft.output }}", "${{ inputs.word }}"]}
outputs: {text: "${{ tasks.both.output }}"}
"""
OUTER = """
tasks:
  research:
    foreach: {in: [a, b], as: w}
    plan: inner.plan.yaml
    with: {word: "${{ w }}"}
  last: {value: "${{ tasks.research.output }}"}
"""


def test_a_sub_plan_runs_as_children_of_its_task() -> None:
    done = drive(plan_of(OUTER, {"inner.plan.yaml": SUB}))
    assert done.started == ["research[0]/draft", "research[1]/draft"]
    nodes = {node.id: node for node in done.machine.nodes()}
    assert nodes["last"].output == [
        {"text": ["out research[0]/draft", "a"]},
        {"text": ["out research[1]/draft", "b"]},
    ]


def test_a_sub_plan_that_fails_fails_its_task_and_names_the_child() -> None:
    done = drive(plan_of(OUTER, {"inner.plan.yaml": SUB}), failing("research[1]/draft"))
    assert done.statuses()["research"] == "failed"
    assert [failed.instance for failed in done.machine.failures] == ["research[1]/draft", "research[1]"]
    assert done.machine.failures[1].error.message == "task `research[1]/draft` failed: research[1]/draft broke"


def test_independent_tasks_go_on_after_a_failure() -> None:
    plan = plan_of('tasks:\n  a: {prompt: x}\n  b: {prompt: y}\n  c: {prompt: "${{ tasks.b.output }}"}\n')
    assert drive(plan, failing("a")).statuses() == {"a": "failed", "b": "succeeded", "c": "succeeded"}


def test_outputs_of_what_has_no_result_are_null() -> None:
    plan = plan_of(
        "tasks:\n  a: {prompt: x}\n  b: {prompt: y}\n"
        'outputs: {a: "${{ tasks.a.output }}", b: "${{ tasks.b.output }}"}\n'
    )
    end = drive(plan, failing("a")).machine.end()
    assert (end.status, end.outputs) == ("failed", {"a": None, "b": "out b"})
