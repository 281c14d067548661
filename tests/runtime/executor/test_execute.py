"""Plans run: values, tools, prompts, loops, sub-plans; what is journalled, and in which order."""

from __future__ import annotations

import pytest

from planc_runtime.store.memory import MemoryStore
from planc_schemas.events import Event
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels, FakeTools, answer

FLAGSHIP = """
inputs: {count: {type: integer, default: 2}}
tasks:
  find: {tool: arxiv_search, with: {query: agents, max_results: "${{ inputs.count }}"}}
  summarise:
    foreach: {in: "${{ tasks.find.output }}", as: paper}
    system: Be short.
    prompt: "Summarise ${{ paper.title }}"
  review: {prompt: "Review:{% for s in tasks.summarise.output %} ${{ s }};{% endfor %}"}
outputs: {review: "${{ tasks.review.output }}"}
"""


def papers(query: str, max_results: int) -> list[Json]:
    return [{"id": str(number), "title": f"Paper {number}", "abstract": ""} for number in range(max_results)]


def flagship() -> Bench:
    return Bench(tools=FakeTools({"arxiv_search": papers}))


def test_a_plan_of_all_kinds_runs_and_its_journal_tells_how() -> None:
    bench = flagship()
    result = bench.run(plan_of(FLAGSHIP))
    expected = "answer to Review: answer to Summarise Paper 0; answer to Summarise Paper 1;"
    assert (result.status, result.outputs) == ("succeeded", {"review": expected})
    assert (result.usage.calls, result.usage.input_tokens, result.usage.usd) == (3, 30, pytest.approx(0.03))
    assert bench.story(result.run_id) == [
        "run_started",
        "task_started find",
        "task_finished find",
        "task_expanded summarise",
        "task_started summarise[0]",
        "task_started summarise[1]",
        "task_finished summarise[0]",
        "task_finished summarise[1]",
        "task_started review",
        "task_finished review",
        "run_finished",
    ]


def test_requests_begin_with_what_all_instances_share_and_name_their_attempt() -> None:
    bench = flagship()
    run_id = bench.run(plan_of(FLAGSHIP)).run_id
    first = bench.models.requests[0]
    assert [(message.role, message.content) for message in first.messages] == [
        ("system", "Be short."),
        ("user", "Summarise Paper 0"),
    ]
    assert first.idempotency_key == f"{run_id}:summarise[0]:1"


def test_inputs_are_checked_before_anything_is_written() -> None:
    bench = flagship()
    with pytest.raises(TaskFailure) as caught:
        bench.run(plan_of(FLAGSHIP), {"count": "two", "topic": 1})
    assert caught.value.error.code == "R001"
    assert "there is no input `topic`; input `count`" in caught.value.error.message
    assert bench.store.runs() == []


def test_everything_is_committed_before_it_is_read_or_started() -> None:
    bench = flagship()
    seen: list[tuple[str, list[str]]] = []

    def note(request: object) -> str:
        run_id = bench.store.resolve("last")
        seen.append((bench.models.prompts[-1], bench.story(run_id)))
        return "ok"

    bench.models.script = note
    bench.run(plan_of(FLAGSHIP))
    for prompt, story in seen:
        instance = {"Summarise Paper 0": "summarise[0]", "Summarise Paper 1": "summarise[1]"}.get(prompt, "review")
        assert f"task_started {instance}" in story
        read = ["summarise[0]", "summarise[1]"] if instance == "review" else ["find"]
        assert all(f"task_finished {each}" in story for each in read)


def test_listeners_hear_events_after_their_commit_and_cannot_break_the_run() -> None:
    bench = flagship()
    heard: list[Event] = []

    def listen(events: list[Event]) -> None:
        heard.extend(events)
        assert bench.store.read(bench.store.resolve("last"))[-1].seq >= events[-1].seq
        raise RuntimeError("a broken listener")

    result = bench.run(plan_of(FLAGSHIP), on_events=listen)
    assert result.status == "succeeded"
    assert [event.seq for event in heard] == list(range(1, 12))


def test_values_are_computed_where_they_stand_and_not_journalled_as_started() -> None:
    bench = Bench()
    plan = plan_of('tasks:\n  a: {value: [1, 2]}\n  b: {value: "${{ tasks.a.output[1] + 1 }}"}\n')
    result = bench.run(plan)
    assert bench.story(result.run_id) == ["run_started", "task_finished a", "task_finished b", "run_finished"]


