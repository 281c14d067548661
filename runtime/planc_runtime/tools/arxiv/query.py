"""Free words to arXiv's query language.

Source of that language: https://info.arxiv.org/help/api/user-manual.html, "Details of Query Construction".
`Applications of LLMs in software engineering` becomes
`(all:"large language model" OR all:"large language models" OR all:llm OR all:llms) AND
(cat:cs.SE OR all:"software engineering")`: abbreviations and their long forms find each other, the name of a subject
finds its category, filler words go, everything that is left must occur. A query that already uses fields (`ti:`,
`cat:`, …) or capital operators is left as it is.
"""

from __future__ import annotations

import re

from .terms import ABBREVIATIONS, CATEGORIES, FILLERS

_WRITTEN = re.compile(r"\b(all|ti|au|abs|co|jr|cat|rn|id|submittedDate):|\b(AND|OR|ANDNOT)\b")
_TOKEN = re.compile(r'"([^"]*)"|([^\W_]+(?:[.+#][^\W_]+)*)')
_LONG_FORMS = {phrase: short for short, phrase in ABBREVIATIONS.items()}
_LONGEST = max(len(phrase.split()) for phrase in (*CATEGORIES, *_LONG_FORMS))
MAX_GROUPS = 12


def translate(query: str) -> str:
    """The query in arXiv's language: all concepts must occur. "" when nothing is left to look for."""
    return " AND ".join(groups(query))


def translate_loosely(query: str) -> str:
    """The same with any of the concepts: for a second try when nothing has them all. "" if that is no looser."""
    found = groups(query)
    return " OR ".join(found) if len(found) > 1 else ""


def groups(query: str) -> list[str]:
    """One expression for each concept of the query, in its order and without repetitions (at most 12)."""
    query = query.strip()
    if _WRITTEN.search(query):
        return [query]
    found: list[str] = []
    words: list[str] = []
    for quoted, word in _TOKEN.findall(query):
        if quoted.strip():
            found += [*_concepts(words), _anywhere(" ".join(quoted.split()))]
            words = []
        elif word:
            words.append(word.lower())
    return list(dict.fromkeys(found + _concepts(words)))[:MAX_GROUPS]


def _concepts(words: list[str]) -> list[str]:
    found = []
    at = 0
    while at < len(words):
        length, expression = _longest_known(words[at:])
        if not length:
            length, word = 1, words[at]
            filler = word in FILLERS or (word.isdigit() and len(word) < 4)
            expression = "" if filler else _anywhere(word)
        if expression:
            found.append(expression)
        at += length
    return found


def _longest_known(words: list[str]) -> tuple[int, str]:
    """The longest known concept at the start of the words: how many words, and its expression; (0, "") if none."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        phrase = " ".join(words[:length])
        singular = phrase[:-1] if phrase.endswith("s") else phrase
        phrase = ABBREVIATIONS.get(phrase, ABBREVIATIONS.get(singular, phrase))
        for known in (phrase, singular):
            if known in CATEGORIES or known in _LONG_FORMS:
                return length, _known(known)
    return 0, ""


def _known(phrase: str) -> str:
    terms = [f"cat:{category}" for category in CATEGORIES.get(phrase, ())]
    terms.append(_anywhere(phrase))
    if phrase in _LONG_FORMS:
        forms = [phrase, _LONG_FORMS[phrase]]
        plurals = [f"{form}s" for form in forms] if phrase.endswith(("model", "network")) else []
        terms += [_anywhere(form) for form in (forms[1], *plurals)]
    return f"({' OR '.join(terms)})"


def _anywhere(text: str) -> str:
    return f'all:"{text}"' if " " in text else f"all:{text}"
