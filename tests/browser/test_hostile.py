"""Whatever models and tools write is text on the page, however it looks and however long it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import planc
from tests.support.page import MEGABYTES, PATIENCE, PLANS, finished, show
from tests.support.served import Server

pytestmark = pytest.mark.browser


def test_a_hostile_output_is_text(page: Any, server: Server) -> None:
    run = finished(server, "hostile")
    show(page, server, f"runs/{run}/evil", "aside pre >> text=onerror")
    text = page.inner_text("aside pre >> nth=0")
    assert text.startswith("<img src=x onerror=alert(1)>")
    assert "\\u001b[31m" in text
    assert "\\u202e" in text
    assert len(text) < 5000, "a long text is folded"
    page.click("button:has-text('Show all')")
    page.wait_for_selector("button:has-text('Show less')")
    assert page.evaluate("document.querySelector('aside pre').textContent.length") > 200_000
    assert "owned" not in page.title()
    assert page.locator("main img").count() == 0
    for tab in ("outputs", "events", "tasks", "timeline"):
        show(page, server, f"runs/{run}?tab={tab}", "#panel")
        assert page.locator("main img").count() == 0


def test_megabytes_are_shown_when_asked_for(page: Any, server: Server) -> None:
    run = finished(server, "large")
    show(page, server, f"runs/{run}/much", "aside pre >> text=<b>word")
    assert len(page.inner_text("aside pre >> nth=0")) < 5000
    page.click("aside button:has-text('Show all')")
    page.wait_for_selector("button:has-text('Show less')")
    assert page.evaluate("document.querySelector('aside pre').textContent.length") >= MEGABYTES
    page.click("aside button:has-text('Show less')")
    page.wait_for_selector("button:has-text('Show all')")
    assert page.evaluate("document.querySelector('aside pre').textContent.length") < 5000


def test_a_report_is_one_file_that_asks_nobody(chromium: Any, server: Server, tmp_path: Path) -> None:
    run = finished(server, "hostile")
    done = planc("report", run, "-o", str(tmp_path / "run.html"), folder=server.folder)
    assert done.returncode == 0, done.stderr
    assert str(server.folder) not in (tmp_path / "run.html").read_text(), "no path of this machine in what is mailed"
    context = chromium.new_context(offline=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.goto(f"file://{tmp_path}/run.html#/runs/{run}/evil")
    page.wait_for_selector("aside pre >> text=onerror")
    assert page.locator("main img").count() == 0
    page.click("[role=tab]:has-text('Timeline')")
    page.wait_for_selector(".timeline .row")
    page.click("[role=tab]:has-text('Graph')")
    page.wait_for_selector("[data-task=evil].s-succeeded")
    assert page.evaluate("getComputedStyle(document.querySelector('.node .box')).strokeWidth") != "1px", "it has style"
    page.keyboard.press("[")
    page.wait_for_selector("text=As it was at event")
    page.click("[role=tab]:has-text('Plan')")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "evil.plan.yaml"
    assert Path(download.value.path()).read_text() == PLANS["hostile"]
    context.close()
    assert troubles == []


def test_a_report_names_sub_plans_without_the_folders_of_this_machine(server: Server, tmp_path: Path) -> None:
    run = finished(server, "trip/old/trip")
    done = planc("report", run, "-o", str(tmp_path / "run.html"), folder=server.folder)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "run.html").read_text()
    assert "plan day.plan.yaml" in html and str(server.folder) not in html
