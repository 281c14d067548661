"""Every test that takes `store` runs against both stores: one suite, two implementations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planc_runtime.store.base import Store
from planc_runtime.store.memory import MemoryStore
from planc_runtime.store.sqlite import SqliteStore


class Time:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path, time: Time) -> Iterator[Store]:
    made: Store = SqliteStore(tmp_path / ".planc", clock=time) if request.param == "sqlite" else MemoryStore(clock=time)
    yield made
    made.close()
