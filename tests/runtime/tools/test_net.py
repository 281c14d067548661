"""The HTTP client against a real loopback server, and against attempts to reach what was not granted."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from planc_runtime.tools.exchange import HttpAnswer
from planc_runtime.tools.net import Net, Resolve
from planc_runtime.tools.rights import Grants
from planc_schemas.ports import TaskError, TaskFailure
from tests.support.tooling import grants
from tests.support.web import Page, Web


def resolver(*answers: list[str]) -> Resolve:
    """Answers in turn; the last one for ever."""
    left = list(answers)

    async def resolve(host: str, port: int) -> list[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def net(given: Grants, **more: object) -> Net:
    return Net(grants=given, who="the test", **more)  # type: ignore[arg-type]  # passed on as they are


def get(given: Grants, url: str, **more: object) -> HttpAnswer:
    return asyncio.run(net(given, **more).request("GET", url))


def refused(given: Grants, url: str, **more: object) -> TaskError:
    with pytest.raises(TaskFailure) as caught:
        get(given, url, **more)
    return caught.value.error


def test_a_granted_address_is_reached() -> None:
    with Web({"/x": Page(b"hello", headers={"X-Kind": "greeting"})}) as web:
        answer = get(grants(net=[f"127.0.0.1:{web.port}"]), f"{web.base}/x?a=b c".replace(" ", "%20"))
        assert (answer.status, answer.body, answer.headers["x-kind"]) == (200, b"hello", "greeting")
        assert web.seen[0].path == "/x?a=b%20c"
        assert web.seen[0].headers["host"] == f"127.0.0.1:{web.port}"


def test_the_host_must_be_granted() -> None:
    error = refused(grants(net=["other.test"]), "https://export.arxiv.org/")
    assert (error.kind, error.code) == ("denied", "R401")
    assert "--allow-net=export.arxiv.org" in error.help


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_public_name_that_leads_inside_is_refused(address: str) -> None:
    error = refused(grants(net=["public.test", "*"]), "http://public.test/", resolve=resolver([address]))
    assert (error.kind, error.code) == ("denied", "R407")
    assert address in error.message


def test_a_second_look_up_cannot_lead_elsewhere() -> None:
    """DNS rebinding: the name is resolved once for each connection, and the checked address is connected to."""
    with Web({"/": Page(b"inside")}) as web:
        rebinding = resolver(["203.0.114.1", "127.0.0.1"], ["127.0.0.1"])
        client = net(grants(net=["public.test"]), resolve=rebinding)
        assert asyncio.run(client.addresses("public.test", web.port)) == ["203.0.114.1"]
        assert refused(grants(net=["public.test"]), f"http://public.test:{web.port}/", resolve=rebinding).code == "R407"
        assert web.seen == []


def test_a_name_may_lead_inside_when_the_address_is_granted_too() -> None:
    with Web({"/": Page(b"inside")}) as web:
        given = grants(net=["intranet.test", "127.0.0.1"])
        answer = get(given, f"http://intranet.test:{web.port}/", resolve=resolver(["127.0.0.1"]))
        assert answer.body == b"inside"
        assert web.seen[0].headers["host"] == f"intranet.test:{web.port}"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    """The system's resolver reads these as 127.0.0.1; the check looks at what it gives."""
    with Web({"/": Page(b"inside")}) as web:
        assert refused(grants(net=[host, "*"]), f"http://{host}:{web.port}/").kind in ("denied", "connection")
        assert web.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "http://good.test@127.0.0.1/",
        "http://good.test\\@127.0.0.1/",
        "http://good.test/\r\nHost: x",
        "http://good.test/ x",
        "http://gööd.test/",
        "gopher://good.test/",
        "http:///x",
    ],
)
def test_a_url_that_may_be_read_in_two_ways_is_refused(url: str) -> None:
    error = refused(Grants.from_flags(everything=True), url)
    assert (error.kind, error.code) == ("bad_request", "R402")


def test_every_redirect_is_checked_again() -> None:
    with Web({"/": Page(status=302, headers={"Location": "http://169.254.169.254/latest"})}) as web:
        error = refused(grants(net=[f"127.0.0.1:{web.port}"]), f"{web.base}/")
    assert error.code == "R401"
    with Web({}) as inner, Web({"/": Page(status=307, headers={"Location": f"{inner.base}/admin"})}) as web:
        given = grants(net=[f"public.test:{web.port}", "127.0.0.1:1"])
        error = refused(given, f"http://public.test:{web.port}/", resolve=resolver(["127.0.0.1"]))
        assert error.code == "R407"
        assert inner.seen == []


