"""The page while things happen: runs go on, wait, are cancelled; the server dies and comes back; plans are written."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.endpoint import Endpoint
from tests.support.page import GATES, PATIENCE, PLANS, finished, show, started
from tests.support.processes import wait_until
from tests.support.served import Server

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_a_real_run_is_followed_task_by_task(page: Any, server: Server) -> None:
    run = started(server, "gated")
    show(page, server, f"runs/{run}", "[data-task=first].s-running")
    page.wait_for_selector(".live")
    page.wait_for_selector("[data-task=second].s-pending")
    expect(page).to_have_title(re.compile("^0/2 running: gated"))
    GATES["first"].set()
    page.wait_for_selector("[data-task=first].s-succeeded")
    page.wait_for_selector("[data-task=second].s-running")
    GATES["second"].set()
    page.wait_for_selector(".run[data-status=succeeded]")
    expect(page).to_have_title(re.compile("^2/2 succeeded: gated"))


def test_cancel(page: Any, server: Server) -> None:
    run = started(server, "hang")
    show(page, server, f"runs/{run}", ".node.s-running")
    page.click("button:has-text('Cancel')")
    page.wait_for_selector(".run[data-status=cancelled]")
    expect(page.locator("button:has-text('Resume')")).to_have_count(1)


def test_what_only_an_explicit_wish_tries_again_is_offered(page: Any, server: Server) -> None:
    run = started(server, "brief")
    show(page, server, f"runs/{run}", ".run[data-status=failed]")
    anew = page.locator("button:has-text('Resume, 1 task anew')")
    expect(anew).to_have_attribute("title", re.compile("ask_quickly"))
    anew.click()
    expect(page.locator(".ids")).to_contain_text("resumed 1 time")
    page.wait_for_selector(".run[data-status=failed]")


def test_a_replay_is_named_and_is_not_resumed(page: Any, server: Server) -> None:
    run = finished(server, "fails")
    show(page, server, f"runs/{run}", "button:has-text('Resume')")
    page.click("button:has-text('Replay')")
    page.wait_for_selector(f".ids a[href='#/runs/{run}']")
    page.wait_for_selector(".run[data-status=failed]")
    expect(page.locator("button:has-text('Replay')")).to_have_count(1)
    expect(page.locator("button:has-text('Resume')")).to_have_count(0)


def test_the_list_of_runs_keeps_itself_up_to_date(page: Any, server: Server) -> None:
    run = started(server, "hang")
    show(page, server, "runs?status=running", f"tr a[href='#/runs/{run}']")
    server.post(f"/api/runs/{run}/cancel")
    page.wait_for_selector(f"tr a[href='#/runs/{run}']", state="detached")


def test_a_question_comes_by_itself_and_is_answered(page: Any, server: Server) -> None:
    show(page, server, "asks", "h1")
    run = finished(server, "ask")
    card = page.locator(f".question:has(a[href='#/runs/{run}/ok'])")
    expect(card).to_contain_text("Publish it?")
    page.wait_for_selector("nav .badge")
    card.locator("button:has-text('Yes')").click()
    card.locator("text=Answered").wait_for()
    show(page, server, f"runs/{run}?tab=outputs", ".run[data-status=succeeded]")
    page.wait_for_selector("#panel:has-text('published')")


def test_a_no_is_an_answer_too(page: Any, server: Server) -> None:
    run = finished(server, "ask")
    show(page, server, f"runs/{run}", ".run[data-status=waiting]")
    page.click("aside button:text-is('No')")
    page.wait_for_selector(".run[data-status=succeeded]")
    page.wait_for_selector(".node.s-skipped")


def test_an_answer_of_the_wrong_kind_is_told_and_may_be_mended(page: Any, server: Server) -> None:
    run = finished(server, "number")
    show(page, server, f"runs/{run}/ask_number", "aside form.ask")
    page.fill("aside form.ask input", "0")
    page.click("aside button:has-text('Answer')")
    page.wait_for_selector("aside form.ask [role=alert]")
    page.fill("aside form.ask input", "21")
    page.click("aside button:has-text('Answer')")
    page.wait_for_selector(".run[data-status=succeeded]")
    page.expected_troubles()  # the browser tells the refusal on the console


def test_the_plan_of_a_goal_is_read_and_approved(page: Any, server: Server) -> None:
    run = finished(server, "approved")
    show(page, server, f"runs/{run}", "aside form.ask .source")
    expect(page.locator("aside form.ask .source")).to_contain_text("prompt: Write a rhyme about cats.")
    page.click("aside button:has-text('Approve')")
    page.wait_for_selector(".run[data-status=succeeded]")
    page.wait_for_selector("[data-task='work/better'].s-succeeded")


def test_a_goal_becomes_a_plan_that_is_edited_approved_and_run(page: Any, server: Server) -> None:
    show(page, server, "new", "#goal")
    page.fill("#goal", "Write a rhyme about cats and improve it")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#yaml")
    page.wait_for_selector(".new [data-task=better]")
    text = page.input_value("#yaml")
    page.fill("#yaml", text.replace("Improve it.", "Improve it, with ${{ tasks.nobody.output }}."))
    page.wait_for_selector(".diagnostics >> text=P201")
    expect(page.locator(".approve"), "a plan with errors cannot be approved").to_have_count(0)
    page.click(".diagnostics button")
    wait_until(lambda: "nobody" in page.evaluate("getSelection().toString()"))
    page.fill("#yaml", text.replace("Improve it.", "Improve it twice."))
    page.click("button:has-text('Approve and run')")
    page.wait_for_selector(".run[data-status=succeeded]")
    page.click("[role=tab]:has-text('Plan')")
    page.wait_for_selector("#panel:has-text('Improve it twice.')")


def downloaded(page: Any) -> tuple[str, bytes]:
    """Name and bytes of what the Download button gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_an_edited_plan_is_kept_as_a_file_and_so_is_that_of_its_run(page: Any, server: Server) -> None:
    show(page, server, "new", "#goal")
    page.fill("#goal", "Write a rhyme about cats and improve it")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".approve")
    edited = page.input_value("#yaml").replace("name: rhyme", "name: cats-2").replace("Improve it.", "Bessere Töne: ✓")
    page.fill("#yaml", edited)
    page.wait_for_selector("button[title='Keep it as cats-2.plan.yaml']")
    before = sorted(server.folder.rglob("*.yaml"))
    assert downloaded(page) == ("cats-2.plan.yaml", edited.encode())
    assert sorted(server.folder.rglob("*.yaml")) == before, "the server writes nothing"
    page.fill("#yaml", "tasks: [")
    page.wait_for_selector(".diagnostics .error")
    assert downloaded(page) == ("plan.plan.yaml", b"tasks: [")
    page.fill("#yaml", edited)
    page.click("button:has-text('Approve and run')")
    page.wait_for_selector(".run[data-status=succeeded]")
    page.click("[role=tab]:has-text('Plan')")
    page.wait_for_selector(".planfile .source")
    assert downloaded(page) == ("cats-2.plan.yaml", edited.encode())


