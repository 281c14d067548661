from __future__ import annotations

import gc

from planc_compiler import compile_plan
from planc_schemas.ports import NoTools
from tests.support.catalogue import Catalogue
from tests.support.compiling import HEAD, compiled


def test_problems_of_several_passes_come_together() -> None:
    body = (
        "inputs: {count: {type: integer, default: none}}\n"
        "tasks:\n"
        "  a: {prompt: 'Say ${{ 1 + }}.'}\n"
        "  b: {promt: Say.}\n"
        "  c: {needs: [d], value: 1}\n"
        "  d: {needs: [c], value: '${{ inputs.cuont }}'}\n"
        "  e: {tool: arxiv_search, with: {qery: a}}\n"
    )
    found = [diagnostic.code for diagnostic in compiled(body).diagnostics]
    assert sorted(code for code in found if not code.startswith("P1")) == ["P202", "P210", "P301", "P406", "P410"]
    assert any(code.startswith("P1") for code in found)


def test_diagnostics_are_sorted_by_place() -> None:
    body = "tasks:\n  a: {value: '${{ x }}'}\n  b: {value: '${{ y }}'}\noutputs:\n  o: ${{ z }}\n"
    spans = [diagnostic.place.span for diagnostic in compiled(body).diagnostics]
    assert len(spans) == 3 and spans == sorted(spans)


def test_bytes_and_texts_are_the_same() -> None:
    text = HEAD + "tasks:\n  a: {prompt: Grüße.}\n"
    assert compile_plan(text, "a", NoTools()).plan == compile_plan(text.encode(), "a", NoTools()).plan


def test_a_file_that_is_no_plan() -> None:
    for text in ("", "[1]", "tasks: 3", "a: [", "\x00"):
        done = compile_plan(text, "a", Catalogue())
        assert done.plan is None and done.diagnostics


def test_warnings_do_not_stop_a_plan() -> None:
    done = compiled("tasks:\n  a: {prompt: 'About {{ topic }}.'}\n")
    assert done.plan is not None and [found.severity for found in done.diagnostics] == ["warning"]


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    compiled("tasks:\n  a: {value: 1}\n")
    assert gc.isenabled()
    gc.disable()
    try:
        compiled("tasks:\n  a: {value: 1}\n")
        assert not gc.isenabled()
    finally:
        gc.enable()
