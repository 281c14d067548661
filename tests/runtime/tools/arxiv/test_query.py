"""Free words → arXiv's query language."""

from __future__ import annotations

import pytest

from planc_runtime.tools.arxiv.query import MAX_GROUPS, groups, translate, translate_loosely
from planc_runtime.tools.feed.grammar import parse

LLM = '(all:"large language model" OR all:llm OR all:"large language models" OR all:llms)'
SE = '(cat:cs.SE OR all:"software engineering")'


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("large language models software engineering", f"{LLM} AND {SE}"),
        ("Applications of Large Language Models (LLMs) in Software Engineering", f"{LLM} AND {SE}"),
        ("5 most recent papers on LLMs for unit testing", f"{LLM} AND all:unit AND all:testing"),
        ("machine learning", '(cat:cs.LG OR cat:stat.ML OR all:"machine learning")'),
        ("NLP", '(cat:cs.CL OR all:"natural language processing" OR all:nlp)'),
        ('"program repair" agents', 'all:"program repair" AND all:agents'),
        ("GPT-4 c++", "all:gpt AND all:4 AND all:c".replace(" AND all:4", "")),
        ("retrieval-augmented generation", '(all:"retrieval augmented generation" OR all:rag)'),
        ("élégant Ünïcode", "all:élégant AND all:ünïcode"),
        ("the papers of", ""),
        ("", ""),
    ],
)
def test_words(words: str, query: str) -> None:
    assert translate(words) == query


@pytest.mark.parametrize("query", ["cat:cs.SE", 'ti:"unit test" AND abs:agent', "agents AND tests", "a ANDNOT b"])
def test_a_query_in_arxivs_language_is_left_alone(query: str) -> None:
    assert translate(query) == query
    assert translate_loosely(query) == ""


def test_loosely_is_any_of_the_concepts() -> None:
    assert translate_loosely("zebra quantum") == "all:zebra OR all:quantum"
    assert translate_loosely("zebra") == ""


def test_long_texts_are_cut_to_a_few_concepts() -> None:
    assert len(groups(" ".join(f"word{number}" for number in range(100)))) == MAX_GROUPS


@pytest.mark.parametrize("words", ['say "hello', "(((", 'a"b"c', "AND", "x:y [z]", "tests & agents | tools", '""'])
def test_whatever_is_typed_becomes_a_query_that_can_be_read(words: str) -> None:
    query = translate(words)
    if query and query != words:
        parse(query)
