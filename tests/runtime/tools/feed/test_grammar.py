"""arXiv's query language as the feed speaks it."""

from __future__ import annotations

import pytest

from planc_runtime.tools.feed.grammar import QueryError, Record, parse

PAPER = Record(
    arxiv_id="2602.00001v2",
    title="Agents for Unit Tests",
    authors=("Ada B. Writer", "Émile Auteur"),
    published="2026-02-09T17:00:00Z",
    updated="2026-02-10T17:00:00Z",
    categories=("cs.SE", "cs.AI"),
    summary="We study large language models (LLMs) that write tests; classes stay classes.",
)


@pytest.mark.parametrize(
    "query",
    [
        "all:agent",
        "agents",
        "ti:UNIT",
        'abs:"large language model"',
        "all:llm",
        "au:writer",
        'au:"émile auteur"',
        "cat:cs.SE",
        "cat:cs.*",
        "id:2602.00001",
        "ti:agent AND abs:test",
        "ti:zebra OR abs:test",
        "zebra test",
        "(ti:zebra OR ti:unit) AND cat:cs.SE",
        "ti:unit ANDNOT abs:zebra",
        "ti:zebra AND ti:lion OR abs:test",
        "submittedDate:[202602090000 TO 202602092359]",
        "abs:classes",
    ],
)
def test_matches(query: str) -> None:
    assert parse(query)(PAPER) > 0


@pytest.mark.parametrize(
    "query",
    [
        "ti:zebra",
        "abs:agent",
        'all:"tests we"',
        'abs:"language large"',
        "au:ada AND cat:cs.LG",
        "cat:cs",
        "id:2602.00002",
        "ti:unit ANDNOT abs:llm",
        "ti:zebra OR ti:unit AND ti:lion",
        "submittedDate:[202602100000 TO 202602102359]",
        "abs:class",
    ],
)
def test_does_not_match(query: str) -> None:
    assert parse(query)(PAPER) == 0


def test_more_terms_found_is_more_relevant() -> None:
    assert parse("unit tests agent zebra")(PAPER) > parse("unit lion zebra")(PAPER)


@pytest.mark.parametrize(
    "query",
    ["", "AND", "ti:a AND", "(ti:a", "ti:a)", "()", "zz:a", 'ti:""', "ti:-", 'ti:"a', "submittedDate:x", "(" * 100],
)
def test_errors(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)
