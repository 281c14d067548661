"""Going on with a run: after a death, a failure, an edit. What is done stands."""

from __future__ import annotations

import pytest

from planc_runtime.clock import Clock
from planc_runtime.executor import Edit, RunResult, Shared, StopSignal, preview_resume
from planc_runtime.executor.answering import answer_waiting_run
from planc_runtime.recover import RecoveryError
from planc_runtime.store.lease import this_process
from planc_schemas.compiled import CompiledPlan, RunLimits
from planc_schemas.events import Event
from planc_schemas.ports import ModelRequest, TaskError
from planc_schemas.values import Json
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels, FakeTools

PLAN = """
tasks:
  a: {prompt: first}
  b: {prompt: "second ${{ tasks.a.output }}"}
  c: {prompt: "third ${{ tasks.a.output }}"}
  d: {value: "${{ tasks.b.output }} and ${{ tasks.c.output }}"}
outputs: {d: "${{ tasks.d.output }}"}
"""


def dead(bench: Bench, plan: CompiledPlan, *events: Event) -> str:
    """A run whose process died after these events."""
    run_id = "dead"
    journal = bench.store.create(run_id, plan, "", this_process())
    started = Event("run_started", None, {"plan_digest": plan.digest, "inputs": {}, "machine": 1}, at=1.0)
    journal.append([started, *events])
    journal.commit()
    journal.close()
    return run_id


def test_after_a_death_what_was_running_runs_again_and_nothing_else() -> None:
    bench = Bench()
    run_id = dead(
        bench,
        plan_of(PLAN),
        Event("task_started", "a", {"attempt": 1, "fingerprint": "f"}, at=2.0),
        Event("task_finished", "a", {"attempt": 1, "fingerprint": "f", "output": "A"}, at=3.0),
        Event("task_started", "b", {"attempt": 1, "fingerprint": "g"}, at=3.0),
    )
    result = bench.resume(run_id)
    assert (result.status, result.outputs["d"]) == ("succeeded", "answer to second A and answer to third A")
    assert sorted(bench.models.prompts) == ["second A", "third A"]
    again = next(request for request in bench.models.requests if request.messages[-1].content == "second A")
    assert again.idempotency_key == "dead:b:1"
    assert bench.story(run_id)[4:6] == ["task_interrupted b", "run_resumed"]


EACH = """
tasks:
  each: {foreach: {in: [0, 1, 2, 3], as: n}, prompt: "say ${{ n }}"}
"""


def test_what_was_running_and_has_to_wait_for_room_runs_once() -> None:
    bench = Bench()
    plan = plan_of(EACH)
    begun = [Event("task_started", f"each[{n}]", {"attempt": 1, "fingerprint": "f"}, at=2.0) for n in range(3)]
    run_id = dead(bench, plan, Event("task_expanded", "each", {"count": 4}, at=1.0), *begun)
    assert bench.resume(run_id, shared=Shared(concurrency=1)).status == "succeeded"
    assert sorted(bench.models.prompts) == [f"say {n}" for n in range(4)]


CAREFUL = """
tasks:
  pay: {prompt: pay, on_interrupt: fail}
  other: {prompt: other}
"""


def test_what_may_not_be_repeated_fails_now_and_in_every_later_part() -> None:
    bench = Bench()
    plan = plan_of(CAREFUL)
    run_id = dead(bench, plan, Event("task_started", "pay", {"attempt": 1, "fingerprint": "f"}, at=2.0))
    for number in range(3):
        steps = {step.instance: step.action for step in bench.told(plan, run_id)}
        assert steps == {"pay": "failed", "other": "reused" if number else "runs"}, "it says so before it begins"
        result = bench.resume(run_id)
        assert (result.status, result.final) == ("failed", ("pay",))
        assert [(each.instance, each.error.code) for each in result.failures] == [("pay", "R202")]
    assert bench.models.prompts == ["other"]
    assert bench.resume(run_id, fresh=frozenset({"pay"})).status == "succeeded"
    assert bench.models.prompts == ["other", "pay"]


