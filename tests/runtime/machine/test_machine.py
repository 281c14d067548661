"""The machine as a data structure: order of starts, long chains, events that do not fit."""

from __future__ import annotations

import pytest

from planc_runtime.machine import Machine, MachineError, Topology
from planc_schemas.compiled import CompiledPlan, CompiledTask, PromptWork, ValueWork
from planc_schemas.events import Event
from tests.support.compiling import plan_of
from tests.support.driving import Driver, drive


def chain(length: int, *, prompts: bool) -> CompiledPlan:
    tasks = []
    for number in range(length):
        before = (f"t{number - 1}",) if number else ()
        code = ["task", before[0], "output"] if before else ["lit", "x"]
        work = PromptWork(prompt=[["put", code]]) if prompts else ValueWork(value=["expr", code])
        tasks.append(CompiledTask(id=f"t{number}", work=work, meaning=str(number), waits_for=before, reads=before))
    return CompiledPlan(name="chain", digest="chain", tasks=tuple(tasks))


@pytest.mark.parametrize("prompts", [True, False])
def test_a_chain_of_20_000_tasks_neither_recurses_nor_stops(prompts: bool) -> None:
    done = drive(chain(20_000, prompts=prompts))
    assert done.machine.finished
    assert done.machine.end().status == "succeeded"


def test_a_skip_goes_through_a_chain_of_10_000() -> None:
    driver = Driver(chain(10_000, prompts=True))
    driver.advance()
    driver.running.clear()
    driver.emit("task_failed", "t0", {"attempt": 1, "error": {"kind": "tool_error", "message": "no"}})
    driver.advance()
    assert driver.machine.finished
    assert sum(event.type == "task_skipped" for event in driver.events) == 9_999


def test_the_task_with_the_longest_path_behind_it_starts_first() -> None:
    plan = plan_of(
        "tasks:\n  short: {prompt: x}\n  long: {prompt: y}\n"
        '  more: {prompt: "${{ tasks.long.output }}"}\n  end: {prompt: "${{ tasks.more.output }}"}\n'
    )
    assert drive(plan).started[:2] == ["long", "short"]
    recorded = Machine(plan, {}, "r", durations={"short": 100.0, "long": 1.0, "more": 1.0, "end": 1.0})
    first = recorded.pop_ready()
    assert first is not None
    assert first.id == "short"


def test_instances_of_two_foreachs_take_turns() -> None:
    plan = plan_of("tasks:\n  a: {foreach: {in: [1, 2, 3]}, prompt: x}\n  b: {foreach: {in: [1, 2, 3]}, prompt: y}\n")
    assert drive(plan).started == ["a[0]", "b[0]", "a[1]", "b[1]", "a[2]", "b[2]"]


def test_a_retrying_instance_is_not_ready_until_it_is_due() -> None:
    driver = Driver(plan_of("tasks:\n  a: {prompt: x}\n"))
    driver.advance()
    error = {"kind": "timeout", "message": "slow"}
    driver.emit("attempt_failed", "a", {"attempt": 1, "error": error, "retry_in": 5.0})
    instance = driver.machine.instance("a")
    assert (instance.status, instance.attempt, instance.retry_at) == ("retrying", 2, 5.0)
    assert driver.machine.pop_ready() is None
    driver.machine.push_ready(instance)
    assert driver.machine.pop_ready() is instance


def test_an_interrupted_attempt_is_made_again_under_its_number() -> None:
    driver = Driver(plan_of("tasks:\n  a: {prompt: x}\n"))
    driver.advance()
    driver.emit("task_interrupted", "a", {"attempt": 1})
    again = driver.machine.pop_ready()
    assert again is not None
    assert (again.id, again.attempt) == ("a", 1)


def test_an_answer_ends_the_question() -> None:
    driver = Driver(plan_of('tasks:\n  q: {ask: "Go on?"}\n  b: {value: "${{ tasks.q.output }}"}\n'))
    driver.advance()
    driver.emit("task_waiting", "q", {"question": "Go on?", "schema": None, "digest": "d"})
    assert [each.id for each in driver.machine.unfinished()] == ["q"]
    driver.emit("task_answered", "q", {"answer": "yes", "by": "me", "digest": "d"})
    driver.advance()
    assert driver.machine.finished
    assert {node.id: node.output for node in driver.machine.nodes()} == {"q": "yes", "b": "yes"}


@pytest.mark.parametrize(
    "event",
    [
        Event("task_started", "nobody", {"attempt": 1}),
        Event("task_finished", "nobody", {"output": 1}),
        Event("task_skipped", "nobody", {"reason": "x"}),
        Event("task_expanded", "a", {"count": 3}),
        Event("turn_recorded", "b", {"turn": 1}),
        Event("subplan_created", "a", {"plan_digest": "?"}),
    ],
)
def test_an_event_that_does_not_fit_the_plan_is_refused(event: Event) -> None:
    machine = Machine(plan_of('tasks:\n  a: {prompt: x}\n  b: {prompt: "${{ tasks.a.output }}"}\n'), {}, "r")
    with pytest.raises(MachineError):
        machine.apply(event)


def task(name: str, *waits: str) -> CompiledTask:
    return CompiledTask(id=name, work=ValueWork(value=["const", 1]), meaning="", waits_for=waits)


def test_the_order_in_the_file_decides_nothing() -> None:
    """Tasks in the order of the graph are the usual case, with a quicker way."""
    tasks = [task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c"), task("e", "d"), task("f")]
    seconds = {"a": 1.0, "b": 2.0, "c": 30.0, "d": 4.0, "e": 50.0, "f": 6.0}
    for order in (tasks, tasks[::-1], [tasks[3], tasks[0], tasks[5], tasks[4], tasks[2], tasks[1]]):
        topology = Topology(CompiledPlan(name="p", digest="d", tasks=tuple(order)), seconds)
        longest = dict(zip([each.id for each in order], topology.priority, strict=True))
        assert longest == {"a": 85.0, "b": 56.0, "c": 84.0, "d": 54.0, "e": 50.0, "f": 6.0}


def test_a_graph_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="in a circle"):
        Topology(CompiledPlan(name="p", digest="d", tasks=(task("a", "b"), task("b", "a"))))
    with pytest.raises(ValueError, match="waits for 'c'"):
        Topology(CompiledPlan(name="p", digest="d", tasks=(task("a", "c"),)))