def test_an_output_that_does_not_match_its_schema_fails_its_task() -> None:
    bench = Bench(models=FakeModels(lambda request: answer("{}", data={"words": 412})))
    plan = plan_of(
        "tasks:\n  a:\n    prompt: x\n    output:\n      type: object\n"
        "      properties: {words: {type: integer, maximum: 200}}\n"
    )
    result = bench.run(plan)
    failure = result.failures[0]
    assert (result.status, failure.error.kind, failure.error.code) == ("failed", "invalid_output", "R301")
    assert failure.error.message.startswith("output does not match its schema: $.words")
    assert bench.models.requests[0].schema == plan.tasks[0].output


def test_an_answer_that_was_cut_is_no_answer() -> None:
    bench = Bench(models=FakeModels(lambda request: answer("half", finish="length")))
    assert bench.run(plan_of("tasks:\n  a: {prompt: x}\n")).failures[0].error.code == "R303"


def test_a_failure_points_at_its_line() -> None:
    bench = Bench()
    plan = plan_of("inputs: {x: {}}\ntasks:\n  a:\n    prompt: |\n      Say\n      ${{ inputs.x.y }}\n")
    failure = bench.run(plan, {"x": {}}).failures[0]
    assert (failure.file, failure.span.line) == ("test.plan.yaml", plan.tasks[0].slots["prompt"].line)


def test_a_defect_in_a_tool_fails_the_task_and_not_the_run() -> None:
    def broken(**arguments: Json) -> Json:
        raise KeyError("choices")

    bench = Bench(tools=FakeTools({"word_count": broken}))
    result = bench.run(plan_of("tasks:\n  a: {tool: word_count, with: {text: x}}\n  b: {prompt: y}\n"))
    assert [(each.instance, each.error.code) for each in result.failures] == [("a", "R209")]
    assert "task_finished b" in bench.story(result.run_id)


SUB = """version: 1
name: inner
inputs: {word: string}
tasks:
  draft: {prompt: "on ${{ inputs.word }}"}
outputs: {text: "${{ tasks.draft.output }}"}
"""


def test_a_sub_plan_is_part_of_the_same_run() -> None:
    plan = plan_of(
        "tasks:\n  research: {foreach: {in: [a, b], as: w}, plan: inner.plan.yaml, with: {word: '${{ w }}'}}\n"
        "outputs: {all: '${{ tasks.research.output }}'}\n",
        {"inner.plan.yaml": SUB},
    )
    bench = Bench()
    result = bench.run(plan)
    assert result.outputs == {"all": [{"text": "answer to on a"}, {"text": "answer to on b"}]}
    assert "task_started research[1]/draft" in bench.story(result.run_id)


def test_a_sub_plan_is_not_given_inputs_that_do_not_fit() -> None:
    plan = plan_of(
        "inputs: {x: {}}\ntasks:\n  research: {plan: inner.plan.yaml, with: {word: '${{ inputs.x }}'}}\n",
        {"inner.plan.yaml": SUB},
    )
    result = Bench().run(plan, {"x": 3})
    assert [(each.instance, each.error.code) for each in result.failures] == [("research", "R001")]


def test_secrets_are_masked_in_every_event() -> None:
    from planc_runtime.tools.secrets import Secrets

    bench = Bench(models=FakeModels(lambda request: "the key is hunter2hunter2"))
    result = bench.run(plan_of("tasks:\n  a: {prompt: x}\n"), secrets=Secrets({"K": "hunter2hunter2"}))
    journal = [event.data for event in bench.events(result.run_id)]
    assert "hunter2" not in str(journal)
    assert "the key is •••" in str(journal)


def test_a_question_leaves_the_run_waiting_and_names_it() -> None:
    bench = Bench()
    result = bench.run(plan_of('tasks:\n  q: {ask: "Publish?", output: boolean}\n'))
    assert result.status == "waiting"
    assert [(each.instance, each.question, each.schema) for each in result.questions] == [
        ("q", "Publish?", {"type": "boolean"})
    ]


def test_fail_fast_starts_nothing_further_and_lets_end_what_runs() -> None:
    import asyncio

    async def slow() -> str:
        await asyncio.sleep(5)
        return "slow"

    def script(request: object) -> object:
        return TaskError("auth", "no key", "R505") if bench.models.prompts[-1] == "bad" else slow()

    bench = Bench(models=FakeModels(script))  # type: ignore[arg-type]
    plan = plan_of(
        'tasks:\n  bad: {prompt: bad}\n  slow: {prompt: slow}\n  next: {prompt: "${{ tasks.slow.output }}"}\n'
    )
    result = bench.run(plan, fail_fast=True)
    assert result.status == "failed"
    story = bench.story(result.run_id)
    assert "task_finished slow" in story
    assert "task_skipped next" in story
    bench = Bench(models=FakeModels(script))  # type: ignore[arg-type]
    assert "task_finished next" in bench.story(bench.run(plan).run_id)


def test_a_store_of_its_own_needs_no_run_before_it() -> None:
    assert MemoryStore().runs() == []
