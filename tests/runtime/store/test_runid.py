"""Ids sort by time and can be shortened."""

from __future__ import annotations

import pytest

from planc_runtime.store.runid import RUN_ID, new_run_id, resolve, shorten


def test_an_id_is_a_ulid() -> None:
    """Both ends of the range, as in the specification's own examples of the encoding."""
    assert new_run_id(0, bytes(10)) == "0" * 26
    assert new_run_id(2**48 - 1, b"\xff" * 10) == "7" + "Z" * 25
    assert new_run_id(1_469_918_176_385, bytes(10))[:10] == "01ARYZ6S41"
    assert RUN_ID.fullmatch(new_run_id(1_700_000_000_000, bytes(range(10))))


def test_ids_sort_by_time() -> None:
    ids = [new_run_id(time, b"\xff" * 10 if time % 2 else bytes(10)) for time in (5, 1_000, 1_001, 10**12)]
    assert ids == sorted(ids)


@pytest.mark.parametrize(("time", "randomness"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9))])
def test_wrong_sizes_are_refused(time: int, randomness: bytes) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        new_run_id(time, randomness)


def test_an_id_that_begins_another_is_found_by_itself() -> None:
    assert resolve("ab", ["AB", "ABC"]) == "AB"


def test_short_forms_name_one_run() -> None:
    ids = ["01JAAAAAAA", "01JAAAAAAB", "01JB000000", "02"]
    short = shorten(ids, least=4)
    assert short == {"01JAAAAAAA": "01JAAAAAAA", "01JAAAAAAB": "01JAAAAAAB", "01JB000000": "01JB", "02": "02"}
    assert all(resolve(prefix, ids) == run_id for run_id, prefix in short.items())