def test_resuming_a_failed_run_tries_what_failed_and_what_was_behind_it() -> None:
    bench = Bench(models=FakeModels(lambda r: TaskError("auth", "no") if "third" in r.messages[-1].content else "x"))
    failed = bench.run(plan_of(PLAN))
    assert failed.status == "failed"
    bench.models.script = lambda request: "y"
    bench.models.requests.clear()
    steps = preview_resume(failed.run_id, bench.environment())
    assert [(step.instance, step.action, step.reason) for step in steps] == [
        ("a", "reused", ""),
        ("b", "reused", ""),
        ("c", "runs", "failed before"),
        ("d", "runs", "reads c, which runs"),
    ]
    result = bench.resume(failed.run_id)
    assert (result.outputs, bench.models.prompts) == ({"d": "x and y"}, ["third x"])


def test_an_edit_runs_what_it_touches_and_those_who_read_it() -> None:
    bench = Bench()
    first = bench.run(plan_of(PLAN))
    bench.models.requests.clear()
    edited = plan_of(PLAN.replace("second", "2nd"))
    steps = preview_resume(first.run_id, bench.environment(), Edit(edited))
    assert [(step.instance, step.action, step.reason) for step in steps] == [
        ("a", "reused", ""),
        ("b", "runs", "prompt changed"),
        ("c", "reused", ""),
        ("d", "runs", "reads b, which runs"),
    ]
    result = bench.resume(first.run_id, edited)
    assert bench.models.prompts == ["2nd answer to first"]
    assert result.outputs["d"] == "answer to 2nd answer to first and answer to third answer to first"
    assert result.usage.calls == 4


def test_a_changed_task_changes_its_readers_even_when_its_answer_is_the_same() -> None:
    bench = Bench(models=FakeModels(lambda request: "same"))
    first = bench.run(plan_of(PLAN))
    bench.models.requests.clear()
    bench.resume(first.run_id, plan_of(PLAN.replace("first", "1st")))
    assert sorted(bench.models.prompts) == ["1st", "second same", "third same"]


def test_another_model_does_not_undo_what_is_done_in_this_run() -> None:
    bench = Bench(models=FakeModels(lambda r: TaskError("auth", "no") if "third" in r.messages[-1].content else "x"))
    failed = bench.run(plan_of(PLAN))
    bench.models = FakeModels(lambda request: "z", name="another")
    result = bench.resume(failed.run_id)
    assert (result.status, bench.models.prompts) == ("succeeded", ["third x"])


def test_fresh_runs_a_task_again_and_what_reads_it_if_it_differs() -> None:
    bench = Bench()
    first = bench.run(plan_of(PLAN))
    bench.models.requests.clear()
    bench.models.script = lambda request: "new"
    bench.resume(first.run_id, fresh=frozenset({"b"}))
    assert bench.models.prompts == ["second answer to first"]


def test_a_run_that_succeeded_is_left_alone() -> None:
    bench = Bench()
    first = bench.run(plan_of(PLAN))
    before = bench.story(first.run_id)
    again = bench.resume(first.run_id)
    assert (again.status, again.outputs, again.usage) == (first.status, first.outputs, first.usage)
    assert bench.story(first.run_id) == before
    assert preview_resume(first.run_id, bench.environment()) == []


def test_a_finished_value_is_not_written_twice() -> None:
    bench = Bench()
    plan = plan_of('tasks:\n  v: {value: 1}\n  a: {prompt: "x ${{ tasks.v.output }}"}\n')
    bench.models.script = lambda request: TaskError("auth", "no")
    failed = bench.run(plan)
    bench.models.script = lambda request: "ok"
    bench.resume(failed.run_id)
    assert bench.story(failed.run_id).count("task_finished v") == 1


def test_a_waiting_retry_goes_on_waiting_for_the_rest_of_its_delay() -> None:
    plan = plan_of("tasks:\n  a: {prompt: x, retry: {max_attempts: 3, retry_on: [server_error]}}\n")
    bench = Bench()
    error = TaskError("server_error", "no").to_json()
    run_id = dead(
        bench,
        plan,
        Event("task_started", "a", {"attempt": 1, "fingerprint": "f"}, at=2.0),
        Event("attempt_failed", "a", {"attempt": 1, "error": error, "retry_in": 60.0}, at=10.0),
    )
    assert bench.resume(run_id, clock=Clock(now=lambda: 50.0)).status == "succeeded"
    assert bench.models.at == pytest.approx([20.0], abs=0.01)
    assert bench.models.requests[0].idempotency_key == "dead:a:2"


