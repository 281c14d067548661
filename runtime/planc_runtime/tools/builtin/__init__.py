"""The tools that come with planc, one file each. None of them may do anything without a right of the operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from ..deferred import DeferredTool
from ..registry import Tool


def builtin_tools(environment: Mapping[str, str]) -> list[Tool]:
    """The built-in tools; each is loaded when a plan names it. `PLANC_ARXIV_URL` in `environment` says where arXiv's
    API is (a mirror, the feed server)."""
    for_agents = [DeferredTool(name, partial(_of, "memory", name), listed=False) for name in ("recall", "remember")]
    in_files = ("list_files", "read_file", "run_command", "write_file")
    return [
        *for_agents,
        DeferredTool("arxiv_search", partial(_arxiv_search, environment.get("PLANC_ARXIV_URL"))),
        DeferredTool("http_request", _http_request),
        *(DeferredTool(name, partial(_of, name, name)) for name in in_files),
    ]


def _of(module: str, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(import_module(f"{__name__}.{module}"), name)
    return function


def _arxiv_search(api: str | None) -> Callable[..., Any]:
    from .arxiv_search import API, ArxivSearchTool

    return ArxivSearchTool(api or API).arxiv_search


def _http_request() -> Callable[..., Any]:
    from .http_request import HttpRequestTool

    return HttpRequestTool().http_request