def test_the_graph_grows_while_the_plan_is_written(page: Any, server: Server) -> None:
    show(page, server, "new", "#goal")
    page.fill("#goal", "A rhyme that is written slowly")
    page.click("button:has-text('Plan it')")
    page.wait_for_selector(".writing [data-task=rhyme]")
    page.wait_for_selector(".writing [role=status]:has-text('1 task so far, the last is rhyme')")
    page.wait_for_selector("button:has-text('Stop planning')")
    expect(page).to_have_title(re.compile("^Planning"))
    expect(page.locator(".writing .node")).to_have_count(1)
    assert page.locator("#yaml, .approve").count() == 0, "nothing can be approved before the plan is whole"
    GATES["writing"].set()
    page.wait_for_selector(".approve")
    expect(page.locator(".writing")).to_have_count(0)
    expect(page.locator(".seen .node")).to_have_count(2)
    expect(page.locator("#yaml")).to_have_value(re.compile("Write a rhyme about cats.*Improve it", re.DOTALL))
    expect(page.locator(".steps [aria-current]")).to_have_text(re.compile("Approve and run"))


def test_planning_can_be_stopped(page: Any, server: Server) -> None:
    show(page, server, "new", "#goal")
    page.fill("#goal", "A goal that is held back")
    page.click("button:has-text('Plan it')")
    page.wait_for_selector(".writing [role=status]")
    page.click("button:has-text('Stop planning')")
    page.wait_for_selector("button:has-text('Plan it')")
    assert page.locator("#yaml").count() == 0
    assert page.locator("[role=alert]").count() == 0
    GATES["planning"].set()


@pytest.fixture
def own_server(tmp_path: Path, endpoint: Endpoint) -> Any:
    """A server of one test, which may kill it."""
    for name in ("hang", "shout"):
        (tmp_path / f"{name}.plan.yaml").write_text(PLANS[name])
    with Server(tmp_path, "--no-reuse", base_url=endpoint.base_url) as running:
        yield running


def test_the_page_survives_a_restart_of_the_server(opened: Any, own_server: Server) -> None:
    page = opened(own_server)
    run = started(own_server, "hang")
    show(page, own_server, f"runs/{run}", ".node.s-running")
    own_server.stop(signal.SIGKILL)
    page.wait_for_selector("text=Trying again every second")
    own_server.start()
    page.wait_for_selector("text=Trying again every second", state="detached")
    page.wait_for_selector(".ids:has-text('resumed 1 time')")
    page.wait_for_selector(".node.s-running")
    page.click("button:has-text('Cancel')")
    page.wait_for_selector(".run[data-status=cancelled]")
    seen = page.evaluate("document.querySelector('.run').dataset.seq")
    assert int(seen) == own_server.get(f"/api/runs/{run}/events?limit=1000")["events"][-1]["seq"], "no gap"
    page.expected_troubles()  # the refused connections of the time without a server


def test_a_server_with_another_token_says_so(opened: Any, tmp_path: Path, endpoint: Endpoint) -> None:
    (tmp_path / "hang.plan.yaml").write_text(PLANS["hang"])
    other = ("--no-reuse", "--token", "another-token-long-enough-for-it")
    with Server(tmp_path, "--no-reuse", base_url=endpoint.base_url) as first:
        page = opened(first)
        run = started(first, "hang")
        show(page, first, f"runs/{run}", ".node.s-running")
        first.stop(signal.SIGKILL)
        with Server(tmp_path, *other, base_url=endpoint.base_url, port=first.port):
            page.wait_for_selector("text=planc serve")
            page.close()
    page.expected_troubles()


def test_without_the_token_the_page_says_what_to_do(chromium: Any, server: Server) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(server.url)
    page.wait_for_selector("[role=alert]:has-text('planc serve')")
    context.close()
