"""What models cost, for estimates: the operator's prices, then the offline table."""

from __future__ import annotations

from functools import cache

from planc.config.settings import Endpoint, Settings
from planc_compiler.review.estimate import Price, PriceOf
from planc_runtime.executor.options import Price as CallPrice
from planc_runtime.models.base import EMBEDDED
from planc_runtime.models.base import Price as ConfiguredPrice
from planc_runtime.models.embedded.catalogue import find
from planc_runtime.models.prices import usd
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Usage

MILLION = 1_000_000


def price_of(settings: Settings) -> PriceOf:
    """Model as a plan names it (None: the operator's default) → its price; None when nobody knows it."""
    own = {
        name: ConfiguredPrice(price.input, price.output, price.cached) for name, price in settings.user.prices.items()
    }

    @cache
    def price(name: str | None) -> Price | None:
        endpoint, model = resolved_model(settings, name)
        base_url = endpoint.base_url if endpoint is not None else ""
        provider = endpoint.name if endpoint is not None else EMBEDDED

        def dollars(usage: Usage) -> float | None:
            return usd(model, usage, provider=provider, base_url=base_url, overrides=own)

        spent_in = dollars(Usage(input_tokens=MILLION, calls=1))
        spent_out = dollars(Usage(output_tokens=MILLION, calls=1))
        return None if spent_in is None or spent_out is None else Price(spent_in, spent_out)

    return price


def call_price(settings: Settings) -> CallPrice:
    """The same for a call that is about to be made: what a budget in dollars reserves for it."""
    known = price_of(settings)

    def price(choice: ModelChoice, input_tokens: int, output_tokens: int) -> float | None:
        found = known(choice.model)
        if found is None:
            return None
        return (input_tokens * found.input_per_million + output_tokens * found.output_per_million) / MILLION

    return price


def resolved_model(settings: Settings, name: str | None) -> tuple[Endpoint | None, str]:
    """The endpoint and the model's name there; None: the embedded model answers."""
    wanted = settings.user.aliases.get(name or "", name) or settings.model.value
    wanted = settings.user.aliases.get(wanted, wanted)
    if not settings.endpoints or wanted.partition("/")[0] == EMBEDDED or find(wanted) is not None:
        return None, wanted
    provider, slash, rest = wanted.partition("/")
    for endpoint in settings.endpoints:
        if slash and endpoint.name == provider:
            return endpoint, rest
        if wanted == endpoint.name or wanted in endpoint.models:
            return endpoint, wanted if wanted in endpoint.models else next(iter(endpoint.models), "")
    first = settings.endpoints[0]
    return first, wanted or next(iter(first.models), "")
