"""The nearest name: what somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

MAX_CANDIDATES = 2_000
"""More names than this are not searched: the search is quadratic in the worst case."""


def nearest(word: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name most like `word`, or None when nothing is near (ratio of difflib.SequenceMatcher, `cutoff` 0 to 1)."""
    candidates = list(names)
    if len(word) > 200:
        return None
    folded = word.lower().replace("-", "_").replace(" ", "_")
    for name in candidates:
        if name.lower().replace("-", "_") == folded:
            return name
    matches = get_close_matches(word, candidates[:MAX_CANDIDATES], n=1, cutoff=cutoff)
    return matches[0] if matches else None


def nearest_or_part(word: str, names: Iterable[str]) -> str | None:
    """As `nearest`; else the first name that contains `word`, or is contained in it (`arxiv` for `arxiv_search`)."""
    candidates = sorted(names)
    near = nearest(word, candidates)
    if near is not None or len(word) < 3:
        return near
    return next((name for name in candidates if word in name or (len(name) > 3 and name in word)), None)


def is_slip(word: str, name: str) -> bool:
    """Is `word` so like `name` that it can only be a slip of it? Such a name is put right without asking."""
    return len(word) >= 4 and SequenceMatcher(None, word, name).ratio() >= 0.8
