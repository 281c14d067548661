"""Every code's bad example shows it, and its good example does not."""

from __future__ import annotations

import pytest

from planc_compiler import compile_plan
from planc_schemas.codes import REGISTER, Code
from planc_schemas.diagnostics import has_errors
from tests.support.catalogue import Catalogue

FAMILIES = ("P0", "P1", "P2", "P3", "P4", "P5")
PART = "version: 1\nname: part\ntasks:\n  one:\n    prompt: Say one.\n"
WITH_EXAMPLES = [code for code in REGISTER.values() if code.id[:2] in FAMILIES and code.bad]
TOO_LARGE = {"P002", "P116", "P504", "P505"}
"""Their examples would be thousands of lines or many files; they have tests of their own."""
NOT_TEXT = {"P001"}
"""Its example would be no text."""


def load(bad: str, path: str) -> str | None:
    return {"part.plan.yaml": PART, "example.plan.yaml": bad}.get(path)


@pytest.mark.parametrize("code", WITH_EXAMPLES, ids=lambda code: code.id)
def test_examples(code: Code) -> None:
    bad = compile_plan(code.bad, "example.plan.yaml", Catalogue(), load=lambda path: load(code.bad, path))
    found = [diagnostic for diagnostic in bad.diagnostics if diagnostic.severity in ("error", "warning")]
    assert [diagnostic.code for diagnostic in found] == ([code.id] if code.severity != "info" else [])
    assert {diagnostic.severity for diagnostic in bad.diagnostics if diagnostic.code == code.id} == {code.severity}
    good = compile_plan(code.good, "example.plan.yaml", Catalogue(), load=lambda path: load(code.good, path))
    assert [diagnostic.message for diagnostic in good.diagnostics] == []
    assert not has_errors(good.diagnostics) and good.plan is not None


def test_codes_without_examples_are_known() -> None:
    without = {code.id for code in REGISTER.values() if code.id[:2] in FAMILIES and not code.bad}
    assert without == TOO_LARGE | NOT_TEXT
