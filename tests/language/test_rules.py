"""Every rule of docs/language.md is shown right and wrong, and every rule that is shown stands on that page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planc_compiler import compile_plan
from planc_schemas.diagnostics import Diagnostic
from tests.language.rules import AT_RUN_TIME, FILES, RULES, Rule
from tests.support.catalogue import Catalogue
from tests.support.compiling import HEAD

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
IDS = [f"{number}-{rule.code}-{rule.about[:24]}" for number, rule in enumerate(RULES)]
HARMLESS = {"P303", "P304", "P409"}
"""Warnings that the small plans here cannot help."""


def diagnostics(body: str) -> list[Diagnostic]:
    text = body if body.startswith(("version", "name")) else HEAD + body
    return compile_plan(text, "test.plan.yaml", Catalogue(), load=FILES.get).diagnostics


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_the_right_plan_is_right(rule: Rule) -> None:
    assert [(d.code, d.message) for d in diagnostics(rule.right) if d.code not in HARMLESS] == []


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_the_wrong_plan_is_told_so_and_nothing_else(rule: Rule) -> None:
    found = {d.code for d in diagnostics(rule.wrong)}
    assert rule.code in found
    assert found <= {rule.code, *HARMLESS}


def rules_of_the_page() -> list[str]:
    """The first cell of every row of a table, and every list item."""
    rows = re.findall(r"^\| (.+?) \|", PAGE, re.MULTILINE)
    items = re.findall(r"^- (.+)$", PAGE, re.MULTILINE)
    return [row for row in rows if row not in ("field", "kind")] + items


@pytest.mark.parametrize("written", rules_of_the_page())
def test_every_rule_of_the_page_is_shown(written: str) -> None:
    shown = {*(rule.about for rule in RULES), *AT_RUN_TIME}
    assert any(written == about or written.startswith(about) for about in shown)


def test_every_rule_that_is_shown_stands_on_the_page() -> None:
    text = " ".join(PAGE.split())
    assert [rule.about for rule in RULES if rule.about not in text] == []
    assert [about for about in AT_RUN_TIME if about not in text] == []
    assert [test for test in AT_RUN_TIME.values() if not (ROOT / test).is_file()] == []
