"""The embedded model for real: weights, child process, loopback, client, answer. Nothing is scripted here."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from planc_runtime.models.base import EmbeddedConfig
from planc_runtime.models.embedded.model import EmbeddedModel
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Message, ModelAnswer, ModelRequest, TaskFailure, ToolSpec
from planc_schemas.validate import validate
from tests.runtime.models.helpers import request

pytestmark = pytest.mark.embedded
T = TypeVar("T")

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "age": {"type": "integer", "minimum": 1, "maximum": 99},
        "hobbies": {"type": "array", "items": {"enum": ["chess", "tennis"]}, "minItems": 2, "maxItems": 3},
    },
    "required": ["name", "age", "hobbies"],
    "additionalProperties": False,
}


def with_model(config: EmbeddedConfig, use: Callable[[EmbeddedModel], Awaitable[T]]) -> T:
    async def run() -> T:
        model = EmbeddedModel(config)
        try:
            return await use(model)
        finally:
            await model.close()

    return asyncio.run(run())


def pid_of(model: EmbeddedModel) -> int:
    assert model.engine is not None and model.engine.pid is not None
    return model.engine.pid


def wait_for_end(pid: int, seconds: float = 30) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], seconds)[0], f"process {pid} still runs"
    finally:
        os.close(descriptor)


def test_it_generates_text_and_constrained_json(smollm: EmbeddedConfig) -> None:
    pieces: list[str] = []

    async def use(model: EmbeddedModel) -> tuple[ModelAnswer, ModelAnswer, ModelAnswer]:
        prompt = "Write one sentence about the sea."
        return (
            await model.answer(request(prompt, max_tokens=40)),
            await model.answer(request(prompt, max_tokens=40), on_text=pieces.append),
            await model.answer(request("Describe a person.", schema=PERSON, max_tokens=150)),
        )

    whole, streamed, structured = with_model(smollm, use)
    assert len(whole.text.split()) > 3
    assert streamed.text == "".join(pieces) and len(pieces) > 3
    assert whole.usage.input_tokens > 5 and whole.usage.output_tokens > 3 and whole.usage.usd == 0
    assert streamed.usage.cached_tokens > 0, "the second time the prompt is in the cache"
    assert whole.model == "smollm2-135m (embedded)"
    assert structured.structured_by == "json_schema" and validate(structured.data, PERSON) == []


def test_what_the_engine_keeps_only_as_a_grammar(smollm: EmbeddedConfig) -> None:
    first = {"type": "array", "prefixItems": [{"const": "first"}], "items": {"enum": ["a", "b"]}}
    schema = {
        "type": "object",
        "properties": {
            "list": {**first, "minItems": 2, "maxItems": 3},
            "share": {"type": "number", "minimum": 20, "maximum": 30, "multipleOf": 5},
        },
        "required": ["list", "share"],
        "additionalProperties": False,
    }
    answer = with_model(smollm, lambda model: model.answer(request("Any values.", schema=schema, max_tokens=200)))
    assert validate(answer.data, schema) == [] and answer.data["list"][0] == "first"


def test_answers_are_written_at_once(smollm: EmbeddedConfig) -> None:
    async def use(model: EmbeddedModel) -> list[ModelAnswer]:
        asked = [request(f"Write about the number {number}.", max_tokens=20) for number in range(4)]
        return await asyncio.gather(*(model.answer(one) for one in asked))

    assert all(answer.text for answer in with_model(smollm, use))


def test_a_tool_is_called_by_a_schema(smollm: EmbeddedConfig) -> None:
    add = ToolSpec(
        name="add",
        description="Adds two numbers",
        arguments={
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
            "required": ["a", "b"],
            "additionalProperties": False,
        },
    )
    answer = with_model(
        smollm, lambda model: model.answer(request("What is 34.5 plus 71? Use the tool.", tools=(add,), max_tokens=100))
    )
    assert [call.name for call in answer.tool_calls] == ["add"], "it may not answer before it has called a tool"


def test_a_prompt_larger_than_the_context_is_refused_in_words(smollm: EmbeddedConfig) -> None:
    async def use(model: EmbeddedModel) -> TaskFailure:
        with pytest.raises(TaskFailure) as caught:
            await model.answer(request("sea " * 6_000))
        assert (await model.answer(request("Hello", max_tokens=5))).text
        return caught.value

    error = with_model(smollm, use).error
    assert error.kind == "bad_request" and "too long" in error.help


def test_cancelling_frees_the_engine(smollm: EmbeddedConfig) -> None:
    async def use(model: EmbeddedModel) -> None:
        began = asyncio.Event()
        long = ModelRequest((Message("user", "Tell a very long story."),), ModelChoice(max_tokens=3_000))
        tasks = [asyncio.create_task(model.answer(long, on_text=lambda _: began.set())) for _ in range(2)]
        await began.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        answer = await asyncio.wait_for(model.answer(request("Hello", max_tokens=5)), 60)
        assert answer.text

    with_model(smollm, use)


def test_a_killed_engine_is_named_and_started_again(smollm: EmbeddedConfig) -> None:
    async def use(model: EmbeddedModel) -> None:
        began = asyncio.Event()
        asked = request("Tell a very long story.", max_tokens=3_000)
        task = asyncio.create_task(model.answer(asked, on_text=lambda _: began.set()))
        await began.wait()
        first = pid_of(model)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(TaskFailure) as caught:
            await task
        error = caught.value.error
        assert (error.kind, error.code) == ("server_error", "R524") and "SIGKILL" in error.message
        assert (await model.answer(request("Hello", max_tokens=5))).text
        assert pid_of(model) != first

    with_model(smollm, use)


def test_closing_ends_the_process(smollm: EmbeddedConfig) -> None:
    async def use(model: EmbeddedModel) -> int:
        await model.answer(request("Hello", max_tokens=5))
        return pid_of(model)

    pid = with_model(smollm, use)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


PARENT = """
import asyncio
from planc_runtime.models.base import EmbeddedConfig
from planc_runtime.models.embedded.model import EmbeddedModel
from planc_schemas.ports import Message, ModelRequest

async def main():
    model = EmbeddedModel(EmbeddedConfig(size="test", slots=1, context=1024, threads=1))
    await model.answer(ModelRequest((Message("user", "Hello"),)))
    print(model.engine.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("fatal", [signal.SIGKILL, signal.SIGTERM])
def test_no_engine_outlives_its_parent(smollm: EmbeddedConfig, fatal: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        engine = int(parent.stdout.readline())
        parent.send_signal(fatal)
        parent.wait(30)
        wait_for_end(engine)
    finally:
        if parent.poll() is None:
            parent.kill()
            parent.wait()
        assert parent.stdout is not None
        parent.stdout.close()


def test_keys_do_not_reach_the_engine(smollm: EmbeddedConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    async def use(model: EmbeddedModel) -> bytes:
        await model.answer(request("Hello", max_tokens=5))
        return await asyncio.to_thread(Path(f"/proc/{pid_of(model)}/environ").read_bytes)

    environment = with_model(smollm, use)
    assert b"sk-secret" not in environment and b"OMP_WAIT_POLICY=passive" in environment
