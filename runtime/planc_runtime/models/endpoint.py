"""A Chat Completions endpoint as a source of models: asks, learns what the endpoint understands, judges the answer."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from planc_schemas.ports import ModelAnswer, ModelRequest, OnText, Usage

from . import prices, schema_tools
from .abilities import MAX_LESSONS, Abilities, lesson
from .base import Price, ProviderConfig
from .completion import Said
from .failure import failure
from .outcome import Where, answer_of, failure_of, usage_of
from .wire import arguments, own_calls

READ_SECONDS = 600.0
"""Longest silence of an endpoint before its connection counts as dead; calls have shorter deadlines of their own."""

DEFAULT_MODELS = {"api.openai.com": "gpt-5-mini"}
"""The model of an endpoint for which the operator names none; elsewhere an endpoint's only model is taken."""


Adapt: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


def _as_it_is(arguments: dict[str, Any]) -> dict[str, Any]:
    return arguments


class Endpoint:
    """One configured endpoint: its connections, its models, and what it turned out to understand."""

    def __init__(
        self,
        config: ProviderConfig,
        *,
        prices: Mapping[str, Price] | None = None,
        abilities: Abilities | None = None,
        read_seconds: float | None = READ_SECONDS,
        called: str | None = None,
        adapt: Adapt = _as_it_is,
    ) -> None:
        """`abilities` is what is known beforehand; `called`: its name in messages; `adapt` has the last word on the
        arguments of a request."""
        self.adapt = adapt
        self.config = config
        self.host = urlsplit(config.base_url).netloc
        self._prices = prices or {}
        self._read_seconds = read_seconds
        self._called = called
        known = Abilities(limit_name="max_completion_tokens") if self.host in DEFAULT_MODELS else Abilities()
        self._known = abilities or known
        self._abilities: dict[str, Abilities] = {}
        self._client: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._only_model: str | None = None
        self._table_is_warm = False

    def model(self, name: str | None) -> EndpointModel:
        """The model called `name`; None: the configured first one, else the endpoint's default."""
        return EndpointModel(self, name or next(iter(self.config.models), None) or DEFAULT_MODELS.get(self.host))

    def abilities(self, model: str) -> Abilities:
        return self._abilities.get(model, self._known)

    def learn(self, model: str, abilities: Abilities) -> None:
        self._abilities[model] = abilities

    def where(self, model: str) -> Where:
        secrets = (self.config.api_key, *self.config.headers.values())
        return Where(
            self._called or f"{model} at {self.host}",
            self.config.base_url,
            model,
            tuple(s for s in secrets if len(s) >= 4),
        )

    async def client(self) -> Any:
        """The library's client for the running loop; the first call imports the library."""
        library = await _library()
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = library.open_client(self.config, self._read_seconds)
            self._loop = loop
        return self._client

    async def models(self) -> list[str]:
        """The models the endpoint lists. Raises TaskFailure."""
        library = await _library()
        try:
            names: list[str] = await library.list_models(await self.client())
        except Exception as error:
            raise failure_of(error, self.where("the list of models")) from error
        return names

    async def only_model(self) -> str:
        """The endpoint's one model, asked once. Raises TaskFailure when it has none or several."""
        if self._only_model is None:
            names = await self.models()
            if len(names) != 1:
                listed = ", ".join(sorted(names)[:10]) or "none"
                raise failure(
                    "bad_request",
                    f"{self.host} has {len(names)} models and none is chosen; it lists {listed}",
                    "name one: --model, PLANC_MODEL, or `model` in the plan",
                    code="R508",
                )
            self._only_model = names[0]
        return self._only_model

    async def charged(self, model: str, said: Said, request: ModelRequest) -> Usage:
        """What a call used, with its price; unpriced when the endpoint did not count its tokens."""
        usage = usage_of(said, request)
        if said.usage is None:
            return usage
        charge = partial(
            prices.usd,
            model,
            usage,
            provider=self.config.name,
            base_url=self.config.base_url,
            overrides=self._prices,
        )
        usd = charge() if self._table_is_warm else await asyncio.to_thread(charge)
        self._table_is_warm = True
        return replace(usage, usd=usd)

    async def close(self) -> None:
        """Closes the connections of this loop. Safe to call twice."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()


_loaded: list[ModuleType] = []


async def _library() -> ModuleType:
    """`openai_client`, imported whole: another task may be in the middle of importing it."""
    if not _loaded:
        _loaded.append(await asyncio.to_thread(importlib.import_module, f"{__package__}.openai_client"))
    return _loaded[0]


class EndpointModel:
    """A model of an endpoint (`ports.Model`)."""

    def __init__(self, endpoint: Endpoint, name: str | None) -> None:
        self._endpoint = endpoint
        self._name = name

    @property
    def name(self) -> str:
        return f"{self._name or 'the only model'} at {self._endpoint.host}"

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        """See ports.Model. Raises TaskFailure."""
        endpoint = self._endpoint
        model = self._name or await endpoint.only_model()
        abilities = endpoint.abilities(model)
        if request.tools and not abilities.native_tools:
            return await self._answer_by_schema(request, on_text)
        library = await _library()
        client = await endpoint.client()
        for left in reversed(range(MAX_LESSONS + 1)):
            try:
                wire = endpoint.adapt(arguments(request, model, abilities, abilities.way))
                said = await _ask(library, client, wire, abilities, on_text)
            except Exception as error:
                refused = library.refusal_of(error)
                learned = lesson(abilities, refused, request, streaming=on_text is not None) if refused else None
                if learned is None or left == 0:
                    raise failure_of(error, endpoint.where(model)) from error
                abilities = learned.abilities
                if learned.lasting:
                    endpoint.learn(model, abilities)
                if request.tools and not abilities.native_tools:
                    return await self._answer_by_schema(request, on_text)
            else:
                said.calls = list(own_calls(said.calls, request, abilities.strict_tools))
                usage = await endpoint.charged(model, said, request)
                return answer_of(said, request, abilities.way, endpoint.where(model), usage)
        raise AssertionError("unreachable: the last round answers or raises")

    async def _answer_by_schema(self, request: ModelRequest, on_text: OnText | None) -> ModelAnswer:
        """Tool calls by a schema; the final answer is told to `on_text` in one piece."""
        look_up = not self._endpoint.abilities(self._name or "").looks_up
        stepwise = schema_tools.with_schema(request, look_up=look_up)
        answer = schema_tools.with_calls(await self.answer(stepwise), request)
        if look_up and request.schema is None and not answer.tool_calls:
            said = await self.answer(schema_tools.in_words(request), on_text=on_text)
            return replace(said, usage=_both(answer.usage, said.usage))
        if on_text is not None and answer.text:
            on_text(answer.text)
        return answer


def _both(first: Usage, second: Usage) -> Usage:
    """What one answer took that was asked for twice: for limits and for people it is one call."""
    usd = None if first.usd is None or second.usd is None else first.usd + second.usd
    return Usage(
        first.input_tokens + second.input_tokens,
        first.output_tokens + second.output_tokens,
        first.cached_tokens + second.cached_tokens,
        usd,
        first.calls,
    )


async def _ask(
    library: ModuleType, client: Any, wire: dict[str, Any], abilities: Abilities, on_text: OnText | None
) -> Said:
    if on_text is not None and abilities.stream_usage:
        wire = {**wire, "stream_options": {"include_usage": True}}
    asked = library.ask(client, wire) if on_text is None else library.ask_streaming(client, wire, on_text)
    said: Said = await asked
    return said
