"""What is recorded is given again, by instance and request; what was not is refused with the difference."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from planc_runtime.replay.cassette import Cassette
from planc_runtime.replay.wrappers import RecordedModels, RecordedTools, RecordingModels, RecordingTools
from planc_runtime.replay.yaml_text import read, write
from planc_runtime.tools.context import ToolContext
from planc_runtime.tools.secrets import Masker
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import (
    Message,
    Model,
    ModelAnswer,
    ModelRequest,
    OnText,
    TaskError,
    TaskFailure,
    ToolCall,
    ToolSpec,
    Usage,
)
from planc_schemas.values import Json

CHOICE = ModelChoice(alias="fast", temperature=0.5)


def request(text: str, instance: str = "summarise[0]", run: str = "R1") -> ModelRequest:
    messages = (Message("system", "Be brief."), Message("user", text))
    return ModelRequest(messages=messages, choice=CHOICE, idempotency_key=f"{run}:{instance}:1")


class FakeModel:
    """Answers from a list, in place of an endpoint."""

    name = "fake"

    def __init__(self, *outcomes: ModelAnswer | TaskError) -> None:
        self.outcomes = list(outcomes)

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, TaskError):
            raise TaskFailure(outcome)
        return outcome

    def model_for(self, choice: ModelChoice) -> Model:
        return self

    async def close(self) -> None:
        return None


class FakeTools:
    """One tool that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def get(self, name: str) -> ToolSpec | None:
        return ToolSpec(name=name, description="", arguments={})

    def names(self) -> Sequence[str]:
        return ["count"]

    async def call(
        self, name: str, arguments: Mapping[str, Json], context: ToolContext, *, definition: str = ""
    ) -> Json:
        self.calls += 1
        if arguments.get("fail"):
            raise TaskFailure(TaskError("tool_error", "it broke"))
        return {"calls": self.calls, **arguments}


def ask(models: RecordedModels | RecordingModels, what: ModelRequest) -> ModelAnswer:
    return asyncio.run(models.model_for(CHOICE).answer(what))


def test_answers_come_back_in_another_run() -> None:
    full = ModelAnswer(
        text='{"words": 3}',
        model="m-1",
        usage=Usage(input_tokens=10, output_tokens=2, usd=0.5, calls=1),
        data={"words": 3},
        tool_calls=(ToolCall("c1", "search", '{"q": 1}'),),
        finish_reason="tool_calls",
        structured_by="json_schema",
    )
    cassette = Cassette("demo")
    asked = request("One")
    assert ask(RecordingModels(FakeModel(full), cassette), asked) == full
    replayed = RecordedModels(read(write(cassette), "c.yaml"))
    assert ask(replayed, request("One", run="R2")) == full


def test_the_same_request_twice_is_answered_in_order_and_then_by_the_last() -> None:
    cassette = Cassette("demo")
    recording = RecordingModels(FakeModel(ModelAnswer("first", "m"), ModelAnswer("second", "m")), cassette)
    for _ in range(2):
        ask(recording, request("One"))
    replayed = RecordedModels(cassette)
    assert [ask(replayed, request("One")).text for _ in range(3)] == ["first", "second", "second"]


def test_a_retried_failure_is_not_kept_and_a_final_one_is() -> None:
    cassette = Cassette("demo")
    limited = TaskError("rate_limit", "slow down")
    recording = RecordingModels(FakeModel(limited, ModelAnswer("good", "m"), limited), cassette)
    for text in ("One", "One", "Two"):
        try:
            ask(recording, request(text))
        except TaskFailure:
            continue
    replayed = RecordedModels(read(write(cassette), "c.yaml"))
    assert ask(replayed, request("One")).text == "good"
    with pytest.raises(TaskFailure, match="slow down"):
        ask(replayed, request("Two"))


