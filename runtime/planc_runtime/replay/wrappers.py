"""Models and tools around a cassette: the ones that fill it, and the ones that answer from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Model, ModelAnswer, ModelRequest, OnText, TaskError, TaskFailure, ToolSpec
from planc_schemas.values import Json

from ..models.base import ModelProvider
from ..tools.context import ToolContext
from .cassette import Cassette
from .recording import answer_of, answered, failed, model_request, tool_request


class ToolCaller(Protocol):
    """What the executor needs of `tools.registry.ToolRegistry`."""

    def get(self, name: str) -> ToolSpec | None: ...
    def names(self) -> Sequence[str]: ...
    async def call(
        self, name: str, arguments: Mapping[str, Json], context: ToolContext, *, definition: str = ""
    ) -> Json: ...


def instance_of(request: ModelRequest) -> str:
    """The task instance that asks: the middle of the idempotency key `run:instance:attempt`; "" for the planner."""
    parts = (request.idempotency_key or "").split(":")
    return parts[1] if len(parts) > 1 else ""


class RecordingModels:
    """A ModelProvider whose models write down what they are asked and what they answer."""

    def __init__(self, inner: ModelProvider, cassette: Cassette) -> None:
        self._inner = inner
        self._cassette = cassette

    def model_for(self, choice: ModelChoice) -> Model:
        return _RecordingModel(self._inner.model_for(choice), self._cassette)

    async def close(self) -> None:
        await self._inner.close()


class _RecordingModel:
    def __init__(self, inner: Model, cassette: Cassette) -> None:
        self._inner = inner
        self._cassette = cassette

    @property
    def name(self) -> str:
        return self._inner.name

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        instance, asked = instance_of(request), model_request(request)
        try:
            answer = await self._inner.answer(request, on_text=on_text)
        except TaskFailure as failure:
            self._cassette.record(instance, "model", asked, failed(failure.error))
            raise
        self._cassette.record(instance, "model", asked, answered(answer))
        return answer


class RecordingTools:
    """Tools that write down their calls and results."""

    def __init__(self, inner: ToolCaller, cassette: Cassette) -> None:
        self._inner = inner
        self._cassette = cassette

    def get(self, name: str) -> ToolSpec | None:
        return self._inner.get(name)

    def names(self) -> Sequence[str]:
        return self._inner.names()

    async def call(
        self, name: str, arguments: Mapping[str, Json], context: ToolContext, *, definition: str = ""
    ) -> Json:
        asked = tool_request(name, dict(arguments))
        try:
            result = await self._inner.call(name, arguments, context, definition=definition)
        except TaskFailure as failure:
            self._cassette.record(context.instance, "tool", asked, failed(failure.error))
            raise
        self._cassette.record(context.instance, "tool", asked, {"result": result})
        return result


class RecordedModels:
    """A ModelProvider that never asks anybody: every answer comes from the cassette."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    def model_for(self, choice: ModelChoice) -> Model:
        return RecordedModel(self._cassette)

    async def close(self) -> None:
        """Nothing is open."""


class RecordedModel:
    """See `ports.Model`. Raises TaskFailure R701 for a request that was not recorded, and recorded failures."""

    name = "a recording"

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        recording = self._cassette.find(instance_of(request), "model", model_request(request))
        if recording.failed:
            raise TaskFailure(TaskError.from_json(recording.outcome["error"]))
        answer = answer_of(recording.outcome["answer"])
        if on_text is not None:
            on_text(answer.text)
        return answer


class RecordedTools:
    """Tools that do nothing: results come from the cassette. `catalogue` says what the tools are; no right is used,
    because nothing is touched."""

    def __init__(self, catalogue: ToolCaller, cassette: Cassette) -> None:
        self._catalogue = catalogue
        self._cassette = cassette

    def get(self, name: str) -> ToolSpec | None:
        return self._catalogue.get(name)

    def names(self) -> Sequence[str]:
        return self._catalogue.names()

    async def call(
        self, name: str, arguments: Mapping[str, Json], context: ToolContext, *, definition: str = ""
    ) -> Json:
        recording = self._cassette.find(context.instance, "tool", tool_request(name, dict(arguments)))
        if recording.failed:
            raise TaskFailure(TaskError.from_json(recording.outcome["error"]))
        return recording.outcome["result"]
