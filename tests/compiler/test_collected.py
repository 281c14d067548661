from __future__ import annotations

from planc_compiler.collected import MAX_OF_ONE_CODE, Collected
from planc_compiler.shape import parse
from planc_compiler.source import read
from planc_schemas.diagnostics import NOWHERE, Diagnostic, Label


def test_one_code_does_not_crowd_out_another() -> None:
    collected = Collected()
    for number in range(MAX_OF_ONE_CODE + 5):
        collected.add(Diagnostic("P101", f"number {number}", (Label("f", NOWHERE),)))
    collected.add(Diagnostic("P102", "another", (Label("f", NOWHERE),)))
    assert len(collected.found) == MAX_OF_ONE_CODE + 1
    assert collected.is_full("P101") and not collected.is_full("P102")
    assert collected.found[-2].message == f"number {MAX_OF_ONE_CODE - 1} (and more of these, which are not listed)"


def test_reading_stops_at_a_hundred_errors_of_one_code() -> None:
    source = read("a: 1\n" * 1000 + "b: !x 1\n", "f")
    assert source.root is None
    assert [found.code for found in source.diagnostics] == ["P006"] * MAX_OF_ONE_CODE


def test_a_thousand_misspelt_tasks() -> None:
    tasks = "".join(f"  t{n}: {{promt: x, tiemout: 3s}}\n" for n in range(1000))
    found = parse(read("version: 1\nname: x\ntasks:\n" + tasks, "f"))
    assert [d.code for d in found.diagnostics] == ["P102"] * MAX_OF_ONE_CODE
    assert "and more" in found.diagnostics[-1].message
    assert len(found.broken) > 900
