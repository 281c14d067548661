"""Which texts are most like a goal: BM25 over words, nothing to download.

Okapi BM25 as in S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations
and Trends in Information Retrieval 3(4), 2009, with the usual k1 = 1.2 and b = 0.75 and the non-negative idf of Lucene.
(SQLite's FTS5 ranks the same way, but SQL has its home in the runtime's store.)
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

K1 = 1.2
B = 0.75
_WORD = re.compile(r"[a-z0-9]+")
_ENDINGS = ("ing", "es", "ed", "s")
_COMMON = (
    "a an and are as at be by for from has have in into is it its of on or that the their them then this to use was "
    "what when which with you your me my our us i about all any each every one"
)
STOP_WORDS = frozenset(_COMMON.split())


def words(text: str) -> list[str]:
    """The words of a text for comparison: lower case, without stop words, common endings taken off."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def rank(query: str, texts: Sequence[str]) -> list[float]:
    """The BM25 score of every text for `query`, in the order of `texts`; 0.0 when they share no word."""
    bags = [Counter(words(text)) for text in texts]
    if not bags:
        return []
    lengths = [sum(bag.values()) for bag in bags]
    average = (sum(lengths) / len(lengths)) or 1.0
    holding = Counter(word for bag in bags for word in bag)
    scores = []
    for bag, length in zip(bags, lengths, strict=True):
        score = 0.0
        for word in dict.fromkeys(words(query)):
            if count := bag[word]:
                rarity = math.log(1 + (len(bags) - holding[word] + 0.5) / (holding[word] + 0.5))
                score += rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))
        scores.append(score)
    return scores
