"""Dollars from the operator's prices or the table; unknown is None and never 0."""

from __future__ import annotations

import pytest

from planc_runtime.models.base import Price
from planc_runtime.models.prices import usd
from planc_schemas.ports import Usage

USAGE = Usage(input_tokens=1_000_000, output_tokens=100_000, cached_tokens=400_000)
OPENAI = "https://api.openai.com/v1"


def test_the_table_knows_providers_by_their_address() -> None:
    price = usd("gpt-5-mini", USAGE, base_url=OPENAI)
    assert price is not None and 0 < price < 10
    assert usd("gpt-5-mini", USAGE, base_url="https://gateway.example/v1") is None
    assert usd("gpt-5-mini", USAGE, base_url="http://127.0.0.1:8000/v1") is None
    assert usd("gpt-5-mini", USAGE) is None


def test_an_unknown_model_is_unpriced() -> None:
    assert usd("no-such-model", USAGE, base_url=OPENAI) is None


def test_cached_tokens_are_cheaper_in_the_table() -> None:
    fresh = usd("gpt-5-mini", Usage(input_tokens=1000), base_url=OPENAI)
    cached = usd("gpt-5-mini", Usage(input_tokens=1000, cached_tokens=1000), base_url=OPENAI)
    assert fresh is not None and cached is not None and cached < fresh


def test_the_operators_prices_go_first() -> None:
    prices = {"m": Price(1, 10), "work/m": Price(2, 10, cached=0.5)}
    assert usd("m", USAGE, provider="home", overrides=prices) == pytest.approx(1 + 1)
    assert usd("m", USAGE, provider="work", overrides=prices) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 1)


def test_the_embedded_model_costs_nothing() -> None:
    assert usd("qwen2.5-coder-1.5b", USAGE, provider="embedded") == 0
