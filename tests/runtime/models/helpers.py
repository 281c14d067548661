"""Asking a model on the loopback endpoint, in one line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from planc_runtime.models.base import Price, ProviderConfig
from planc_runtime.models.endpoint import Endpoint as ModelEndpoint
from planc_runtime.models.endpoint import EndpointModel
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Message, ModelAnswer, ModelRequest, OnText, TaskError, TaskFailure
from tests.support.endpoint import Endpoint

T = TypeVar("T")


def request(prompt: str = "Say hello", **more: Any) -> ModelRequest:
    choice = ModelChoice(**{name: more.pop(name) for name in list(more) if name in ModelChoice.__dataclass_fields__})
    return ModelRequest((Message("user", prompt),), choice, **more)


def config(endpoint: Endpoint, **more: Any) -> ProviderConfig:
    return ProviderConfig(name="scripted", base_url=endpoint.base_url, **{"api_key": "key-1234", **more})


def with_model(
    endpoint: Endpoint,
    use: Callable[[EndpointModel], Awaitable[T]],
    *,
    model: str | None = "m",
    prices: dict[str, Price] | None = None,
    **more: Any,
) -> T:
    """Runs `use` with a model of the endpoint and closes it afterwards."""

    async def run() -> T:
        source = ModelEndpoint(config(endpoint, **more), prices=prices)
        try:
            return await use(source.model(model))
        finally:
            await source.close()

    return asyncio.run(run())


def ask(endpoint: Endpoint, asked: ModelRequest, *, on_text: OnText | None = None, **more: Any) -> ModelAnswer:
    return with_model(endpoint, lambda model: model.answer(asked, on_text=on_text), **more)


def fail(endpoint: Endpoint, asked: ModelRequest, **more: Any) -> TaskError:
    """The error of a call that must fail."""
    with pytest.raises(TaskFailure) as caught:
        ask(endpoint, asked, **more)
    return caught.value.error
