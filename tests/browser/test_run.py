"""One run on the page: its graph, timeline, tasks, outputs, plan, events, history, and the panel of a task."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.page import finished, passing, show
from tests.support.served import Server

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_a_run_is_watched_from_its_form_to_its_outputs(page: Any, server: Server) -> None:
    show(page, server, "plans/shout.plan.yaml?tab=run", "form.inputs")
    page.fill("#in-words", '["hey", "ho"]')
    page.click("form.inputs button")
    page.wait_for_selector(".run[data-status=succeeded]")
    expect(page.locator(".node.s-succeeded")).to_have_count(2)
    expect(page.locator("[data-task=each]"), "a foreach is one node with its progress").to_contain_text("2/2")
    expect(page.locator("aside.overview")).to_contain_text("echo: Shout hey, echo: Shout ho")
    page.click("[role=tab]:has-text('Outputs')")
    expect(page.locator("#panel")).to_contain_text("echo: Shout hey, echo: Shout ho")


def test_inputs_that_are_no_json_are_named_before_anything_is_sent(page: Any, server: Server) -> None:
    show(page, server, "plans/shout.plan.yaml?tab=run", "form.inputs")
    page.fill("#in-words", "[one")
    page.click("form.inputs button")
    page.wait_for_selector("form.inputs [role=alert]:has-text('words is no JSON list')")


def test_the_task_panel_shows_prompt_output_attempts_figures_and_lines(page: Any, server: Server) -> None:
    run = finished(server, "shout")
    show(page, server, f"runs/{run}", "[data-task=each]")
    page.click("[data-task=each]")
    page.click(".instances button:has-text('[1]')")
    page.wait_for_selector("aside .value >> text=echo: Shout two")
    aside = page.locator("aside.task")
    for words in ("Shout two", "Tokens in", "Tokens out", "Took", "unpriced", "1 attempt"):
        expect(aside).to_contain_text(words, use_inner_text=True)
    expect(page.locator("aside .source")).to_contain_text('prompt: "Shout ${{ word }}"')
    expect(page.locator("aside .source .gutter").first, "lines are numbered as in the file").to_have_text("6")
    expect(page, "every selection is a link").to_have_url(re.compile("each%5B1%5D$"))
    page.click("button[aria-label='Instance after']")
    page.wait_for_selector("aside h2:has-text('each[2]')")
    page.click("aside .reads button:has-text('all')")
    page.wait_for_selector("aside h2:has-text('all')")
    page.keyboard.press("Escape")
    page.wait_for_selector("aside.overview")


def test_a_foreach_that_collects_its_failures_is_shown_as_the_success_it_is(page: Any, server: Server) -> None:
    run = finished(server, "brief")
    show(page, server, f"runs/{run}", ".node.s-failed[data-task=ask_quickly]")
    node = page.locator(".node.s-succeeded[data-task=ask_some]")
    expect(node, "both of its instances failed, and it went on without them").to_contain_text("2/2")
    expect(node.locator(".progress rect.s-failed")).to_have_count(1)
    node.click()
    expect(page.locator("aside .what").first).to_contain_text("succeeded")
    expect(page.locator("aside .instances .s-failed").first).to_contain_text("failed")


def test_a_retry_is_hatched_and_the_critical_path_is_outlined(page: Any, server: Server) -> None:
    run = finished(server, "retries")
    show(page, server, f"runs/{run}?tab=timeline", ".timeline .row")
    row = page.locator("[data-instance=again]")
    expect(row.locator(".attempt.a-failed")).to_have_count(1)
    expect(row.locator(".attempt.a-succeeded")).to_have_count(1)
    expect(row.locator(".wait")).to_have_attribute("fill", "url(#hatch)")
    expect(row.locator("title")).to_contain_text("critical path")
    row.click()
    for words in ("R503", "the next after 1.0 s"):
        expect(page.locator("aside .attempts")).to_contain_text(words)
    show(page, server, f"runs/{run}", ".node.critical .outline")
    expect(page.locator(".edge.critical")).to_have_count(1)


def test_the_list_of_tasks_is_filtered_by_status_and_words(page: Any, server: Server) -> None:
    run = finished(server, "fails")
    show(page, server, f"runs/{run}?tab=tasks", ".rows tbody tr")
    expect(page.locator(".rows tbody tr")).to_have_count(2)
    page.click(".filters button:has-text('failed')")
    expect(page.locator(".rows tbody tr")).to_have_count(1)
    expect(page, "a filter is a link").to_have_url(re.compile("#.*status=failed"))
    page.fill(".filters input", "nothing like this")
    page.wait_for_selector("text=No task matches")
    page.click("button:has-text('Show all 2')")
    expect(page.locator(".rows tbody tr")).to_have_count(2)


def test_plan_and_events(page: Any, server: Server) -> None:
    run = finished(server, "shout")
    show(page, server, f"runs/{run}/each?tab=plan", ".source li.marked")
    expect(page.locator("#panel .source li.marked"), "the whole task is marked").to_have_count(3)
    page.click("#panel .source li:has-text('value:')")
    page.wait_for_selector("aside h2:has-text('all')")
    show(page, server, f"runs/{run}?tab=events", ".events tbody tr")
    expect(page.locator(".events")).to_contain_text("run_finished")
    page.fill(".filters input", "expanded")
    expect(page.locator(".events tbody tr")).to_have_count(1)


def test_the_scrubber_goes_through_history(page: Any, server: Server) -> None:
    run = finished(server, "shout")
    show(page, server, f"runs/{run}", "#scrub")
    page.evaluate(
        "(() => { const s = document.getElementById('scrub'); s.value = 2; s.dispatchEvent(new Event('input')); })()"
    )
    page.wait_for_selector(".node.s-pending")
    expect(page.locator("aside.overview")).to_contain_text("As it was at event 2")
    page.keyboard.press("]")
    page.wait_for_selector("text=As it was at event 3")
    page.keyboard.press("[")
    page.wait_for_selector("text=As it was at event 2")
    page.click("button:has-text('To the end')")
    expect(page.locator(".node.s-succeeded")).to_have_count(2)
    with passing(page, "aside.overview", "As it was at event"):
        page.click("button[aria-label='Play the history']")
    expect(page.locator(".node.s-succeeded")).to_have_count(2)


def test_subtasks_made_while_running_fold_and_unfold(page: Any, server: Server) -> None:
    run = finished(server, "grows")
    show(page, server, f"runs/{run}", "[data-task='work/better']")
    expect(page.locator(".group")).to_have_count(1)
    expect(page.locator("[data-task=work]")).to_have_attribute("aria-expanded", "true")
    page.focus("[data-task=work]")
    page.keyboard.press(" ")
    page.wait_for_selector("[data-task='work/better']", state="detached")
    expect(page.locator("[data-task=work]")).to_have_attribute("aria-expanded", "false")
    page.click("[data-task=work] .fold")
    page.click("[data-task='work/better']")
    page.wait_for_selector("aside h2:has-text('work/better')")
    source = page.locator("aside .source")
    expect(source, "its lines are those of the plan that was made").to_contain_text("Improve it.")
    show(page, server, f"runs/{run}/work", "aside h3:has-text('2 subtasks')")
    page.click("aside summary:has-text('The plan that was made for it')")
    expect(page.locator("aside details[open] .source").first).to_contain_text("name: rhyme")
    with page.expect_download() as download:
        page.click("aside button:has-text('Download')")
    assert download.value.suggested_filename == "work.plan.yaml"
    assert "name: rhyme" in Path(download.value.path()).read_text()


def test_a_failure_says_what_and_what_to_do(page: Any, server: Server) -> None:
    run = finished(server, "fails")
    show(page, server, f"runs/{run}", ".failures:has-text('$.n')")
    page.click(".failures button")
    page.wait_for_selector("aside.task .problem:has-text('$.n')")
    expect(page.locator(".node.s-skipped")).to_have_count(1)
    show(page, server, f"runs/{run}/after", "aside .notice:has-text('Skipped')")


def test_an_agents_turns_and_its_memory_are_shown(page: Any, server: Server) -> None:
    finished(server, "agent")
    run = finished(server, "agent")
    show(page, server, f"runs/{run}/keep", "aside .memory li:nth-child(2)")
    turns = ("Turn 1: remember", "Turn 2: forget, refused", "Turn 3: recall", "Turn 4: the answer", "Noted.")
    for words in (*turns, "Memory plan:tea: ", "Tea is <b>liked</b>.", "Tokens in"):  # tokens: of all turns together
        expect(page.locator("aside")).to_contain_text(words, use_inner_text=True)


def test_keyboard_alone_is_enough(page: Any, server: Server) -> None:
    run = finished(server, "shout")
    show(page, server, f"runs/{run}", "[data-task=each]")
    page.focus("[data-task=each]")
    page.keyboard.press("ArrowRight" if page.locator("text=↓").count() else "ArrowDown")
    page.wait_for_selector("aside h2:has-text('all')")
    for key, tab in (("2", "Timeline"), ("3", "Tasks"), ("6", "Events"), ("1", "Graph")):
        page.keyboard.press(key)
        page.wait_for_selector(f"[role=tab][aria-selected=true]:has-text('{tab}')")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    expect(page.locator("dialog")).to_contain_text("fold or unfold")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_selector("h1:has-text('Plans')")
    page.wait_for_selector("tbody tr")
    page.keyboard.press("/")
    expect(page.locator("input[type=search]")).to_be_focused()
    page.keyboard.type("shout.plan")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("Escape")
    page.focus(".list tbody a")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('shout.plan.yaml')")


def test_copying(opened: Any, server: Server) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    run = finished(server, "shout")
    show(page, server, f"runs/{run}/each%5B0%5D", "aside .value >> text=echo: Shout one")
    with passing(page, "button", "Copied"):
        page.click("button:has-text('Copy id')")
    assert page.evaluate("navigator.clipboard.readText()") == run
    with passing(page, "aside .value button", "Copied"):
        page.click("aside .value:has-text('Output') button:has-text('Copy')")
    assert page.evaluate("navigator.clipboard.readText()") == "echo: Shout one"
    with passing(page, "aside .head button", "Copied"):
        page.click("button:has-text('Copy link')")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/runs/{run}/each%5B0%5D")