def test_a_miss_names_the_nearest_recording_and_the_difference() -> None:
    cassette = Cassette("demo")
    recording = RecordingModels(FakeModel(*(ModelAnswer("x", "m") for _ in range(3))), cassette)
    ask(recording, request("Summarise:\nBees dance.\n", "summarise[0]"))
    ask(recording, request("Summarise:\nWhales sing.\n", "summarise[1]"))
    ask(recording, request("Something else", "review"))
    with pytest.raises(TaskFailure) as caught:
        ask(RecordedModels(cassette), request("Summarise in 80 words:\nWhales sing.\n", "summarise[1]"))
    error = caught.value.error
    assert error.code == "R701"
    assert "recorded for summarise[1]" in error.message
    assert "-Summarise:\n+Summarise in 80 words:\n Whales sing." in error.message
    with pytest.raises(TaskFailure, match=r"the same one was recorded for `summarise\[0\]`"):
        ask(RecordedModels(cassette), request("Summarise:\nBees dance.\n", "summarise[2]"))
    with pytest.raises(TaskFailure, match="no call like this one"):
        ask(RecordedModels(Cassette("demo")), request("One"))


def test_a_changed_setting_is_another_request() -> None:
    cassette = Cassette("demo")
    ask(RecordingModels(FakeModel(ModelAnswer("x", "m")), cassette), request("One"))
    changed = ModelRequest(messages=request("One").messages, choice=ModelChoice(alias="fast", temperature=0.9))
    with pytest.raises(TaskFailure, match=r"temperature: 0\.9"):
        ask(RecordedModels(cassette), changed)


def test_tools_are_recorded_with_their_failures_and_called_no_more() -> None:
    cassette = Cassette("demo")
    tools = FakeTools()
    recording = RecordingTools(tools, cassette)
    context = ToolContext(instance="count_it")

    async def use(caller: RecordingTools | RecordedTools) -> list[Json]:
        found: list[Json] = [await caller.call("count", {"n": n}, context) for n in (1, 1, 2)]
        try:
            await caller.call("count", {"fail": True}, context)
        except TaskFailure as failure:
            found.append(failure.error.to_json())
        return found

    first = asyncio.run(use(recording))
    second = asyncio.run(use(RecordedTools(tools, read(write(cassette), "c.yaml"))))
    assert first == second
    assert first[0] == {"calls": 1, "n": 1}
    assert tools.calls == 4


def test_secrets_never_enter_a_cassette() -> None:
    secret = "hunter2-and-more"
    mask = Masker({"TOKEN": secret}).mask_json
    cassette = Cassette("demo", mask=mask)
    answer = ModelAnswer(f"You said {secret}", "m", data={secret: [secret]})
    ask(RecordingModels(FakeModel(answer), cassette), request(f"My token is {secret}"))
    text = write(cassette)
    assert secret not in text
    replayed = read(text, "c.yaml", mask=mask)
    assert "•••" in ask(RecordedModels(replayed), request(f"My token is {secret}")).text
    with pytest.raises(TaskFailure) as caught:
        ask(RecordedModels(replayed), request(f"Other words, {secret}"))
    assert secret not in caught.value.error.message


def test_the_text_does_not_depend_on_the_order_of_calls() -> None:
    def recorded(order: Sequence[int]) -> str:
        cassette = Cassette("demo")
        for number in order:
            cassette.record(f"a[{number}]", "tool", {"tool": "t", "arguments": {"n": number}}, {"result": number})
        return write(cassette)

    assert recorded([10, 2, 0]) == recorded([0, 10, 2])
    assert recorded([10, 2]).index("a[2]") < recorded([10, 2]).index("a[10]")


def test_what_nobody_asked_for_is_named() -> None:
    cassette = Cassette("demo")
    cassette.record("a", "tool", {"tool": "t", "arguments": {}}, {"result": 1})
    cassette.record("b", "tool", {"tool": "t", "arguments": {}}, {"result": 2})
    cassette.find("a", "tool", {"tool": "t", "arguments": {}})
    assert [recording.instance for recording in cassette.unused()] == ["b"]


def test_lone_surrogates_do_not_break_a_recording() -> None:
    cassette = Cassette("demo")
    ask(RecordingModels(FakeModel(ModelAnswer("bad \ud800 text", "m")), cassette), request("a \udfff"))
    again = read(write(cassette).encode(), "c.yaml")
    assert ask(RecordedModels(again), request("a \udfff")).text == "bad \ufffd text"
