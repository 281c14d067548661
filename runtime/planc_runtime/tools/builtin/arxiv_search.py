"""The tool `arxiv_search`: the API of arXiv (https://info.arxiv.org/help/api/user-manual.html), politely.

Thank you to arXiv for use of its open access interoperability.
"""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field

from ..arxiv.atom import FeedError, Found, Paper, QueryRefused, read
from ..arxiv.query import translate, translate_loosely
from ..context import ToolContext
from ..declare import tool
from ..exchange import bad_request, net_failure
from ..net import Net, Resolve, system_resolve
from ..pace import Pace
from ..rights import Grants
from .http_request import demand_success

API = "https://export.arxiv.org/api/query"
HOST = "export.arxiv.org"
INTERVAL = 3.0
"""Seconds between two requests, one connection at a time: arXiv's terms of use for its API."""
PROCESS_PACE = Pace(INTERVAL)
_WHO = "tool `arxiv_search`"


class ArxivSearchTool:
    """Holds what the tool needs besides its arguments; `arxiv_search` is the tool itself."""

    def __init__(self, api: str = API, *, pace: Pace | None = None, resolve: Resolve = system_resolve) -> None:
        """`api` is where the operator says arXiv's API is: itself, a mirror, or planc's own feed server.

        `pace` defaults to the one of this process; a server on this machine needs none.
        """
        self._api = api
        local = urlsplit(api).hostname in ("127.0.0.1", "::1", "localhost")
        self._pace = pace or (Pace(0.0) if local else PROCESS_PACE)
        self._resolve = resolve

    @tool(effects=(f"net:{HOST}",))
    async def arxiv_search(
        self,
        query: Annotated[str, Field(min_length=1, description='topic in words, or arXiv syntax like ti:"unit test"')],
        max_results: Annotated[int, Field(ge=1, le=100, description="at most this many papers")] = 5,
        start: Annotated[int, Field(ge=0, le=10_000, description="leave out this many at the beginning")] = 0,
        sort_by: Annotated[
            Literal["submittedDate", "lastUpdatedDate", "relevance"], "submittedDate gives the most recent papers"
        ] = "submittedDate",
        sort_order: Literal["descending", "ascending"] = "descending",
        *,
        context: ToolContext,
    ) -> list[Paper]:
        """Finds papers on arXiv by topic, the most recent first, with title, authors and abstract.

        When no paper has all words of the topic, papers with any of them are returned, the most relevant first.
        """
        asked = translate(query)
        if not asked:
            raise bad_request(f"{_WHO}: {query!r} says nothing to look for; name a topic")
        page = {"start": start, "max_results": max_results}
        found = await self._ask({"search_query": asked, **page, "sortBy": sort_by, "sortOrder": sort_order}, context)
        loosely = translate_loosely(query)
        if found.total == 0 and loosely:
            order = {"sortBy": "relevance", "sortOrder": "descending"}
            found = await self._ask({"search_query": loosely, **page, **order}, context)
        return found.papers

    async def _ask(self, parameters: dict[str, str | int], context: ToolContext) -> Found:
        """One request. The right `net:export.arxiv.org` has been checked; where that is, the operator says."""
        target = urlsplit(self._api).netloc
        grants = context.grants if target == HOST else Grants.from_flags({"net": [target]})
        net = Net(grants=grants, who=_WHO, resolve=self._resolve)
        url = f"{self._api}?{urlencode(parameters)}"
        async with self._pace.turn():
            answer = await net.request("GET", url)
        if answer.status != 400:  # with 400 arXiv sends a feed that says what is wrong
            demand_success(answer, "GET", context.secrets.masker)
        try:
            found = read(answer.body)
        except QueryRefused as error:
            raise bad_request(f"{_WHO}: arXiv does not understand the query: {error}") from None
        except FeedError as error:
            raise net_failure("server_error", f"{_WHO}: {error}") from None
        wanted = int(parameters["start"])
        if not found.papers and found.total > wanted:
            raise net_failure("server_error", f"{_WHO}: arXiv found {found.total} papers and sent none; try again")
        return found
