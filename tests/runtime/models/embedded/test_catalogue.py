"""The weights planc knows, and where they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from planc_runtime.models.embedded.cache import cached, models_folder
from planc_runtime.models.embedded.catalogue import CATALOGUE, Weights, find
from tests.runtime.models.embedded.carriers import CONTENT, weights


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_parts_add_up_to_the_whole(entry: Weights) -> None:
    assert entry.packages is not None
    sizes = entry.part_sizes()
    assert sum(sizes) == entry.bytes
    assert 0 < sizes[-1] <= sizes[0] and len(entry.sha256) == 64


def test_weights_are_found_by_name_and_by_size() -> None:
    assert find("default") is find("qwen2.5-coder-1.5b") is CATALOGUE[0]
    assert find("gpt-5") is None


@pytest.mark.parametrize(
    ("given", "environment", "folder"),
    [
        ("/given", {"PLANC_CACHE_DIR": "/own"}, "/given/models"),
        (None, {"PLANC_CACHE_DIR": "/own", "XDG_CACHE_HOME": "/xdg"}, "/own/models"),
        (None, {"XDG_CACHE_HOME": "/xdg"}, "/xdg/planc/models"),
        (None, {}, str(Path.home() / ".cache/planc/models")),
    ],
)
def test_the_folder_of_weights(given: str | None, environment: dict[str, str], folder: str) -> None:
    assert str(models_folder(Path(given) if given else None, environment)) == folder


def test_only_a_whole_file_counts_as_cached(tmp_path: Path) -> None:
    path = tmp_path / weights().file_name
    assert cached(tmp_path, weights()) is None
    path.write_bytes(CONTENT[:-1])
    assert cached(tmp_path, weights()) is None
    path.write_bytes(CONTENT)
    assert cached(tmp_path, weights()) == path
