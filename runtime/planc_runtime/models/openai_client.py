"""The `openai` library, and nothing but: a client for an endpoint, one request, its answer read.

Importing this module imports the library (most of a second), so `endpoint.py` does it on the first call, off the
event loop's thread. The library makes exactly one request a call (`max_retries=0`): trying again is the executor's
business, and so is the deadline, which reaches the request as a cancellation. Redirects are not followed: a prompt
and a key go to the configured address only, and so does nothing else of the environment's OPENAI_* settings.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel

from planc_schemas.ports import OnText

from .abilities import Refusal
from .base import ProviderConfig
from .completion import MAX_BODY_BYTES, Assembly, NotACompletion, Said, read_body

OPENAI_HOST = "api.openai.com"
CONNECT_SECONDS = 15.0
CONNECTIONS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=2.0)
"""An idle connection is given up well before servers close theirs (uvicorn, and so vLLM, and cpp-httplib: after 5 s).
A request sent at that very moment would fail, and could not be sent again: nobody knows whether it was taken."""
_NO_KEY = "none"
"""The library insists on a key; endpoints without keys ignore it."""


def open_client(config: ProviderConfig, read_seconds: float | None) -> AsyncOpenAI:
    """A client for one endpoint. `read_seconds` is the longest silence; the deadline of a call is the caller's.

    Proxies of the environment are not used for loopback addresses.
    """
    host = urlsplit(config.base_url).hostname or ""
    timeout = openai.Timeout(read_seconds, connect=CONNECT_SECONDS)
    client = AsyncOpenAI(
        api_key=config.api_key or _NO_KEY,
        base_url=config.base_url,
        max_retries=0,
        timeout=timeout,
        default_headers={**_without_environment(host), **config.headers},
        http_client=openai.DefaultAsyncHttpxClient(
            timeout=timeout, trust_env=not is_loopback(host), follow_redirects=False, limits=CONNECTIONS
        ),
    )
    if host != OPENAI_HOST:
        client.organization = client.project = None
    return client


def _without_environment(host: str) -> dict[str, Any]:
    """The library adds OPENAI_CUSTOM_HEADERS to every request; they are meant for OpenAI and for nobody else."""
    if host == OPENAI_HOST:
        return {}
    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines()
    return {line.partition(":")[0].strip(): openai.omit for line in lines if ":" in line}


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def ask(client: AsyncOpenAI, arguments: dict[str, Any]) -> Said:
    """One request with its whole answer. Raises what the library raises, and NotACompletion."""
    async with client.chat.completions.with_streaming_response.create(**arguments) as response:
        body = bytearray()
        async for piece in response.iter_bytes():
            body += piece
            _check_size(len(body))
        return read_body(bytes(body), response.headers.get("content-type", ""))


async def ask_streaming(client: AsyncOpenAI, arguments: dict[str, Any], on_text: OnText) -> Said:
    """One request whose answer is told to `on_text` as it comes. Raises as `ask` does, and Broken."""
    stream: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(**arguments, stream=True)
    async with stream:
        content_type = stream.response.headers.get("content-type", "")
        if not content_type.startswith("text/event-stream"):
            said = await _whole(stream, content_type)
            on_text(said.text)
            return said
        assembly = Assembly()
        async for chunk in stream:
            text = assembly.add(chunk.model_dump(warnings=False) if isinstance(chunk, BaseModel) else chunk)
            if text:
                on_text(text)
    return assembly.finished()


async def _whole(stream: AsyncStream[ChatCompletionChunk], content_type: str) -> Said:
    """The body of a server that does not stream although it was asked to."""
    body = bytearray()
    async for piece in stream.response.aiter_bytes():
        body += piece
        _check_size(len(body))
    return read_body(bytes(body), content_type)


def _check_size(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise NotACompletion(f"more than {MAX_BODY_BYTES} bytes")


async def list_models(client: AsyncOpenAI) -> list[str]:
    """The models that the endpoint says it has."""
    page = await client.models.list()
    return [model.id for model in page.data or ()]


def refusal_of(error: Exception) -> Refusal | None:
    """Status and words of a request that the endpoint refused; None when `error` is something else."""
    if not isinstance(error, openai.APIStatusError):
        return None
    return Refusal(error.status_code, f"{error.message} {error.code or ''} {error.param or ''}")