def test_a_redirect_to_another_server_carries_no_credentials() -> None:
    with Web({"/b": Page(b"there")}) as other, Web({}) as web:
        web.pages["/a"] = Page(status=303, headers={"Location": f"{other.base}/b"})
        client = net(grants(net=["127.0.0.1"]))
        sent = {"Authorization": "Bearer x", "X-Api-Key": "y", "Accept": "text/plain"}
        answer = asyncio.run(client.request("POST", f"{web.base}/a", headers=sent, body=b"data"))
        assert (answer.body, answer.url) == (b"there", f"{other.base}/b")
        seen = other.seen[0]
        assert (seen.method, seen.body, seen.headers["accept"]) == ("GET", b"", "text/plain")
        assert {"authorization", "x-api-key"}.isdisjoint(seen.headers)


def test_redirects_end() -> None:
    with Web({"/": Page(status=302, headers={"Location": "/"})}) as web:
        assert "more than 5 redirects" in refused(grants(net=["127.0.0.1"]), f"{web.base}/").message
        assert len(web.seen) == 6


def test_a_large_body_is_an_error() -> None:
    with Web({"/": Page(b"x" * 2_000)}) as web:
        assert get(grants(net=["127.0.0.1"]), f"{web.base}/", max_bytes=2_000).body == b"x" * 2_000
        assert refused(grants(net=["127.0.0.1"]), f"{web.base}/", max_bytes=1_999).code == "R405"


def test_a_cut_body_is_a_connection_failure() -> None:
    with Web({"/": Page(b"x" * 2_000, cut=True)}) as web:
        assert refused(grants(net=["127.0.0.1"]), f"{web.base}/").kind == "connection"


def test_a_compressed_body_is_refused() -> None:
    with Web({"/": Page(b"x", headers={"Content-Encoding": "gzip"})}) as web:
        assert refused(grants(net=["127.0.0.1"]), f"{web.base}/").kind == "server_error"


@contextmanager
def silent() -> Iterator[str]:
    """A server that accepts a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_a_silent_server_times_out() -> None:
    with silent() as url:
        assert refused(grants(net=["127.0.0.1"]), url, timeout=0.05).kind == "timeout"


def test_a_slow_drip_is_ended_by_the_deadline() -> None:
    """A byte now and then restarts any per-read timer; the deadline is over the whole answer."""
    over = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.settimeout(120)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not over.wait(0.005):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
            assert refused(grants(net=["127.0.0.1"]), url, timeout=0.1).kind == "timeout"
        finally:
            over.set()
            # On a busy machine the deadline may be over before there was a connection to accept.
            with suppress(OSError):
                socket.create_connection(listening.getsockname(), timeout=120).close()
            thread.join(120)
    assert not thread.is_alive(), "the server of this test has ended"


def test_no_connection_and_no_such_name() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # it does not listen, and nobody else is given the port
        port = deaf.getsockname()[1]
        assert refused(grants(net=["127.0.0.1"]), f"http://127.0.0.1:{port}/").kind == "connection"

    async def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    assert refused(grants(net=["nowhere.test"]), "http://nowhere.test/", resolve=unknown).kind == "connection"


def test_own_headers_and_bad_headers_are_refused() -> None:
    client = net(Grants.from_flags(everything=True))
    for headers in ({"Host": "x"}, {"Content-Length": "5"}):
        with pytest.raises(TaskFailure, match="is set by planc"):
            asyncio.run(client.request("GET", "http://127.0.0.1:1/", headers=headers))
    with Web({}) as web, pytest.raises(TaskFailure) as caught:
        asyncio.run(client.request("GET", f"{web.base}/", headers={"X-A": "b\r\nX-C: d"}))
    assert caught.value.error.kind == "bad_request"
    assert web.seen == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Mon, 09 Feb 2026 10:00:30 GMT", "date": "Mon, 09 Feb 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Mon, 09 Feb 2026 09:00:00 GMT", "date": "Mon, 09 Feb 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 09 Feb 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert HttpAnswer(429, "http://x.test/", headers, b"").retry_after == seconds
