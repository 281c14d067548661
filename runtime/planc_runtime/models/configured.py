"""Which model answers a plan's choice: the operator's providers, or the embedded model when there is none."""

from __future__ import annotations

import importlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Model

from .base import EMBEDDED, EmbeddedConfig, ModelsConfig, ProviderConfig
from .embedded.catalogue import find
from .failure import failure

if TYPE_CHECKING:
    from .endpoint import Endpoint


class OwnModel(Model, Protocol):
    """A model with a process of its own."""

    async def close(self) -> None: ...


class ConfiguredModels:
    """The `ModelProvider` of everyday: endpoints and embedded models as the operator configured them.

    Where a plan says a name, its meaning is looked for in this order: `override` (for every choice), the aliases, the
    choice's provider, `provider/model`, a provider's name, a model that a provider lists, a model of the embedded
    catalogue; any other name is taken for a model of the default provider.
    """

    def __init__(self, config: ModelsConfig) -> None:
        self._config = config
        self._endpoints: dict[str, Endpoint] = {}
        for provider in config.providers:  # of two with one name the first goes before
            self._endpoints.setdefault(provider.name, _endpoint(provider, config))
        self._embedded: dict[EmbeddedConfig, OwnModel] = {}

    def model_for(self, choice: ModelChoice) -> Model:
        """See base.ModelProvider. Raises TaskFailure (R508) for a provider that is not configured."""
        provider, model = self._resolve(choice)
        if provider == EMBEDDED:
            return self._embedded_model(model)
        return self._endpoints[provider].model(model)

    def default(self) -> str:
        """One line for people: what answers where a plan names no model, and why."""
        name = self.model_for(ModelChoice()).name
        if self._config.providers or self._config.default or self._config.override:
            source = next((p.source for p in self._config.providers if name.endswith(urlsplit(p.base_url).netloc)), "")
            return f"{name} (from {source})" if source else name
        return f"{name}: no key and no endpoint is configured (OPENAI_API_KEY, OPENAI_BASE_URL)"

    def is_embedded(self, choice: ModelChoice) -> bool:
        """Whether the embedded model answers this choice. Raises as `model_for`."""
        return self._resolve(choice)[0] == EMBEDDED

    @property
    def is_embedded_by_default(self) -> bool:
        """Whether the embedded model answers where a plan names no model."""
        return self.is_embedded(ModelChoice())

    def endpoint(self, provider: str) -> Endpoint:
        """The endpoint of a configured provider. Raises TaskFailure (R508)."""
        return self._endpoints[self._known(provider)]

    async def close(self) -> None:
        """Closes connections and ends the embedded model's process. Safe to call twice."""
        for endpoint in self._endpoints.values():
            await endpoint.close()
        for embedded in self._embedded.values():
            await embedded.close()

    # --- names --------------------------------------------------------------------------------------------------

    def _resolve(self, choice: ModelChoice) -> tuple[str, str | None]:
        """Provider and model (None: the provider's default) of a choice."""
        if self._config.override is not None:
            return self._named(self._config.override)
        if choice.provider is not None:
            return self._known(choice.provider), self._meaning(choice.model)
        if choice.model is not None:
            return self._named(choice.model)
        return self._default()

    def _default(self) -> tuple[str, str | None]:
        if self._config.default is not None:
            return self._named(self._config.default)
        if self._config.providers:
            return self._config.providers[0].name, None
        return EMBEDDED, None

    def _meaning(self, name: str | None) -> str | None:
        return self._config.aliases.get(name, name) if name is not None else None

    def _named(self, name: str) -> tuple[str, str | None]:
        name = self._config.aliases.get(name, name)
        if name == EMBEDDED or name in self._endpoints:
            return name, None
        provider, slash, rest = name.partition("/")
        if slash and (provider == EMBEDDED or provider in self._endpoints):
            return provider, rest
        for listed in self._config.providers:
            if name in listed.models:
                return listed.name, name
        if find(name) is not None:
            return EMBEDDED, name
        if not self._config.providers:
            raise failure(
                "unsupported",
                f"`{name}` is asked for, but no provider is configured that could have it",
                "set OPENAI_API_KEY or OPENAI_BASE_URL, or let the embedded model answer everything: --model embedded",
                code="R508",
            )
        return self._provider_of_default(), name

    def _provider_of_default(self) -> str:
        default = self._config.default
        provider = self._config.aliases.get(default or "", default or "").partition("/")[0]
        return provider if provider in self._endpoints else self._config.providers[0].name

    def _known(self, provider: str) -> str:
        if provider == EMBEDDED or provider in self._endpoints:
            return provider
        names = ", ".join([*self._endpoints, EMBEDDED])
        raise failure(
            "unsupported",
            f"no provider named `{provider}` is configured; there are {names}",
            "providers are the operator's: add it to the configuration, or use --model",
            code="R508",
        )

    # --- the embedded model -------------------------------------------------------------------------------------

    def _embedded_model(self, name: str | None) -> OwnModel:
        from .embedded.model import EmbeddedModel  # the engine is loaded only where it answers

        config = self._config.embedded
        if name is not None:
            weights = find(name)
            if weights is None:
                raise failure(
                    "unsupported",
                    f"the embedded provider has no model `{name}`",
                    "`planc model ls` lists its models",
                    code="R508",
                )
            config = replace(config, size=weights.size, file=None)
        return self._embedded.setdefault(config, EmbeddedModel(config))


def _endpoint(provider: ProviderConfig, config: ModelsConfig) -> Endpoint:
    from .endpoint import Endpoint  # loaded only where there is one

    return Endpoint(provider, prices=config.prices)


def warm() -> None:
    """Begins to import the client library and the price table in a thread, so that the first call need not wait.

    The thread is no daemon: a process that ends amid an import of compiled code may crash.
    """
    threading.Thread(target=_import_libraries, name="planc-warm").start()


def _import_libraries() -> None:
    for name in (f"{__package__}.openai_client", "genai_prices"):
        importlib.import_module(name)
