"""The tool `http_request`."""

from __future__ import annotations

import json as json_text
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from planc_schemas.ports import ErrorKind
from planc_schemas.values import Json, canonical_json

from ..context import ToolContext
from ..declare import tool
from ..exchange import HttpAnswer, bad_request, net_failure
from ..net import Net, Resolve, system_resolve
from ..secrets import Masker, Secret

_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "utf-16"})
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class HttpResult(TypedDict):
    status: int
    url: Annotated[str, Field(description="where the answer came from, after redirects")]
    headers: Annotated[dict[str, str], Field(description="names in lower case")]
    text: Annotated[str, Field(description="the body as text")]
    json: Annotated[Any, Field(description="the body as data when it is JSON, else null")]


class HttpRequestTool:
    """Holds what the tool needs besides its arguments; `http_request` is the tool itself."""

    def __init__(self, resolve: Resolve = system_resolve) -> None:
        self._resolve = resolve

    @tool(effects=("net:{url}",), changes_world=True)
    async def http_request(
        self,
        url: Annotated[str, "http or https URL"],
        method: Method = "GET",
        headers: dict[str, str] | None = None,
        body: Annotated[str | None, "text to send"] = None,
        json: Annotated[Any, "data to send as JSON, instead of body"] = None,
        bearer: Annotated[Secret | None, "sent as `Authorization: Bearer …`"] = None,
        check: Annotated[bool, "a status of 400 or more is an error"] = True,
        max_bytes: Annotated[int, Field(ge=1, le=5_000_000, description="a larger body is an error")] = 1_000_000,
        *,
        context: ToolContext,
    ) -> HttpResult:
        """Sends one HTTP request and returns the whole answer."""
        if body is not None and json is not None:
            raise bad_request("give `body` or `json`, not both")
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        content = body.encode() if body is not None else None
        if json is not None:
            content = json_text.dumps(json, ensure_ascii=False, allow_nan=False).encode()
            sent.setdefault("content-type", "application/json")
        if bearer is not None:
            sent["authorization"] = f"Bearer {bearer.reveal()}"
        if method not in ("GET", "HEAD") and context.idempotency_key:
            sent.setdefault("idempotency-key", context.idempotency_key)
        net = Net(grants=context.grants, who="tool `http_request`", max_bytes=max_bytes, resolve=self._resolve)
        answer = await net.request(method, url, headers=sent, body=content)
        if check:
            demand_success(answer, method, context.secrets.masker)
        text = answer.body.decode(_charset(answer), "replace")
        return {
            "status": answer.status,
            "url": answer.url,
            "headers": answer.headers,
            "text": text,
            "json": _as_json(answer, text),
        }


def demand_success(answer: HttpAnswer, method: str, masker: Masker) -> None:
    """Raises TaskFailure for a status of 400 or more: rate_limit, server_error or bad_request (R411)."""
    if answer.status < 400:
        return
    kind: ErrorKind = "bad_request"
    if answer.status == 429:
        kind = "rate_limit"
    elif answer.status >= 500:
        kind = "server_error"
    start = masker.mask(answer.body.decode("utf-8", "replace").strip())[:300]
    message = f"{method} {answer.url}: status {answer.status}" + (f": {start}" if start else "")
    raise net_failure(kind, message, retry_after=answer.retry_after)


def _charset(answer: HttpAnswer) -> str:
    _, _, rest = answer.headers.get("content-type", "").partition("charset=")
    name = rest.split(";")[0].strip(" \"'").lower()
    return name if name in _CHARSETS else "utf-8"


def _as_json(answer: HttpAnswer, text: str) -> Json:
    """The body as data, or None if it does not say it is JSON, or is not (NaN and broken Unicode included)."""
    kind = answer.headers.get("content-type", "").split(";")[0].strip()
    if kind != "application/json" and not kind.endswith("+json"):
        return None
    try:
        data = json_text.loads(text)
        canonical_json(data).encode()
    except (ValueError, RecursionError):
        return None
    return data
