"""The settings as the runtime's model configuration."""

from __future__ import annotations

from pathlib import Path

from planc_runtime.models.base import EmbeddedConfig, ModelsConfig, ModelSize, Price, ProviderConfig

from .settings import FLAG, Settings


def models_config(settings: Settings, *, size: ModelSize | None = None) -> ModelsConfig:
    """What `settings` say about models. A model given as a flag goes before what plans name; `size` before the file."""
    flag = settings.model.source == FLAG
    embedded = settings.user.embedded
    return ModelsConfig(
        providers=tuple(
            ProviderConfig(
                name=endpoint.name,
                base_url=endpoint.base_url,
                api_key=endpoint.api_key,
                models=endpoint.models,
                headers=endpoint.headers,
                source=endpoint.source,
            )
            for endpoint in settings.endpoints
        ),
        default=None if flag else settings.model.value or None,
        override=settings.model.value if flag else None,
        aliases=settings.user.aliases,
        prices={name: Price(price.input, price.output, price.cached) for name, price in settings.user.prices.items()},
        embedded=EmbeddedConfig(
            size=size or embedded.size,
            file=Path(embedded.file).expanduser() if embedded.file else None,
            cache_dir=Path(settings.cache.value),
            slots=embedded.slots,
            context=embedded.context,
            threads=embedded.threads,
        ),
    )
