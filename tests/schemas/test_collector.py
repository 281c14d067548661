"""The garbage collector rests while a large tree is built, and does not make up for it afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from planc_schemas.collector import OWN, paused


@pytest.fixture(autouse=True)
def on() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def collections() -> int:
    return sum(generation["collections"] for generation in gc.get_stats())


def test_nothing_is_collected_inside_nor_walked_at_the_end() -> None:
    gc.collect()
    before = collections()
    with paused():
        tree = [[] for _ in range(100_000)]  # type: ignore[var-annotated]  # what they hold does not matter
        with paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert collections() == before
    assert len(tree) == 100_000
    assert gc.get_freeze_count() < OWN


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with paused():
        pass
    assert not gc.isenabled()


def test_what_a_program_has_frozen_stays_frozen() -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    with paused():
        pass
    assert gc.get_freeze_count() == frozen > OWN
