"""Reads the Atom answers of arXiv's API.

The XML comes from outside: a document type, and with it every entity, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from xml.etree import ElementTree

from pydantic import Field
from typing_extensions import TypedDict

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ERRORS = "/api/errors"


class Paper(TypedDict):
    """One record of arXiv."""

    id: Annotated[str, Field(description="arXiv identifier with version, such as 2602.08915v1")]
    title: str
    authors: list[str]
    abstract: str
    published: Annotated[str, Field(description="when the first version was submitted, such as 2026-02-09T17:14:46Z")]
    updated: Annotated[str, Field(description="when this version was submitted")]
    categories: Annotated[list[str], Field(description="subject categories, such as cs.SE")]
    url: Annotated[str, Field(description="page of the paper")]
    pdf_url: str


@dataclass(frozen=True, slots=True)
class Found:
    """`total` is how many records match, of which `papers` are one page."""

    papers: list[Paper]
    total: int


class FeedError(ValueError):
    """The answer is no usable Atom feed."""


class QueryRefused(ValueError):
    """arXiv answered that it does not understand the query."""


class _NoDocumentType(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise FeedError("the answer has a document type, which a feed never has")


def read(body: bytes) -> Found:
    """The papers of an answer. Raises FeedError for what is no feed, QueryRefused for arXiv's error entry."""
    parser = ElementTree.XMLParser(target=_NoDocumentType())
    try:
        parser.feed(body)
        root = parser.close()
    except (ElementTree.ParseError, ValueError) as error:
        raise FeedError(f"the answer is not an Atom feed: {error}") from None
    if root.tag != f"{_ATOM}feed":
        raise FeedError(f"the answer is not an Atom feed but <{root.tag}>")
    papers = []
    for entry in root.findall(f"{_ATOM}entry"):
        if _ERRORS in _text(entry, "id"):
            raise QueryRefused(_text(entry, "summary"))
        papers.append(_paper(entry))
    total = root.findtext(f"{_OPENSEARCH}totalResults", "").strip()
    return Found(papers, int(total) if total.isdigit() else len(papers))


def _paper(entry: ElementTree.Element) -> Paper:
    page = _text(entry, "id")
    identifier = page.rpartition("/abs/")[2]
    if not identifier or not _text(entry, "title"):
        raise FeedError("an entry has no id or no title")
    authors = [_text(author, "name") for author in entry.findall(f"{_ATOM}author")]
    return {
        "id": identifier,
        "title": _text(entry, "title"),
        "authors": [name for name in authors if name],
        "abstract": _text(entry, "summary"),
        "published": _text(entry, "published"),
        "updated": _text(entry, "updated"),
        "categories": [item.get("term", "") for item in entry.findall(f"{_ATOM}category")],
        "url": f"https://arxiv.org/abs/{identifier}",
        "pdf_url": f"https://arxiv.org/pdf/{identifier}",
    }


def _text(parent: ElementTree.Element, name: str) -> str:
    """The text of a child on one line, "" if it is missing."""
    return " ".join((parent.findtext(f"{_ATOM}{name}") or "").split())
