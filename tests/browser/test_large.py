"""A thousand tasks: the document stays small, everything stays within reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.page import show
from tests.support.served import Server
from tests.support.showcase import survey

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def run(server: Server) -> str:
    identity: str = server.post("/api/runs", {"text": survey(40, 25)})["run_id"]
    server.finished(identity)
    return identity


def test_only_what_is_in_sight_is_drawn(page: Any, server: Server, run: str) -> None:
    show(page, server, f"runs/{run}", ".minimap")
    page.wait_for_selector(".run .facts:has-text('1001 of 1001')")
    assert page.locator(".node").count() < 250
    assert page.locator(".edge").count() < 5, "edges of a kind are one path"
    page.evaluate("document.querySelector('.canvas').scrollTo(3000, 2000)")
    page.wait_for_selector("[data-task=s30_15]")
    assert page.locator(".node").count() < 250
    page.keyboard.press("f")
    page.wait_for_selector("[data-task=s39_00]")
    expect(page.locator(".node")).to_have_count(1001)
    show(page, server, f"runs/{run}?tab=timeline", ".timeline .row")
    assert page.locator(".timeline .row").count() < 80
    show(page, server, f"runs/{run}?tab=tasks", ".rows tbody tr")
    assert page.locator(".rows tbody tr").count() < 120


def test_any_task_is_a_link_a_search_or_some_keys_away(page: Any, server: Server, run: str) -> None:
    show(page, server, f"runs/{run}/s39_24", "[data-task=s39_24].selected")
    expect(page.locator("[data-task=s39_24]"), "the selected task is scrolled into sight").to_be_in_viewport()
    page.focus("[data-task=s39_24]")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector("[data-task=s38_24].selected")
    page.keyboard.press("3")
    page.fill(".filters input", "s17_03")
    page.click(".rows button:has-text('s17_03')")
    page.wait_for_selector("aside h2:has-text('s17_03')")
