from __future__ import annotations

import pytest

from planc_compiler.planner.similarity import rank, words


def test_words_without_endings_and_stop_words() -> None:
    assert words("Summarizing the PAPERS, each of them") == ["summariz", "paper"]


def test_the_nearest_text_has_the_highest_score() -> None:
    texts = ["bake bread", "read a file and save a report", "search papers"]
    scores = rank("save the report in a file", texts)
    assert scores.index(max(scores)) == 1
    assert scores[0] == scores[2] == 0.0


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    texts = ["file alpha", "file beta", "file gamma"]
    scores = rank("file beta", texts)
    assert scores[1] > scores[0] == scores[2] > 0


def test_by_hand() -> None:
    """One text, one shared word: idf = ln(1 + 0.5/1.5), tf part = 2.2 / (1 + 1.2) = 1."""
    assert rank("bread", ["bread"]) == [pytest.approx(0.28768207)]


def test_nothing_to_rank() -> None:
    assert rank("x", []) == []
    assert rank("", ["bread", ""]) == [0.0, 0.0]
