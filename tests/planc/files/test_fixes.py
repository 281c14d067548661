from __future__ import annotations

from pathlib import Path

import pytest

from planc.files.fixes import apply_fixes, fix_file, safe_fixes, write_whole
from planc.files.plans import compile_file
from planc.project import Project
from planc_schemas.diagnostics import Diagnostic, Edit, Fix, Label, Span

TEXT = "one: 1\ntwo: 2\nthree: 3\n"


def edit(line: int, start: int, end: int, text: str, file: str = "a") -> Edit:
    return Edit(file, Span(line, start, line, end), text)


def test_fixes_are_applied_by_position_whatever_their_order() -> None:
    fixes = [Fix("b", (edit(3, 1, 6, "drei"),)), Fix("a", (edit(1, 1, 4, "eins"), edit(2, 6, 7, "zwei")))]
    text, applied = apply_fixes(TEXT, "a", fixes)
    assert text == "eins: 1\ntwo: zwei\ndrei: 3\n"
    assert applied == fixes


def test_overlapping_and_foreign_fixes_wait() -> None:
    first, second = Fix("a", (edit(1, 1, 4, "x"),)), Fix("b", (edit(2, 1, 4, "y"), edit(1, 2, 3, "z")))
    elsewhere = Fix("c", (edit(3, 1, 2, "w", file="b"),))
    text, applied = apply_fixes(TEXT, "a", [first, second, elsewhere])
    assert text == "x: 1\ntwo: 2\nthree: 3\n"
    assert applied == [first]


def test_two_insertions_at_one_place_are_not_both_made() -> None:
    twice = Fix("a", (edit(1, 1, 1, "zero: 0\n"),))
    text, applied = apply_fixes(TEXT, "a", [twice, twice])
    assert text == "zero: 0\n" + TEXT
    assert len(applied) == 1


def test_an_edit_may_span_lines_and_reach_the_end() -> None:
    text, _ = apply_fixes(TEXT, "a", [Fix("a", (Edit("a", Span(2, 1, 4, 1), ""),))])
    assert text == "one: 1\n"


def test_only_the_first_safe_fix_of_a_diagnostic_is_taken() -> None:
    unsafe, safe, other = Fix("u", ()), Fix("s", (), safe=True), Fix("o", (), safe=True)
    label = (Label("a", Span(1, 1, 1, 2)),)
    diagnostics = [Diagnostic("P1", "m", label, fixes=(unsafe, safe, other)), Diagnostic("P1", "m", label)]
    assert safe_fixes(diagnostics) == [safe]


def test_a_file_is_written_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.plan.yaml"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    write_whole(path, "new\n")
    assert path.read_text(encoding="utf-8") == "new\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["a.plan.yaml"]


def test_a_file_that_is_not_utf8_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.plan.yaml"
    data = b"version: 1\nname: a\ntasks:\n  t: {promt: caf\xe9}\n"
    path.write_bytes(data)
    project = Project.here(tools=())
    file = compile_file(path, project.tools, folder=tmp_path)
    assert safe_fixes(file.diagnostics)
    assert fix_file(file, project, tell=pytest.fail) is file
    assert path.read_bytes() == data
