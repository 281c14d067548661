"""Reading Atom, friendly and hostile."""

from __future__ import annotations

import pytest

from planc_runtime.tools.arxiv.atom import FeedError, QueryRefused, read
from planc_runtime.tools.feed.atom import answer, refusal
from planc_runtime.tools.feed.server import load_records

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&c;</title></feed>"""
OUTSIDE = b"""<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<feed xmlns="http://www.w3.org/2005/Atom"><title>&x;</title></feed>"""


def test_what_the_feed_writes_is_read_back() -> None:
    records = load_records()[:3]
    found = read(answer("all:x", records, 40, 0, 3))
    assert found.total == 40
    for paper, record in zip(found.papers, records, strict=True):
        assert (paper["id"], paper["title"]) == (record.arxiv_id, " ".join(record.title.split()))
        assert tuple(paper["authors"]) == record.authors
        assert paper["abstract"] == " ".join(record.summary.split())


@pytest.mark.parametrize("body", [LAUGHS, OUTSIDE])
def test_document_types_are_refused(body: bytes) -> None:
    with pytest.raises(FeedError, match="document type"):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<feed>",
        b"<html/>",
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>',
        b"\xff\xfe\xfd",
    ],
)
def test_what_is_no_feed_is_an_error(body: bytes) -> None:
    with pytest.raises(FeedError):
        read(body)


def test_an_error_entry_is_the_servers_refusal() -> None:
    with pytest.raises(QueryRefused, match="a term is missing"):
        read(refusal("a term is missing"))


def test_a_feed_without_entries_is_empty() -> None:
    found = read(b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>')
    assert (found.papers, found.total) == ([], 0)
