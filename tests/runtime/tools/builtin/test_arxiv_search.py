"""arxiv_search, through real HTTP: against planc's own feed of real records, and against servers that misbehave.

The expected papers are those that a person found relevant by reading titles and abstracts of the whole window
(see the note of the data set); the search looks at words only, so it need not find all of them.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from planc_runtime.tools.builtin.arxiv_search import ArxivSearchTool
from planc_runtime.tools.context import ToolContext
from planc_runtime.tools.feed.server import start_feed
from planc_runtime.tools.pace import Pace
from planc_schemas.ports import TaskError
from tests.support.tooling import call, error_of, grants, registry_of
from tests.support.web import Page, Web

NEWEST_FIVE = ["2602.08915v1", "2602.08887v1", "2602.08866v1", "2602.08765v1", "2602.08561v1"]
ALLOWED = grants(net=["export.arxiv.org"])


def search(**arguments: Any) -> list[dict[str, Any]]:
    with start_feed() as feed:
        found: list[dict[str, Any]] = call(ArxivSearchTool(feed.url).arxiv_search, arguments, ALLOWED)
        return found


def failing(page: Page) -> TaskError:
    with Web({"/api/query": page}) as web:
        return error_of(ArxivSearchTool(f"{web.base}/api/query").arxiv_search, {"query": "x"}, ALLOWED)


@pytest.mark.parametrize(
    "query",
    [
        "large language models software engineering",
        "Applications of Large Language Models in Software Engineering",
        "the 5 most recent relevant papers on applications of LLMs in software engineering",
    ],
)
def test_the_flagship_query_finds_recent_relevant_papers(query: str) -> None:
    found = [paper["id"] for paper in search(query=query)]
    assert len(found) == 5
    assert len(set(found) & set(NEWEST_FIVE)) == 4, "the fifth speaks of coding agents, never of language models"
    assert found == sorted(found, reverse=True), "newest first"


def test_a_paper_has_all_its_fields() -> None:
    paper = search(query="id:2602.08887", max_results=1)[0]
    assert paper["title"].startswith("DeepQuali: Initial results")
    assert paper["authors"][0] == "Adam Trendowicz"
    assert paper["published"] == "2026-02-09T16:49:54Z"
    assert paper["categories"] == ["cs.SE", "cs.AI"]
    assert paper["url"] == "https://arxiv.org/abs/2602.08887v1"
    assert paper["pdf_url"] == "https://arxiv.org/pdf/2602.08887v1"
    assert len(paper["abstract"]) > 500


def test_paging_and_order() -> None:
    newest = [paper["id"] for paper in search(query="cat:cs.SE", max_results=4)]
    assert [paper["id"] for paper in search(query="cat:cs.SE", max_results=2, start=2)] == newest[2:]
    oldest = search(query="cat:cs.SE", max_results=1, sort_order="ascending")[0]
    assert oldest["published"] < "2026-02-07"


def test_when_nothing_has_all_words_papers_with_some_are_found() -> None:
    assert [paper["id"] for paper in search(query="zebra quantum")] == ["2602.07589v1"]
    assert search(query="zebra") == []


def test_the_right_is_arxivs_own_wherever_the_operator_says_it_is() -> None:
    with start_feed() as feed:
        error = error_of(ArxivSearchTool(feed.url).arxiv_search, {"query": "agents"}, grants(net=["127.0.0.1"]))
    assert "--allow-net=export.arxiv.org" in error.help


def test_nothing_to_look_for_and_wrong_syntax() -> None:
    for query, says in (("the of", "nothing to look for"), ("ti:agents AND (", "does not understand")):
        with start_feed() as feed:
            error = error_of(ArxivSearchTool(feed.url).arxiv_search, {"query": query}, ALLOWED)
        assert error.kind == "bad_request"
        assert says in error.message


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (Page(b"busy", status=503, headers={"Retry-After": "3"}), "server_error"),
        (Page(b"slower", status=429), "rate_limit"),
        (Page(b"<html>a captive portal</html>"), "server_error"),
        (Page(b"<feed"), "server_error"),
        (Page(b"\xff\xfe\x00bad"), "server_error"),
        (Page(b"nonsense", status=400), "server_error"),
        (Page(b"x" * 1_000, cut=True), "connection"),
    ],
)
def test_answers_that_are_no_feed(page: Page, kind: str) -> None:
    assert failing(page).kind == kind


def test_an_empty_page_of_a_full_result_is_arxivs_known_hiccup() -> None:
    feed = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><totalResults '
        b'xmlns="http://a9.com/-/spec/opensearch/1.1/">500</totalResults></feed>'
    )
    error = failing(Page(feed))
    assert error.kind == "server_error"
    assert "found 500 papers and sent none" in error.message


def test_a_redirect_away_from_the_configured_server_is_refused() -> None:
    assert failing(Page(status=302, headers={"Location": "http://169.254.169.254/"})).code == "R401"


def test_requests_are_three_seconds_apart_and_one_at_a_time() -> None:
    class Clock:
        time = 0.0

        async def sleep(self, seconds: float) -> None:
            self.time += seconds

    clock = Clock()
    pace = Pace(3.0, lambda: clock.time, clock.sleep)

    async def main(url: str) -> None:
        registry = registry_of(ArxivSearchTool(url, pace=pace).arxiv_search)
        context = ToolContext(grants=ALLOWED)
        await asyncio.gather(*(registry.call("arxiv_search", {"query": "agents"}, context) for _ in range(4)))

    with start_feed() as feed:
        asyncio.run(main(feed.url))
    assert clock.time == 9.0
