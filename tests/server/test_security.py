"""Who may talk to the server: token, Host, Origin, sizes, headers."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import clean_environment
from tests.support.served import TOKEN, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("guarded")) as running:
        yield running


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "ü"])
def test_without_the_token_nothing_is_told(server: Server, token: str | None) -> None:
    for method, path in (
        ("GET", "/api/runs"),
        ("GET", "/api/session"),
        ("POST", "/api/runs"),
        ("GET", "/api/openapi.json"),
    ):
        status, answer = server.request(method, path, {} if method == "POST" else None, token=_header_safe(token))
        assert status == 401, path
        assert "Bearer" in answer["detail"]


def _header_safe(token: str | None) -> str | None:
    return None if token is None else token.encode().decode("latin-1")


def test_the_sign_of_life_needs_no_token(server: Server) -> None:
    assert server.request("GET", "/api/health", token=None)[0] == 200


def raw(server: Server, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest(method, path, skip_host="host" in headers, skip_accept_encoding=True)
    for name, value in {**headers, "content-length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_another_host_name_is_refused(server: Server) -> None:
    for host in ("evil.example", "evil.example:80", "", "127.0.0.1.evil.example"):
        headers = {"host": host, "authorization": f"Bearer {TOKEN}"}
        assert raw(server, "GET", "/api/runs", headers).status == 421, host
    assert raw(server, "GET", "/api/runs", {"host": "localhost:1", "authorization": f"Bearer {TOKEN}"}).status == 200


def test_another_origin_may_not_act(server: Server) -> None:
    cookie = {"cookie": f"planc_token_{server.port}={TOKEN}", "content-type": "application/json"}
    for more in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert raw(server, "POST", "/api/runs", {**cookie, **more}, b"{}").status == 403
    own = {"origin": f"http://127.0.0.1:{server.port}", "sec-fetch-site": "same-origin"}
    assert raw(server, "POST", "/api/check", {**cookie, **own}, b'{"text": "a"}').status == 200


def test_a_large_body_is_refused_before_it_is_read(server: Server) -> None:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/api/check")
    for name, value in {**headers, "content-length": str(10**9)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    with connection.getresponse() as answer:
        assert answer.status == 413
    connection.close()


def test_a_large_chunked_body_is_refused_while_it_is_read(server: Server) -> None:
    """Nothing says beforehand how large it is; the answer comes with the first byte over the limit."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/api/check")
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json", "transfer-encoding": "chunked"}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    megabyte = b"x" * 2**20
    for part in [megabyte] * 16 + [b"x"]:
        connection.send(b"%x\r\n%s\r\n" % (len(part), part))
    with connection.getresponse() as answer:
        assert answer.status == 413
    connection.close()


def test_every_answer_has_the_security_headers(server: Server) -> None:
    for path in ("/", "/app.js", "/api/runs", "/nothing"):
        answer = raw(server, "GET", path, {})
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


def test_the_token_in_the_address_becomes_a_cookie_that_scripts_cannot_read(server: Server) -> None:
    answer = raw(server, "GET", f"/?token={TOKEN}", {})
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert raw(server, "GET", "/?token=wrong", {}).headers["set-cookie"] is None


def test_listening_for_others_needs_a_token_of_ones_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "planc", "serve", "--host", "0.0.0.0", "--port", "0"],
        cwd=tmp_path, env=clean_environment(tmp_path), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "PLANC_TOKEN" in done.stderr


def test_files_outside_the_page_are_not_served(server: Server) -> None:
    for path in ("/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/vendor/../../app.py", "/app.py"):
        assert raw(server, "GET", path, {}).status in (400, 404), path
