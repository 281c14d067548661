"""One call while it is made, for whoever listens to calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from planc_schemas.ports import ModelAnswer, ModelRequest, ToolSpec, Usage
from planc_schemas.values import Json

from ..traces.seen import OnCall, SeenModelCall, SeenToolCall


class Watch:
    """`error` is the kind of what went wrong; it stays "cancelled" for a call that was cut off. A call that did not
    begin (it was cut off while it waited for a limit) is not reported."""

    def __init__(self, instance: str, now: Callable[[], float], on_call: OnCall | None) -> None:
        self.error = "cancelled"
        self._instance = instance
        self._now = now
        self._on_call = on_call
        self._began: float | None = None

    def begin(self) -> None:
        self._began = self._now()

    def model(self, name: str, request: ModelRequest, usage: Usage, answer: ModelAnswer | None) -> None:
        """The call of a model is over."""
        if self._on_call is None or self._began is None:
            return
        seen = SeenModelCall(
            instance=self._instance,
            began=self._began,
            ended=self._now(),
            error=self.error,
            model=name,
            request=request,
            usage=usage,
            answer=answer,
        )
        with suppress(Exception):
            self._on_call(seen)

    def tool(self, name: str, arguments: Mapping[str, Json], key: str, tool: ToolSpec | None, result: Json) -> None:
        """The call of a tool is over."""
        if self._on_call is None or self._began is None:
            return
        seen = SeenToolCall(
            instance=self._instance,
            began=self._began,
            ended=self._now(),
            error=self.error,
            name=name,
            arguments=arguments,
            key=key,
            tool=tool,
            result=result,
        )
        with suppress(Exception):
            self._on_call(seen)
