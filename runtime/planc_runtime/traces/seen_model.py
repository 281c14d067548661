"""A model whose calls are reported."""

from __future__ import annotations

from collections.abc import Callable

from planc_schemas.ports import Model, ModelAnswer, ModelRequest, OnText, TaskFailure, Usage

from .seen import SeenModelCall


class SeenModel:
    """See `ports.Model`. `hear` is told of each call when it is over, however it ended; `clock` gives seconds since the
    epoch. For the planner, which is no task and has no one else to report its calls."""

    def __init__(self, model: Model, clock: Callable[[], float], hear: Callable[[SeenModelCall], None]) -> None:
        self._model = model
        self._clock = clock
        self._hear = hear

    @property
    def name(self) -> str:
        return self._model.name

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        began, error = self._clock(), "cancelled"
        answer: ModelAnswer | None = None
        usage = Usage(calls=1)
        try:
            answer = await self._model.answer(request, on_text=on_text)
            error, usage = "", answer.usage
            return answer
        except TaskFailure as failure:
            error, usage = failure.error.kind, failure.usage or usage
            raise
        finally:
            self._hear(
                SeenModelCall(
                    instance="", began=began, ended=self._clock(), error=error, model=self.name, request=request,
                    usage=usage, answer=answer,
                )
            )  # fmt: skip
