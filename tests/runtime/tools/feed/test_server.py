"""The feed server over real HTTP."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from planc_runtime.tools.arxiv.atom import Found, QueryRefused, read
from planc_runtime.tools.feed.server import Feed, arxiv_reachable, load_records, start_feed


@pytest.fixture(scope="module")
def feed() -> Iterator[Feed]:
    with start_feed() as running:
        yield running


def ask(feed: Feed, **parameters: str | int) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"{feed.url}?{urlencode(parameters)}", timeout=30) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def found(feed: Feed, **parameters: str | int) -> Found:
    return read(ask(feed, **parameters)[1])


def test_it_listens_on_loopback_only(feed: Feed) -> None:
    assert feed.url.startswith("http://127.0.0.1:")


def test_the_records_are_real_and_newest_first() -> None:
    records = load_records()
    assert len(records) == 50
    assert [record.published for record in records] == sorted((r.published for r in records), reverse=True)


def test_pages_and_totals(feed: Feed) -> None:
    first = found(feed, search_query="cat:cs.SE", sortBy="submittedDate", max_results=3)
    rest = found(feed, search_query="cat:cs.SE", sortBy="submittedDate", start=3, max_results=100)
    assert first.total == rest.total == 50
    assert [p["id"] for p in first.papers + rest.papers] == [record.arxiv_id for record in load_records()]
    assert found(feed, search_query="cat:cs.SE").papers != [], "ten by default"


def test_order(feed: Feed) -> None:
    up = found(feed, search_query="cat:cs.SE", sortBy="lastUpdatedDate", sortOrder="ascending").papers
    assert [p["updated"] for p in up] == sorted(p["updated"] for p in up)
    best = found(feed, search_query="all:agents all:benchmark all:coding", sortBy="relevance").papers
    assert {"agents", "coding"} <= set(f"{best[0]['title']} {best[0]['abstract']}".lower().split())


@pytest.mark.parametrize(
    "parameters",
    [
        {"search_query": "(ti:a"},
        {"search_query": "ti:a", "start": "-1"},
        {"search_query": "ti:a", "max_results": "many"},
        {"search_query": "ti:a", "max_results": "100000"},
        {"search_query": "ti:a", "sortBy": "colour"},
        {},
    ],
)
def test_wrong_requests_get_an_error_entry(feed: Feed, parameters: dict[str, str]) -> None:
    status, body = ask(feed, **parameters)
    assert status == 400
    with pytest.raises(QueryRefused):
        read(body)


def test_other_paths_do_not_exist(feed: Feed) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(feed.url.replace("/api/query", "/etc/passwd"), timeout=30)
    with caught.value as error:
        assert error.code == 404


def test_arxiv_is_not_reachable_where_nobody_can_prove_to_be_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert not arxiv_reachable(0.2, "127.0.0.1", port)
    assert not arxiv_reachable(5.0, "127.0.0.1", port)
