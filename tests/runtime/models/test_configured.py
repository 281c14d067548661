"""Which model answers which name, and what is said when none can."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from planc_runtime.models.base import ModelsConfig, ProviderConfig
from planc_runtime.models.configured import ConfiguredModels
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import TaskFailure
from tests.runtime.models.helpers import config, request
from tests.support.endpoint import Endpoint
from tests.support.replies import text

HOME = ProviderConfig(name="home", base_url="http://127.0.0.1:1/v1", models=("small", "large"), source="environment")
WORK = ProviderConfig(name="work", base_url="https://api.work.example/v1", models=("huge",))
ALIASES: Mapping[str, str] = {"fast": "home/small", "best": "huge", "local": "embedded"}


def name(choice: ModelChoice, **settings: Any) -> str:
    settings = {"providers": (HOME, WORK), "aliases": ALIASES} | settings
    return ConfiguredModels(ModelsConfig(**settings)).model_for(choice).name


def failure(choice: ModelChoice, **settings: Any) -> str:
    with pytest.raises(TaskFailure) as caught:
        name(choice, **settings)
    assert caught.value.error.code == "R508"
    return caught.value.error.message


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ModelChoice(), "small at 127.0.0.1:1"),
        (ModelChoice(model="fast"), "small at 127.0.0.1:1"),
        (ModelChoice(model="best"), "huge at api.work.example"),
        (ModelChoice(model="work"), "huge at api.work.example"),
        (ModelChoice(model="work/other"), "other at api.work.example"),
        (ModelChoice(model="large"), "large at 127.0.0.1:1"),
        (ModelChoice(model="huge"), "huge at api.work.example"),
        (ModelChoice(model="unlisted"), "unlisted at 127.0.0.1:1"),
        (ModelChoice(model="vendor/unlisted"), "vendor/unlisted at 127.0.0.1:1"),
        (ModelChoice(provider="work", model="large"), "large at api.work.example"),
        (ModelChoice(provider="embedded"), "qwen2.5-coder-1.5b (embedded)"),
        (ModelChoice(model="local"), "qwen2.5-coder-1.5b (embedded)"),
        (ModelChoice(model="smollm2-135m"), "smollm2-135m (embedded)"),
        (ModelChoice(model="embedded/small"), "qwen2.5-coder-0.5b (embedded)"),
    ],
)
def test_names(choice: ModelChoice, expected: str) -> None:
    assert name(choice) == expected


def test_the_operators_default_and_override() -> None:
    assert name(ModelChoice(), default="best") == "huge at api.work.example"
    assert name(ModelChoice(model="unlisted"), default="work/huge") == "unlisted at api.work.example"
    assert name(ModelChoice(model="large"), override="embedded") == "qwen2.5-coder-1.5b (embedded)"


def test_without_any_provider_the_embedded_model_answers_and_says_so() -> None:
    models = ConfiguredModels(ModelsConfig())
    assert models.is_embedded_by_default
    assert models.default().startswith("qwen2.5-coder-1.5b (embedded): no key and no endpoint")
    assert ConfiguredModels(ModelsConfig(providers=(HOME,))).default() == "small at 127.0.0.1:1 (from environment)"


def test_a_model_is_never_swapped_silently() -> None:
    assert "gpt-x" in failure(ModelChoice(model="gpt-x"), providers=())
    assert "home, work, embedded" in failure(ModelChoice(provider="elsewhere"))
    assert "no model `gpt-x`" in failure(ModelChoice(provider="embedded", model="gpt-x"))


def test_two_choices_of_one_endpoint_share_what_was_learned() -> None:
    async def run() -> None:
        models = ConfiguredModels(ModelsConfig(providers=(config(endpoint),)))
        try:
            for _ in range(2):
                asked = request(schema={"type": "object", "properties": {}, "required": []})
                await models.model_for(ModelChoice(model="m")).answer(asked)
        finally:
            await models.close()
            await models.close()

    with Endpoint(text("{}"), structured=("json_object",)) as endpoint:
        asyncio.run(run())
        assert [asked.structured_by for asked in endpoint.requests] == ["json_schema", "json_object", "json_object"]


def test_resolving_names_imports_nothing_heavy() -> None:
    code = (
        "import sys; from planc_runtime.models.base import ModelsConfig; "
        "from planc_runtime.models.configured import ConfiguredModels; "
        "from planc_schemas.compiled import ModelChoice; "
        "ConfiguredModels(ModelsConfig()).model_for(ModelChoice()); "
        "print([name for name in ('openai', 'genai_prices', 'xllamacpp', 'httpx2') if name in sys.modules])"
    )

    async def run() -> bytes:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=-1)
        return (await process.communicate())[0]

    assert asyncio.run(run()).strip() == b"[]"
