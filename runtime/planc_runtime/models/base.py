"""Where answers come from: the protocol the executor uses and the operator's settings behind it.

The front door fills `ModelsConfig` (flags, environment, `.env`, user configuration: see planc.config) and hands it to
`configured.ConfiguredModels`. Nothing here reads the environment, and nothing in a plan can add a provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Model

EMBEDDED = "embedded"
"""Name of the provider that is always there: a small real model in a process of its own."""

ModelSize: TypeAlias = Literal["default", "small", "test"]


class ModelProvider(Protocol):
    """Gives the model for a plan's choice."""

    def model_for(self, choice: ModelChoice) -> Model:
        """The model that answers `choice`; asks nobody yet. Raises TaskFailure for a provider that is not known."""
        ...

    async def close(self) -> None:
        """Closes connections and ends the embedded model's process. Safe to call twice."""
        ...


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens. `cached` None means cached input costs as much as other input."""

    input: float
    output: float
    cached: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """An endpoint that speaks Chat Completions, as the operator configured it.

    `base_url` ends before `/chat/completions` (`https://api.example/v1`); `api_key` "" means the endpoint wants none;
    `models` are the models it is known for, the first its default; `headers` are sent with every request;
    `source` says where the setting came from, for `planc doctor` (`environment`, `~/.config/planc/config.yaml`).
    """

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)
    models: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedConfig:
    """The embedded model: which weights, and where they are kept.

    `file` is a GGUF file of the operator's own and goes before `size`. `cache_dir` None means
    `$PLANC_CACHE_DIR`, else `$XDG_CACHE_HOME/planc`, else `~/.cache/planc`. `slots` answers are written at once;
    `context` is the number of tokens all of them share; `threads` None means one for each core.
    """

    size: ModelSize = "default"
    file: Path | None = None
    cache_dir: Path | None = None
    slots: int = 5
    context: int = 20_480
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsConfig:
    """Everything the operator says about models.

    `default` names the provider, the model or `provider/model` used where a plan names none; None: the first model of
    the first provider, and the embedded model when there is no provider. `override` (the flag `--model`) goes before
    whatever a plan names. `aliases` gives meaning to names such as `fast`. `prices` go before the price table.
    """

    providers: tuple[ProviderConfig, ...] = ()
    default: str | None = None
    override: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    embedded: EmbeddedConfig = field(default_factory=EmbeddedConfig)
