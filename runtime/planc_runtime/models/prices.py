"""What a call costs in US dollars, from the operator's own prices or an offline table; None when nobody knows.

The table is the package genai-prices (data shipped with it, nothing is fetched). It is asked only for endpoints that
it knows by their address: the same model name behind another address may cost anything, so it stays unpriced.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from planc_schemas.ports import Usage

from .base import EMBEDDED, Price

_MILLION = 1_000_000


def usd(
    model: str, usage: Usage, *, provider: str = "", base_url: str = "", overrides: Mapping[str, Price] | None = None
) -> float | None:
    """Dollars for `usage` of `model`; None means unpriced, which is not free.

    `overrides` are the operator's prices by `provider/model` or `model`; they go before the table. The embedded
    model costs nothing.
    """
    if provider == EMBEDDED:
        return 0.0
    own = overrides or {}
    price = own.get(f"{provider}/{model}") or own.get(model)
    if price is not None:
        return _by_price(usage, price)
    if not base_url or _is_local(base_url):
        return None
    return _by_table(model, usage, base_url)


def _by_price(usage: Usage, price: Price) -> float:
    cached = price.input if price.cached is None else price.cached
    fresh = max(usage.input_tokens - usage.cached_tokens, 0)
    return (fresh * price.input + usage.cached_tokens * cached + usage.output_tokens * price.output) / _MILLION


def _by_table(model: str, usage: Usage, base_url: str) -> float | None:
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=min(usage.cached_tokens, usage.input_tokens),
    )
    try:
        return float(genai_prices.calc_price(counted, model, provider_api_url=base_url).total_price)
    except (LookupError, ValueError):
        return None


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or "." not in host
    return address.is_loopback or address.is_private
