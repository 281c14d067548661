from __future__ import annotations

import pytest

from planc_schemas.compiled import ToolWork
from planc_schemas.values import MAX_FOREACH_ITEMS
from tests.support.compiling import codes, plan_of, task_of

ONE = "inputs:\n  x: string\ntasks:\n  one:\n    tool: %s\n    with: %s\n"


@pytest.mark.parametrize(
    ("tool", "arguments", "rights"),
    [
        ("arxiv_search", "{query: a}", ["net:export.arxiv.org"]),
        ("http_request", "{url: 'https://api.example/v1'}", ["net:api.example:443"]),
        ("http_request", "{url: 'http://api.example:8080'}", ["net:api.example:8080"]),
        ("http_request", "{url: 'http://[::1]/x'}", ["net:[::1]:80"]),
        ("http_request", "{url: 'https://api.example/${{ inputs.x }}'}", ["net:api.example:443"]),
        ("http_request", "{url: 'https://a.example/', token: KEY}", ["net:a.example:443", "secret:KEY"]),
        ("write_file", "{path: notes/../out/a.md, content: x}", ["write:out/a.md"]),
        ("write_file", "{path: 'out/${{ inputs.x }}.md', content: x}", ["write:out"]),
        ("write_file", "{path: '${{ inputs.x }}', content: x}", ["write:*"]),
        ("read_files", "{paths: [a.txt, b/c.txt]}", ["read:a.txt", "read:b/c.txt"]),
        ("run_command", "{command: [git, '${{ inputs.x }}']}", ["run:git"]),
        ("word_count", "{text: a}", []),
    ],
)
def test_rights(tool: str, arguments: str, rights: list[str]) -> None:
    plan = plan_of(ONE % (tool, arguments))
    assert plan.rights == tuple(sorted([*rights, f"tool:{tool}"]))
    work = plan.tasks[0].work
    assert isinstance(work, ToolWork) and work.effects == tuple(rights)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("http_request", "{url: '${{ inputs.x }}'}"),
        ("http_request", "{url: 'https://api.example${{ inputs.x }}'}"),
        ("http_request", "{url: 'https://user@api.example/'}"),
        ("http_request", "{url: 'ftp://api.example/'}"),
        ("http_request", "{url: 'https://a.example:99999/'}"),
        ("http_request", "{url: 'https://a.example/', token: '${{ inputs.x }}'}"),
        ("run_command", "{command: ['${{ inputs.x }}', a]}"),
        ("run_command", "{command: '${{ [inputs.x] }}'}"),
    ],
)
def test_rights_that_are_not_constant(tool: str, arguments: str) -> None:
    assert codes(ONE % (tool, arguments)) == ["P501"]


def test_an_agent_chooses_its_arguments() -> None:
    plan = plan_of("tasks:\n  a:\n    agent: Look.\n    tools: [http_request, arxiv_search]\n")
    wanted = ("net:*", "net:export.arxiv.org", "secret:*", "tool:arxiv_search", "tool:http_request")
    assert plan.rights == wanted


def test_a_sub_plan_brings_its_rights() -> None:
    part = "version: 1\nname: part\ntasks:\n  a:\n    tool: arxiv_search\n    with: {query: x}\n"
    plan = plan_of("tasks:\n  a:\n    plan: part.plan.yaml\n", {"part.plan.yaml": part})
    assert plan.rights == ("net:export.arxiv.org", "tool:arxiv_search")


def test_too_many_items() -> None:
    items = ", ".join(["1"] * (MAX_FOREACH_ITEMS + 1))
    assert codes(f"tasks:\n  a:\n    foreach: {{in: [{items}]}}\n    prompt: Say.\n") == ["P504"]


def test_effects_decide_what_resume_and_reuse_do() -> None:
    body = """\
defaults: {retry: {max_attempts: 3}, timeout: 30s}
tasks:
  save: {tool: write_file, with: {path: a, content: b}}
  find: {tool: arxiv_search, with: {query: a}}
  person: {ask: Well?}
"""
    plan = plan_of(body)
    save, find, person = (task_of(plan, name) for name in ("save", "find", "person"))
    assert (save.on_interrupt, save.cache, save.retry.max_attempts, save.timeout) == ("fail", False, 1, 30.0)
    assert (find.on_interrupt, find.cache, find.retry.max_attempts, find.timeout) == ("rerun", True, 3, 30.0)
    assert (person.cache, person.retry.max_attempts, person.timeout) == (False, 1, None)