def test_an_answer_is_the_output_of_its_question() -> None:
    bench = Bench()
    plan = plan_of('tasks:\n  q: {ask: "Go?"}\n  b: {prompt: "said ${{ tasks.q.output }}"}\n')
    waiting = bench.run(plan)
    journal = bench.store.open(waiting.run_id, this_process())
    answer: dict[str, Json] = {"answer": "yes", "by": "someone", "digest": waiting.questions[0].digest}
    journal.append([Event("task_answered", "q", answer)])
    journal.close()
    assert bench.resume(waiting.run_id).status == "succeeded"
    assert bench.models.prompts == ["said yes"]


def test_a_question_whose_time_is_over_fails_and_is_asked_again_only_by_name() -> None:
    bench = Bench()
    waiting = bench.run(plan_of('tasks:\n  q: {ask: "Go?", timeout: 1h}\n'), clock=Clock(now=lambda: 1000.0))
    assert waiting.questions[0].expires_at == 4600.0
    assert bench.resume(waiting.run_id, clock=Clock(now=lambda: 4000.0)).status == "waiting"
    for now in (5000.0, 6000.0):
        late = bench.resume(waiting.run_id, clock=Clock(now=lambda at=now: at))
        assert [(each.instance, each.error.code) for each in late.failures] == [("q", "R304")]
    again = bench.resume(waiting.run_id, clock=Clock(now=lambda: 7000.0), fresh=frozenset({"q"}))
    assert (again.status, again.questions[0].expires_at) == ("waiting", 10600.0)


def answered(bench: Bench, result: RunResult, answer: str, now: float = 1000.0) -> None:
    """Somebody answers the only question of a run that nobody executes."""
    options = bench.options(clock=Clock(now=lambda: now))
    answer_waiting_run(result.run_id, result.questions[0].instance, answer, store=bench.store, options=options)


ASKING = """
tasks:
  q: {ask: "Go?"}
  b: {prompt: "said ${{ tasks.q.output }}"}
  c: {prompt: "apart"}
"""


@pytest.mark.parametrize("broken", ["said yes", "apart"])
def test_who_has_answered_is_not_asked_again_when_something_else_failed(broken: str) -> None:
    """Whether it fails after the answer, or had failed before somebody answered without a process."""
    failing = True

    def script(request: ModelRequest) -> str | TaskError:
        wrong = failing and request.messages[-1].content == broken
        return TaskError("tool_error", "broke", "R403") if wrong else "fine"

    bench = Bench(models=FakeModels(script))
    waiting = bench.run(plan_of(ASKING))
    assert waiting.status == "waiting"
    answered(bench, waiting, "yes")
    assert bench.resume(waiting.run_id).status == "failed"
    failing = False
    assert bench.resume(waiting.run_id).status == "succeeded"
    story = bench.story(waiting.run_id)
    assert (story.count("task_waiting q"), story.count("task_finished q")) == (1, 1)


def test_an_answer_in_time_counts_when_the_run_goes_on_later() -> None:
    bench = Bench()
    waiting = bench.run(plan_of('tasks:\n  q: {ask: "Go?", timeout: 1h}\n'), clock=Clock(now=lambda: 1000.0))
    answered(bench, waiting, "yes", now=4000.0)
    assert bench.resume(waiting.run_id, clock=Clock(now=lambda: 9000.0)).status == "succeeded"


def test_edited_inputs_of_a_sub_plan_keep_its_other_children() -> None:
    inner = (
        "version: 1\nname: inner\ninputs: {w: string}\ntasks:\n  one: {prompt: one}\n"
        '  two: {prompt: "two ${{ inputs.w }}"}\noutputs: {o: "${{ tasks.two.output }}"}\n'
    )
    outer = "tasks:\n  sub: {plan: inner.plan.yaml, with: {w: %s}}\n"
    bench = Bench()
    first = bench.run(plan_of(outer % "x", {"inner.plan.yaml": inner}))
    bench.models.requests.clear()
    assert bench.resume(first.run_id, plan_of(outer % "y", {"inner.plan.yaml": inner})).status == "succeeded"
    assert bench.models.prompts == ["two y"]


