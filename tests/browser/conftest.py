"""A real Chromium (the distribution's) over playwright. Without one the tests are skipped; in CI that is a failure."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.endpoint import Endpoint
from tests.support.page import FLAGS, PATIENCE, PLANS, scripted
from tests.support.served import TOKEN, Server

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
sync_api.expect.set_options(timeout=PATIENCE)

Opening = Callable[..., Any]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """Ends with the package: while playwright's loop runs in this thread, no test can use asyncio.run."""
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if path is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(scripted) as running:
        yield running


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, endpoint: Endpoint) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PLANS.items():
        path = folder / f"{name}.plan.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with Server(folder, "--no-reuse", base_url=endpoint.base_url) as running:
        yield running


@pytest.fixture
def opened(chromium: Any, server: Server) -> Iterator[Opening]:
    """Opens pages that are logged in, with the options of a browser context. At the end of the test: nothing was on
    the console, no error was thrown, and no request went to another origin."""
    contexts = []
    troubles: list[str] = []

    def open_page(served: Server = server, **options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 820}, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: troubles.append(request.url) if not _own(request.url, served) else None)

        def expected_troubles() -> None:
            """At the end of a test that made the browser complain. What it says late is heard with the closing."""
            page.close()
            troubles.clear()

        page.expected_troubles = expected_troubles
        page.goto(f"{served.url}/?token={TOKEN}")
        page.wait_for_selector("h1")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(opened: Opening) -> Any:
    return opened()


def _own(url: str, server: Server) -> bool:
    return url.startswith((f"{server.url}/", "data:", "blob:"))
