from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planc_compiler.review.words import word_diff


def test_changes_are_words_with_the_blanks_between_them() -> None:
    pieces = [(piece.kind, piece.text) for piece in word_diff("in 80 words", "in 120 words")]
    assert pieces == [("same", "in "), ("removed", "80"), ("added", "120"), ("same", " words")]


@given(st.text(alphabet="ab \n.", max_size=40), st.text(alphabet="ab \n.", max_size=40))
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
