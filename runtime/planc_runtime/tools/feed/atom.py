"""Records as an Atom answer in the form of arXiv's API."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from .grammar import Record

_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
for prefix, uri in (("", _ATOM), ("arxiv", _ARXIV), ("opensearch", _OPENSEARCH)):
    ElementTree.register_namespace(prefix, uri)


def answer(query: str, records: Sequence[Record], total: int, start: int, size: int) -> bytes:
    """One page of an answer: `records` of the `total` that match, from number `start` on, at most `size`."""
    feed = _feed(f"ArXiv Query: search_query={query}&start={start}&max_results={size}")
    for name, value in (("totalResults", total), ("startIndex", start), ("itemsPerPage", size)):
        ElementTree.SubElement(feed, f"{{{_OPENSEARCH}}}{name}").text = str(value)
    for record in records:
        _entry(feed, record)
    return _bytes(feed)


def refusal(message: str) -> bytes:
    """arXiv's way of saying that a request is wrong: a feed with one entry whose id is below /api/errors."""
    feed = _feed("ArXiv Query: error")
    entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
    _put(entry, "id", "http://arxiv.org/api/errors#bad_query")
    _put(entry, "title", "Error")
    _put(entry, "summary", message)
    return _bytes(feed)


def _feed(title: str) -> ElementTree.Element:
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _put(feed, "title", title)
    return feed


def _entry(feed: ElementTree.Element, record: Record) -> None:
    entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
    page = f"http://arxiv.org/abs/{record.arxiv_id}"
    _put(entry, "id", page)
    _put(entry, "updated", record.updated)
    _put(entry, "published", record.published)
    _put(entry, "title", record.title)
    _put(entry, "summary", record.summary)
    for name in record.authors:
        author = ElementTree.SubElement(entry, f"{{{_ATOM}}}author")
        _put(author, "name", name)
    ElementTree.SubElement(entry, f"{{{_ATOM}}}link", href=page, rel="alternate", type="text/html")
    pdf = page.replace("http://arxiv.org/abs/", "http://arxiv.org/pdf/")
    ElementTree.SubElement(entry, f"{{{_ATOM}}}link", title="pdf", href=pdf, rel="related", type="application/pdf")
    ElementTree.SubElement(entry, f"{{{_ARXIV}}}primary_category", term=record.categories[0])
    for category in record.categories:
        ElementTree.SubElement(entry, f"{{{_ATOM}}}category", term=category, scheme=_ARXIV)


def _put(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _bytes(feed: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))
