"""The API's documentation in a real Chromium: drawn from the document, filtered, deep-linked, accessible, alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from planc.serving.document import document
from tests.support.page import PATIENCE, axe
from tests.support.served import Server

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser
OPERATIONS = sum(len(methods) for methods in document()["paths"].values())


def test_every_operation_and_schema_is_shown(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/docs/")
    expect(page.locator(".operation")).to_have_count(OPERATIONS)
    expect(page.locator("section.schema")).to_have_count(len(document()["components"]["schemas"]))
    submit = page.locator(".operation", has=page.get_by_text("/api/runs", exact=True)).first
    expect(submit).to_contain_text("Authorization: Bearer $PLANC_TOKEN")
    page.get_by_label("Filter").fill("cancel")
    expect(page.locator(".operation")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1 operation")


def test_an_address_leads_to_its_operation_and_references_to_their_schema(page: Any, server: Server) -> None:
    name = document()["paths"]["/api/diff"]["post"]["operationId"]
    page.goto(f"{server.url}/docs/#{name}")
    place = page.locator(f"#{name}")
    place.wait_for()
    expect(place).to_be_in_viewport()
    place.get_by_role("link", name="DiffRequest").click()
    expect(page.locator("#schema-DiffRequest")).to_be_visible()
    expect(page).to_have_url(re.compile("#schema-DiffRequest$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_documentation_is_accessible(page: Any, server: Server, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{server.url}/docs/")
    page.wait_for_selector(".operation")
    assert axe(page) == []


def test_without_the_token_it_says_what_to_do(chromium: Any, server: Server) -> None:
    context = chromium.new_context()
    opened = context.new_page()
    context.set_default_timeout(PATIENCE)
    opened.goto(f"{server.url}/docs/")
    expect(opened.get_by_role("main")).to_contain_text("planc serve")
    context.close()
