"""Everybody can use the page: axe-core on every view in both schemes, narrow screens, no colour, no mouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.page import axe, finished, show, started
from tests.support.served import Server

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def runs(server: Server) -> Iterator[dict[str, str]]:
    names = ("fails", "ask", "grows", "retries", "approved", "agent")
    made = {name: finished(server, name) for name in names} | {"hang": started(server, "hang")}
    yield made
    # After a 429 the endpoint is asked by one call at a time: one that hangs would keep those of all later tests.
    server.post(f"/api/runs/{made['hang']}/cancel")
    server.finished(made["hang"])


def every_view(runs: dict[str, str]) -> list[tuple[str, str]]:
    """Address and what is there when the view is."""
    failed, grown = runs["fails"], runs["grows"]
    return [
        ("runs", "tbody tr"),
        ("runs?status=budget", ".empty"),
        (f"runs/{failed}", ".failures"),
        (f"runs/{failed}/bad", "aside .problem"),
        (f"runs/{failed}?tab=timeline", ".timeline .row"),
        (f"runs/{failed}?tab=tasks", ".rows tbody tr"),
        (f"runs/{failed}?tab=outputs", "#panel"),
        (f"runs/{failed}/bad?tab=plan", ".source li.marked"),
        (f"runs/{failed}?tab=events", ".events tbody tr"),
        (f"runs/{grown}/work%2Fbetter", "aside .source"),
        (f"runs/{runs['hang']}", ".node.s-running"),
        (f"runs/{runs['ask']}/ok", "aside form.ask"),
        (f"runs/{runs['retries']}?tab=timeline", ".wait"),
        (f"runs/{runs['agent']}/keep", ".memory li"),
        ("plans", "tbody tr"),
        ("plans/shout.plan.yaml", ".graph .node"),
        ("plans/broken.plan.yaml", ".inline.error"),
        ("plans/broken.plan.yaml?tab=problems", ".diagnostics"),
        ("plans/shout.plan.yaml?tab=run", "form.inputs"),
        ("diff", ".empty"),
        ("diff?before=shout.plan.yaml&after=sing.plan.yaml", ".changes"),
        ("diff?before=trip/old/trip.plan.yaml&after=trip/new/trip.plan.yaml", ".sub-plan"),
        ("asks", ".question .source"),
        ("new", ".examples"),
        ("nowhere", ".empty"),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_passes_axe(opened: Any, server: Server, runs: dict[str, str], scheme: str) -> None:
    page = opened(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for address, selector in every_view(runs):
        show(page, server, address, selector)
        problems = axe(page)
        if problems:
            found[address] = problems
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    if problems := axe(page):
        found["help"] = problems
    assert found == {}


def test_no_view_is_wider_than_a_narrow_screen(opened: Any, server: Server, runs: dict[str, str]) -> None:
    page = opened(viewport={"width": 360, "height": 740})
    wide = {}
    for address, selector in every_view(runs):
        show(page, server, address, selector)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wide[address] = over
    assert wide == {}


def test_every_state_has_a_sign_and_a_word_of_its_own(page: Any) -> None:
    """Colour is never the only difference: no two states are drawn with the same lines, none shares its label."""
    states = page.evaluate("import('/status.js').then((module) => module.STATUS)")
    signs = [(state.get("lines"), state.get("ring"), bool(state.get("fill"))) for state in states.values()]
    labels = [state["label"] for state in states.values()]
    assert len(set(signs)) == len(signs)
    assert len(set(labels)) == len(labels)


def test_tabbing_reaches_the_graph_and_shows_where_one_is(page: Any, server: Server, runs: dict[str, str]) -> None:
    show(page, server, f"runs/{runs['fails']}", "[data-task=bad]")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.task"):
            break
    assert page.evaluate("document.activeElement.dataset.task") == "bad"
    focused = "getComputedStyle(document.activeElement.querySelector('.box')).strokeWidth"
    assert page.evaluate(focused) == "3px"
