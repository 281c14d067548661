"""Fixes, made for real: the text after the edits is a plan without that problem."""

from __future__ import annotations

import pytest

from planc_compiler.node import Node
from planc_compiler.shape import parse
from planc_compiler.shape.repairs import duration
from planc_compiler.source import read
from planc_schemas.diagnostics import Edit

HEAD = "version: 1\nname: x\ntasks:\n"


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    """Makes the edits by hand, from the last to the first."""
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        lines = text.split("\n")
        first, last = lines[edit.span.line - 1], lines[edit.span.end_line - 1]
        new = first[: edit.span.column - 1] + edit.text + last[edit.span.end_column - 1 :]
        lines[edit.span.line - 1 : edit.span.end_line] = [new]
        text = "\n".join(lines)
    return text


REPAIRS = [
    ("a: {promt: x}", "a: {prompt: x}"),
    ("a: {prompt: x, timeout: 30}", "a: {prompt: x, timeout: 30s}"),
    ("a: {prompt: x, timeout: 1.5}", "a: {prompt: x, timeout: 1500ms}"),
    ("a: {prompt: x, timeout: 5 minutes}", "a: {prompt: x, timeout: 5m}"),
    ("a: {prompt: x, timeout: 1h 30min}", "a: {prompt: x, timeout: 90m}"),
    ("a: {prompt: x, needs: b}", "a: {prompt: x, needs: [b]}"),
    ("a: {prompt: x, needs: 'b, c'}", "a: {prompt: x, needs: [b, c]}"),
    ("a: {agent: x, tools: read_file}", "a: {agent: x, tools: [read_file]}"),
    ("a: {prompt: x, retry: {retry_on: timout}}", "a: {prompt: x, retry: {retry_on: [timeout]}}"),
    ("a: {prompt: x, retry: 3}", "a: {prompt: x, retry: {max_attempts: 3}}"),
    ("a: {prompt: x, cache: yes}", "a: {prompt: x, cache: true}"),
    ("a: {prompt: x, cache: 1d}", "a: {prompt: x, cache: {ttl: 1d}}"),
    ("a: {prompt: x, on_error: continue}", "a: {prompt: x, on_error: skip}"),
    ("a: {prompt: x, depends_on: [b]}", "a: {prompt: x, needs: [b]}"),
    ("a: {prompt: 5}", 'a: {prompt: "5"}'),
    ('a: {prompt: x, max_tokens: "5"}', "a: {prompt: x, max_tokens: 5}"),
    ('a: {prompt: x, foreach: "${{ inputs.x }}"}', 'a: {prompt: x, foreach: {in: "${{ inputs.x }}"}}'),
    ("a: {goal: x, approve: no}", "a: {goal: x, approve: false}"),
]


@pytest.mark.parametrize(("wrong", "right"), REPAIRS, ids=[wrong for wrong, _ in REPAIRS])
def test_safe_fix(wrong: str, right: str) -> None:
    rest = "\n  b: {value: 1}\n  c: {value: 1}\n"
    text = HEAD + "  " + wrong + rest
    (found,) = parse(read(text, "f")).diagnostics
    (fix,) = found.fixes
    assert fix.safe
    fixed = edited(text, fix.edits)
    assert fixed == HEAD + "  " + right + rest
    assert parse(read(fixed, "f")).diagnostics == []


def test_an_id_is_renamed_with_its_references() -> None:
    text = HEAD + (
        "  find-papers: {value: [1]}\n"
        "  find-papers-2: {value: [2]}\n"
        "  b:\n    needs: [find-papers]\n"
        "    prompt: |\n      ${{ tasks.find-papers.output }} and ${{ tasks.find-papers-2.output }}\n"
        '    system: "tasks.find-papers"\n'
    )
    found = parse(read(text, "f"))
    assert [d.code for d in found.diagnostics] == ["P106", "P106"]
    assert found.plan is not None and list(found.plan.tasks) == ["find_papers", "find_papers_2", "b"]
    edits = tuple(edit for d in found.diagnostics for edit in d.fixes[0].edits)
    fixed = edited(text, edits)
    assert "find-papers" not in fixed
    again = parse(read(fixed, "f"))
    assert again.diagnostics == [] and again.plan == found.plan


def test_a_taken_id_is_not_offered() -> None:
    text = HEAD + "  find-papers: {value: 1}\n  find_papers: {value: 2}\n"
    found = parse(read(text, "f"))
    assert found.diagnostics[0].fixes == ()
    assert found.broken == {"find-papers"}


def test_a_key_that_is_there_already_is_not_offered() -> None:
    (found,) = parse(read(HEAD + "  a: {prompt: x, timeout: 3s, timout: 4s}\n", "f")).diagnostics
    assert found.fixes == () and "already there" in found.help[0]


def test_the_missing_version_is_written() -> None:
    text = "# note\nname: x\ntasks: {a: {value: 1}}\n"
    (found,) = parse(read(text, "f")).diagnostics
    fixed = edited(text, found.fixes[0].edits)
    assert fixed.startswith("# note\nversion: 1\nname: x\n")
    assert parse(read(fixed, "f")).diagnostics == []


DURATIONS: list[tuple[str | float, str | None]] = [
    *((30, "30s"), (0.25, "250ms"), (90, "90s"), (120, "2m"), ("30", "30s"), ("2 h", "2h"), ("1m30s", "90s")),
    *(("1 day", "1d"), ("12:30", None), ("soon", None), ("", None), (0, None), (-3, None), (True, None), ("1x", None)),
    ("9" * 70, None),
]


@pytest.mark.parametrize(("value", "meant"), DURATIONS)
def test_durations(value: str | float, meant: str | None) -> None:
    assert duration(Node("scalar", value=value)) == meant


def test_references_under_another_word_for_needs_are_renamed_in_the_same_round() -> None:
    text = HEAD + "  a-b: {value: 1}\n  c: {value: 2, depends_on: [a-b]}\n"
    found = parse(read(text, "f")).diagnostics
    assert [d.code for d in found] == ["P106", "P102"]
    fixed = edited(text, tuple(edit for d in found for edit in d.fixes[0].edits))
    assert fixed == HEAD + "  a_b: {value: 1}\n  c: {value: 2, needs: [a_b]}\n"


def test_a_word_of_another_meaning_is_offered_and_not_taken() -> None:
    (found,) = parse(read(HEAD + "  a: {prompt: x, retries: 3}\n", "f")).diagnostics
    assert found.help == ("did you mean `retry`?",) and not found.fixes[0].safe
