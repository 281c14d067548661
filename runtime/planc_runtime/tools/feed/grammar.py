"""arXiv's query language: `ti:"unit test" AND (cat:cs.SE OR abs:agent) ANDNOT au:smith`.

Fields: all, ti, au, abs, cat, id and `submittedDate:[202602010000 TO 202602282359]`; a term without a field is looked
for everywhere; AND and ANDNOT bind tighter than OR; terms side by side are joined by OR. Words match whole, without
case and without a plural s. Not spoken: co, jr and rn (the records have no such fields).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

Score: TypeAlias = int
"""How well a record matches: the number of terms found; 0 is no match."""
Predicate: TypeAlias = Callable[["Record"], Score]

_TOKEN = re.compile(
    r"(?P<open>\()|(?P<close>\))|(?P<operator>ANDNOT|AND|OR)\b"
    r'|(?:(?P<field>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"|\[(?P<range>[^\]]*)\]|(?P<word>[^\s()"\[\]]+))'
)
_WORD = re.compile(r"[^\W_]+")
_RANGE = re.compile(r"(\d{8,14}) TO (\d{8,14})")
_DEEPEST = 20


class QueryError(ValueError):
    """The query is not in the language."""


@dataclass(frozen=True)
class Record:
    """One paper as the feed keeps it; field names are those of records.json."""

    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    published: str
    updated: str
    categories: tuple[str, ...]
    summary: str

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """The searchable words of each field."""
        fields = {"ti": self.title, "abs": self.summary, "au": " ; ".join(self.authors)}
        found = {field: stems(text) for field, text in fields.items()}
        found["all"] = [*found["ti"], "", *found["au"], "", *found["abs"]]
        return found


def stems(text: str) -> list[str]:
    """Lower-case words, without a plural s."""
    words = _WORD.findall(text.lower())
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in words]


def parse(query: str) -> Predicate:
    """The predicate of a query. Raises QueryError with a message for the one who asked."""
    tokens = []
    at = 0
    while at < len(query):
        if query[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(query, at)
        if match is None:
            raise QueryError(f"cannot read the query from {query[at : at + 20]!r} on")
        tokens.append(match)
        at = match.end()
    parser = _Parser(tokens)
    predicate = parser.either(0)
    if parser.at < len(tokens):
        raise QueryError("a closing parenthesis has no opening one")
    return predicate


class _Parser:
    def __init__(self, tokens: Sequence[re.Match[str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def either(self, depth: int) -> Predicate:
        if depth > _DEEPEST:
            raise QueryError("parentheses are nested too deeply")
        options = [self._both(depth)]
        while self.at < len(self.tokens) and not self._is("close"):
            if self._operator() == "OR":
                self.at += 1
            options.append(self._both(depth))
        return lambda record: sum(option(record) for option in options)

    def _both(self, depth: int) -> Predicate:
        wanted = [self._term(depth)]
        unwanted: list[Predicate] = []
        while (operator := self._operator()) in ("AND", "ANDNOT"):
            self.at += 1
            (wanted if operator == "AND" else unwanted).append(self._term(depth))

        def score(record: Record) -> Score:
            scores = [term(record) for term in wanted]
            return 0 if 0 in scores or any(term(record) for term in unwanted) else sum(scores)

        return score

    def _term(self, depth: int) -> Predicate:
        if self.at >= len(self.tokens) or self._operator() or self._is("close"):
            raise QueryError("a term is missing")
        token = self.tokens[self.at]
        self.at += 1
        if token["open"]:
            inner = self.either(depth + 1)
            if self.at >= len(self.tokens):
                raise QueryError("a closing parenthesis is missing")
            self.at += 1
            return inner
        return _leaf(token["field"] or "all", token["phrase"] or token["word"] or "", token["range"])

    def _operator(self) -> str:
        return (self.tokens[self.at]["operator"] or "") if self.at < len(self.tokens) else ""

    def _is(self, group: str) -> bool:
        return self.at < len(self.tokens) and bool(self.tokens[self.at][group])


def _leaf(field: str, text: str, range_: str | None) -> Predicate:
    if field == "submittedDate":
        return _between(range_ or "")
    if field == "cat":
        wanted = text.lower()
        return lambda record: int(any(_category_matches(wanted, category.lower()) for category in record.categories))
    if field == "id":
        return lambda record: int(record.arxiv_id.partition("v")[0] == text.partition("v")[0])
    if field not in ("all", "ti", "au", "abs"):
        raise QueryError(f"the field `{field}` is not known here; use all, ti, au, abs, cat or id")
    phrase = stems(text)
    if not phrase:
        raise QueryError(f"nothing to look for in `{field}:{text}`")
    return lambda record: int(_contains(record.words[field], phrase))


def _category_matches(wanted: str, category: str) -> bool:
    """`cs.SE` is itself, `cs.*` every category of the archive."""
    return category.startswith(wanted[:-1]) if wanted.endswith("*") else category == wanted


def _contains(words: list[str], phrase: list[str]) -> bool:
    size = len(phrase)
    return any(words[start : start + size] == phrase for start in range(len(words) - size + 1))


def _between(range_: str) -> Predicate:
    match = _RANGE.fullmatch(range_.strip())
    if match is None:
        raise QueryError("submittedDate takes a range such as [202602010000 TO 202602282359]")
    first, last = match[1].ljust(14, "0"), match[2].ljust(14, "9")
    return lambda record: int(first <= re.sub(r"\D", "", record.published) <= last)
