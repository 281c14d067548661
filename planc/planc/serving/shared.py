"""The models that all runs of one server share."""

from __future__ import annotations

from planc_runtime.executor import Shared
from planc_runtime.executor.gates import enter, learning, leave
from planc_runtime.models.configured import ConfiguredModels
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Model, ModelAnswer, ModelRequest, OnText


class SharedModels:
    """A ModelProvider that is given to every run and closed by the server, so `close` of a run does nothing."""

    def __init__(self, provider: ConfiguredModels) -> None:
        self._provider = provider

    def model_for(self, choice: ModelChoice) -> Model:
        return self._provider.model_for(choice)

    @property
    def is_embedded_by_default(self) -> bool:
        return self._provider.is_embedded_by_default

    async def close(self) -> None:
        """Nothing: see `close_all`."""

    async def close_all(self) -> None:
        await self._provider.close()


class LimitedModel:
    """A model for calls outside of any run, through the same gates as the runs' calls."""

    def __init__(self, model: Model, shared: Shared, choice: ModelChoice) -> None:
        self._model = model
        self._gates = shared.model_gates(choice.provider or "")

    @property
    def name(self) -> str:
        return self._model.name

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        await enter(self._gates)
        try:
            with learning(self._gates):
                return await self._model.answer(request, on_text=on_text)
        finally:
            leave(self._gates)