def test_journals_that_cannot_be_followed_are_refused() -> None:
    bench = Bench()
    run_id = dead(bench, plan_of(PLAN), Event("task_started", "nobody", {"attempt": 1}))
    with pytest.raises(RecoveryError, match="no task instance `nobody`"):
        bench.resume(run_id)
    assert bench.store.holder(run_id) is None


def test_a_journal_of_other_rules_is_refused() -> None:
    bench = Bench()
    plan = plan_of(PLAN)
    journal = bench.store.create("other", plan, "", this_process())
    journal.append([Event("run_started", None, {"plan_digest": plan.digest, "inputs": {}, "machine": 99})])
    journal.close()
    with pytest.raises(RecoveryError, match="version 99") as caught:
        bench.resume("other")
    assert caught.value.code == "R003"


def test_a_tool_is_told_the_same_key_after_a_crash() -> None:
    keys: list[str] = []

    class Keyed(FakeTools):
        async def call(self, name, arguments, context, *, definition=""):  # type: ignore[no-untyped-def]
            keys.append(context.idempotency_key)
            return 1

    bench = Bench(tools=Keyed({"word_count": lambda text: 1}))
    run_id = dead(
        bench,
        plan_of("tasks:\n  a: {tool: word_count, with: {text: x}}\n"),
        Event("task_started", "a", {"attempt": 1, "fingerprint": "f"}),
    )
    bench.resume(run_id)
    assert keys == ["dead:a"]


def test_what_was_about_to_be_tried_again_takes_a_result_that_another_run_has_meanwhile() -> None:
    bench = Bench()
    plan = plan_of(PLAN.replace("{prompt: first}", "{prompt: first, retry: {max_attempts: 3}}"))
    error: Json = {"kind": "rate_limit", "message": "429", "code": "R500"}
    run_id = dead(
        bench,
        plan,
        Event("task_started", "a", {"attempt": 1, "fingerprint": "f"}, at=2.0),
        Event("attempt_failed", "a", {"attempt": 1, "fingerprint": "f", "error": error, "retry_in": 1.0}, at=3.0),
    )
    assert bench.run(plan).status == "succeeded"
    asked = len(bench.models.requests)
    steps = preview_resume(run_id, bench.environment(reuse=True))
    assert {step.action for step in steps} == {"reused"}
    assert bench.resume(run_id, reuse=True).status == "succeeded"
    assert len(bench.models.requests) == asked


def test_what_was_asked_of_a_run_holds_when_it_is_resumed() -> None:
    """Limits, --no-reuse and --fresh of the command that began it; a new limit goes before the old one."""
    bench = Bench()
    plan = plan_of("tasks:\n  a: {prompt: one}\n  b: {prompt: 'two ${{ tasks.a.output }}'}\n")
    bench.run(plan, reuse=True)
    stopped = bench.run(plan, limits=RunLimits(calls=1))
    assert (stopped.status, stopped.usage.calls) == ("budget", 1)
    again = bench.resume(stopped.run_id, reuse=True)
    assert (again.status, again.usage.calls) == ("budget", 1)
    done = bench.resume(stopped.run_id, reuse=True, limits=RunLimits(calls=2))
    assert (done.status, done.usage.calls) == ("succeeded", 2)
    assert bench.models.prompts.count("one") == 2


def test_fresh_holds_when_the_run_dies_before_the_task_ran() -> None:
    bench = Bench()
    plan = plan_of("tasks:\n  a: {prompt: one}\n")
    first = bench.run(plan, reuse=True)
    stop = StopSignal()
    stop.request("early")
    left = bench.run(plan, reuse=True, fresh=frozenset({"a"}), stop=stop)
    assert bench.resume(left.run_id, reuse=True).usage.calls == 1
    stop = StopSignal()
    stop.request("early")
    bench.resume(first.run_id, reuse=True, fresh=frozenset({"a"}), stop=stop)
    bench.resume(first.run_id, reuse=True)
    assert len(bench.models.requests) == 3
