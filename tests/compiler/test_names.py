from __future__ import annotations

import pytest

from tests.support.compiling import codes, compiled, plan_of, task_of

TWO = 'tasks:\n  a:\n    prompt: Say a.\n  b:\n    value: "${{ %s }}"\n'


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("tasks.a.output", "reads"),
        ("tasks.a.output | default('x')", "soft"),
        ("tasks.a.output is none", "soft"),
        ("tasks.a.output is defined", "soft"),
        ("tasks.a.output is string", "reads"),
        ("tasks.a.status", "soft"),
        ("tasks.a.errors | length", "soft"),
        ("tasks.a.output | upper | default('x')", "reads"),
        ("'x' | default(tasks.a.output)", "soft"),
        ("'x' | default(tasks.a.output | upper)", "reads"),
        ("(tasks.a.output or none) | default('x')", "soft"),
        ("(tasks.a.output if true else 1) | default('x')", "soft"),
        ("(1 if tasks.a.output else 2) | default('x')", "reads"),
        ("tasks.a.output or 'x'", "reads"),
        ("tasks.a.status ~ tasks.a.output", "reads"),
    ],
)
def test_reads_and_soft_reads(expression: str, kind: str) -> None:
    task = task_of(plan_of(TWO % expression), "b")
    assert task.waits_for == ("a",)
    assert (task.reads, task.soft_reads) == ((("a",), ()) if kind == "reads" else ((), ("a",)))


def test_a_soft_read_goes_through_members() -> None:
    body = "tasks:\n  a:\n    value: {x: [{y: 1}]}\n  b:\n    value: ${{ tasks.a.output.x[0].y | default(1) }}\n"
    assert task_of(plan_of(body), "b").soft_reads == ("a",)


def test_reads_inside_tags_and_every_field() -> None:
    body = """\
tasks:
  a: {value: true}
  b: {value: [1]}
  c: {prompt: Say c.}
  d: {prompt: Say d.}
  e: {value: f}
  reader:
    if: ${{ tasks.a.output }}
    foreach: {in: "${{ tasks.b.output }}"}
    prompt: "{% if tasks.c.output %}{% for x in [1] %}${{ x }}{% endfor %}{% endif %}"
    system: "${{ tasks.d.output }}"
    on_error: {value: "${{ tasks.e.output }}"}
"""
    assert task_of(plan_of(body), "reader").reads == ("a", "b", "c", "d", "e")


def test_a_reference_to_a_task_that_could_not_be_read_is_no_second_problem() -> None:
    body = 'tasks:\n  a:\n    description: No kind.\n  b:\n    prompt: "${{ tasks.a.output.x }}"\n'
    found = compiled(body)
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["P107"]


def test_a_misspelt_reference_does_not_make_its_target_unread() -> None:
    body = 'tasks:\n  fetch:\n    prompt: Say.\n  b:\n    prompt: "${{ tasks.fetsh.output }}"\n'
    assert codes(body + "outputs:\n  b: ${{ tasks.b.output }}\n") == ["P201"]


def test_an_item_is_seen_by_its_own_task_only() -> None:
    body = 'tasks:\n  a:\n    foreach: {in: [1], as: n}\n    prompt: "${{ n }}"\n  b:\n    prompt: "${{ n }}"\n'
    found = compiled(body).diagnostics
    assert [(diagnostic.code, diagnostic.task) for diagnostic in found] == [("P204", "b")]


def test_models_that_are_not_declared_are_the_providers() -> None:
    assert codes("tasks:\n  a:\n    model: anything/else\n    prompt: Say a.\n") == []


def test_fixes_of_slips_are_safe_and_others_are_not() -> None:
    slip = compiled(TWO.replace("  a:", "  fetch:") % "tasks.fetsh.output").diagnostics[0]
    assert [(fix.safe, fix.edits[0].text) for fix in slip.fixes] == [(True, "fetch")]
    tool = compiled("tasks:\n  a:\n    tool: arxiv\n    with: {query: x}\n").diagnostics[0]
    assert [(fix.safe, fix.edits[0].text) for fix in tool.fixes] == [(False, "arxiv_search")]
