"""The lists and the views of plans, with their empty states and their errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.page import PLANS, finished, show
from tests.support.processes import wait_until
from tests.support.served import Server

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_the_list_of_runs(page: Any, server: Server) -> None:
    run = finished(server, "shout")
    show(page, server, "runs", f"tr a[href='#/runs/{run}']")
    page.wait_for_selector(f"tr:has(a[href='#/runs/{run}']):has-text('succeeded')")  # the list looks now and then
    for words in ("shout", "unpriced"):
        expect(page.locator(f"tr:has(a[href='#/runs/{run}'])")).to_contain_text(words)
    page.click(".chips a:has-text('budget')")
    page.wait_for_selector("text=No run has this status")
    page.click("text=All runs")
    page.fill("input[type=search]", run)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.fill("input[type=search]", "no such run")
    page.wait_for_selector("text=Nothing matches")
    page.fill("input[type=search]", "")
    page.click(f"tr:has(a[href='#/runs/{run}']) td.number >> nth=0")
    page.wait_for_selector(".run[data-status=succeeded]")


def test_an_empty_folder_says_how_to_begin(opened: Any, tmp_path: Path) -> None:
    with Server(tmp_path) as empty:
        page = opened(empty)
        page.wait_for_selector("text=No runs yet")
        show(page, empty, "plans", "text=No plan in this folder")
        show(page, empty, "asks", "text=Nobody waits for you")
        show(page, empty, "diff", "text=Choose two plans")


def test_a_plan_with_its_graph_yaml_estimate_and_rights(page: Any, server: Server) -> None:
    show(page, server, "plans", "tbody tr:has-text('1 error')")
    page.click("a:has-text('shout.plan.yaml')")
    page.wait_for_selector(".graph [data-task=each]")
    for words in ("Model calls", "Critical path", "none beyond the model"):
        expect(page.locator(".facts")).to_contain_text(words)
    page.click("[data-task=each]")
    expect(page.locator(".source li.marked").first).to_contain_text("each:")
    page.click(".source li:has-text('all: {value')")
    page.wait_for_selector("[data-task=all].selected")


def test_a_plan_file_is_approved(page: Any, server: Server) -> None:
    file = server.folder / "approval.plan.yaml"
    file.write_text(PLANS["ask"])
    show(page, server, "plans/approval.plan.yaml", ".graph .node")
    page.click("button:text-is('Approve')")
    page.wait_for_selector(".head .status:has-text('approved')")
    file.write_text(PLANS["ask"].replace("Publish it?", "Publish it now?"))
    show(page, server, "plans", "tr:has-text('approval.plan.yaml') >> text=changed since")
    page.click("a:has-text('approval.plan.yaml')")
    page.wait_for_selector("text=Changed since it was approved")
    page.click("button:has-text('Approve it anew')")
    page.wait_for_selector(".head .status:has-text('approved')")


def test_problems_stand_under_their_lines(page: Any, server: Server) -> None:
    show(page, server, "plans/broken.plan.yaml", ".source .inline.error")
    expect(page.locator(".source li.has-error")).to_contain_text("P201")
    page.click("[role=tab]:has-text('Problems')")
    page.click(".diagnostics button")
    page.wait_for_selector(".source li.marked")


def test_two_plans_as_one_graph(page: Any, server: Server) -> None:
    show(page, server, "diff?before=shout.plan.yaml&after=sing.plan.yaml", ".node.s-changed")
    expect(page.locator("ins").first).to_have_text("Sing")
    page.wait_for_selector(".node.s-removed, .node.s-renamed")
    expect(page.locator(".reruns")).to_contain_text("each changed", use_inner_text=True)
    page.click("[data-task=each]")
    expect(page.locator(".changes > li")).to_have_count(1)
    page.click("a[aria-label='Swap the two plans']")
    page.wait_for_selector("ins:text-is('Shout')")
    show(page, server, "diff?before=shout.plan.yaml&after=shout.plan.yaml", "text=Both plans mean the same")


TRIP = "diff?before=trip/old/trip.plan.yaml&after=trip/new/trip.plan.yaml"


def test_what_changed_in_a_sub_plan_is_marked_named_and_reached_by_keyboard(page: Any, server: Server) -> None:
    show(page, server, TRIP, "[data-task=days].s-changed")
    for task, mark in (("walk", "changed"), ("lake", "added"), ("inn", "removed")):
        page.wait_for_selector(f"[data-task='days/{task}'].s-{mark}")
    part = page.get_by_role("region", name="trip/new/day.plan.yaml changed")
    expect(part.locator("del", has_text="two")).to_have_count(1)
    expect(part.locator("ins", has_text="three")).to_have_count(1)
    named = re.compile("days\\s+plan day.plan.yaml\\s+changed\\s+its sub-plan changed: 1 added, 1 removed, 1 changed")
    page.get_by_role("button", name=named).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-task=days].selected")
    expect(part.locator(".changes > li")).to_have_count(3)
    page.keyboard.press("Space")
    page.wait_for_selector("[data-task='days/walk']", state="detached")
    page.keyboard.press("Space")
    page.wait_for_selector("[data-task='days/walk']")
    part.get_by_role("button", name="walk", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-task='days/walk'].selected")
    expect(page.locator(".changes > li")).to_have_text(re.compile("walk.*prompt.*two.*three", re.DOTALL))


def test_on_a_narrow_screen_the_changes_stand_below_the_graph(opened: Any, server: Server) -> None:
    page = opened(viewport={"width": 600, "height": 820})
    show(page, server, TRIP, ".sub-plan")
    under, changes = (page.locator(name).bounding_box() for name in (".under", ".changes-box"))
    assert changes["y"] >= under["y"] + under["height"]


def test_what_was_removed_from_a_sub_plan_leads_nowhere(page: Any) -> None:
    """In a diff an edge out of a sub-plan comes from a task that is still there."""
    nodes = [{"id": "part", "parent": None, "mark": "changed"}, {"id": "end", "parent": None, "mark": "same"}]
    nodes += [{"id": f"part/{mark}", "parent": "part", "mark": mark} for mark in ("same", "added", "removed")]
    edges = [("part", "end", "same"), ("part/same", "part/added", "added"), ("part/same", "part/removed", "removed")]
    graph = {"nodes": nodes, "edges": [{"source": one, "target": two, "mark": mark} for one, two, mark in edges]}
    drawn = "(graph) => import('/graph/folding.js').then((module) => module.visible(graph, () => true).edges)"
    ends = [(edge["source"], edge["target"]) for edge in page.evaluate(drawn, graph)]
    assert ("part/added", "end") in ends and ("part/removed", "end") not in ends
    assert ("part", "part/same") in ends


def test_an_unknown_address_and_a_missing_run(page: Any, server: Server) -> None:
    show(page, server, "nowhere", ".empty")
    show(page, server, "runs/%E0%A4%A", "[role=alert]")
    show(page, server, "runs/zzzz", "[role=alert]:has-text('zzzz')")
    show(page, server, "plans/none.plan.yaml", "[role=alert]")
    page.expected_troubles()  # the browser tells a 404 on the console


def test_the_theme_is_chosen_and_kept(page: Any, server: Server) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(colour)
    page.keyboard.press("t")
    page.keyboard.press("t")
    page.wait_for_selector("html[data-theme=dark]")
    wait_until(lambda: page.evaluate(colour) != light)
    page.reload()
    page.wait_for_selector("html[data-theme=dark]")
    page.keyboard.press("t")
    page.wait_for_selector("html:not([data-theme])")
    wait_until(lambda: page.evaluate(colour) == light)
