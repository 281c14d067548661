from __future__ import annotations

import pytest

from planc.counted import counted


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        (0, "call", "0 calls"),
        (1, "call", "1 call"),
        (2, "entry", "2 entries"),
        (1, "entry", "1 entry"),
        (1_200, "character", "1,200 characters"),
    ],
)
def test_a_number_has_its_noun(count: int, noun: str, words: str) -> None:
    assert counted(count, noun) == words
