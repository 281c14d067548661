"""http_request as plans use it, against a real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from planc_runtime.tools.builtin.http_request import HttpRequestTool
from planc_runtime.tools.secrets import Secrets
from tests.support.tooling import call, error_of, grants
from tests.support.web import Page, Web

http_request = HttpRequestTool().http_request
LOCAL = grants(net=["127.0.0.1"])
JSON = {"Content-Type": "application/json"}


def test_getting_json() -> None:
    with Web({"/": Page(b'{"a": [1, 2]}', headers=JSON)}) as web:
        result = call(http_request, {"url": f"{web.base}/"}, LOCAL)
    assert (result["status"], result["json"], result["text"]) == (200, {"a": [1, 2]}, '{"a": [1, 2]}')


@pytest.mark.parametrize("body", [b"{", b"NaN", b'"\\ud800"', b"[" * 5_000])
def test_json_that_is_none_is_text_only(body: bytes) -> None:
    with Web({"/": Page(body, headers=JSON)}) as web:
        result = call(http_request, {"url": f"{web.base}/"}, LOCAL)
    assert (result["json"], result["text"]) == (None, body.decode())


def test_the_charset_is_obeyed_when_it_is_known() -> None:
    for charset, text in (("iso-8859-1", "é"), ("no-such-charset", "�")):
        with Web({"/": Page(b"\xe9", headers={"Content-Type": f"text/plain; charset={charset}"})}) as web:
            assert call(http_request, {"url": f"{web.base}/"}, LOCAL)["text"] == text


def test_posting_offers_the_idempotency_key() -> None:
    with Web({"/": Page(b"ok")}) as web:
        asked = {"url": f"{web.base}/", "method": "POST", "json": {"ü": 1}}
        call(http_request, asked, LOCAL, idempotency_key="run/task")
        call(http_request, {"url": f"{web.base}/"}, LOCAL, idempotency_key="run/task")
        post, get = web.seen
    assert json.loads(post.body) == {"ü": 1}
    assert (post.headers["content-type"], post.headers["idempotency-key"]) == ("application/json", "run/task")
    assert "idempotency-key" not in get.headers


def test_a_secret_is_sent_and_never_shown() -> None:
    with Web({"/": Page(b"you sent Bearer s3cr3t-value", status=401)}) as web:
        asked: dict[str, Any] = {"url": f"{web.base}/", "bearer": "API_TOKEN"}
        given = grants(net=["127.0.0.1"], secret=["API_TOKEN"])
        secrets = Secrets({"API_TOKEN": "s3cr3t-value"})
        error = error_of(http_request, asked, given, secrets=secrets)
        assert web.seen[0].headers["authorization"] == "Bearer s3cr3t-value"
        shown = call(http_request, {**asked, "check": False}, given, secrets=secrets)
    assert error.kind == "bad_request"
    assert "s3cr3t" not in error.message
    assert shown["text"] == "you sent Bearer •••"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "bad_request"), (404, "bad_request"), (429, "rate_limit"), (500, "server_error"), (503, "server_error")],
)
def test_bad_statuses_are_typed(status: int, kind: str) -> None:
    with Web({"/": Page(b"why", status=status, headers={"Retry-After": "9"})}) as web:
        error = error_of(http_request, {"url": f"{web.base}/"}, LOCAL)
        assert call(http_request, {"url": f"{web.base}/", "check": False}, LOCAL)["status"] == status
    assert (error.kind, error.retry_after, error.code) == (kind, 9.0, "R411")
    assert "why" in error.message


def test_head_has_no_body() -> None:
    with Web({"/": Page(b"x" * 10)}) as web:
        result = call(http_request, {"url": f"{web.base}/", "method": "HEAD"}, LOCAL)
    assert (result["text"], result["headers"]["content-length"]) == ("", "10")


def test_what_cannot_be_asked() -> None:
    both = {"url": "http://127.0.0.1:1/", "body": "x", "json": {}}
    assert error_of(http_request, both, LOCAL).code == "R402"
    assert error_of(http_request, {"url": "http://127.0.0.1:1/"}).code == "R401"
    assert error_of(http_request, {"url": "file:///etc/passwd"}, LOCAL).code == "R402"
