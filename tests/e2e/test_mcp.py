"""MCP servers through the command line: configured by the operator, called by plans and agents, pinned by definition.

The servers are real processes, over stdio and over streamable HTTP; only the model's words are made up.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_planning import settings
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.replies import text, tool_call

ROOT = Path(__file__).parents[2]
MODULE = [sys.executable, "-m", "tests.support.mcp_server"]
PLAN = """\
version: 1
name: sums
tasks:
  first: {tool: ex.add, with: {a: 2, b: 3}}
  sure: {ask: "Is ${{ tasks.first.output.result }} right?", output: boolean}
  last: {needs: [sure], tool: ex.add, with: {a: "${{ tasks.first.output.result }}"}}
outputs: {sum: "${{ tasks.last.output.result }}"}
"""
AGENT = """\
version: 1
name: agent
tasks:
  work: {agent: Add 2 and 3., tools: [ex.add, ex.echo]}
outputs: {sum: "${{ tasks.work.output }}"}
"""
ALLOW = ("--allow-tool", "ex.*")


def configured(folder: Path, *arguments: str, url: str = "") -> dict[str, str]:
    """The operator's configuration with one server; gives the environment that names it."""
    command = [*MODULE, "stdio", *arguments]
    server = f'url = "{url}"' if url else f"command = {command!r}\nfolder = '{ROOT}'"
    (folder / "config.toml").write_text(f"[mcp.ex]\n{server}\n", encoding="utf-8")
    return {"PLANC_CONFIG": str(folder / "config.toml")}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with subprocess.Popen([*MODULE, "http"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def test_a_run_is_pinned_to_the_definitions_it_was_checked_with(tmp_path: Path) -> None:
    (tmp_path / "sums.plan.yaml").write_text(PLAN, encoding="utf-8")
    as_it_was = configured(tmp_path)
    denied = planc("execute", "sums.plan.yaml", folder=tmp_path, **as_it_was)
    assert denied.returncode == 4 and "--allow-tool=ex.add" in denied.stderr
    assert planc("approve", "sums.plan.yaml", folder=tmp_path, **as_it_was).returncode == 0
    waiting = planc("execute", "sums.plan.yaml", "--locked", *ALLOW, folder=tmp_path, **as_it_was)
    assert waiting.returncode == 6, waiting.stderr
    assert planc("answer", "last", "sure", "yes", folder=tmp_path, **as_it_was).returncode == 0

    changed = configured(tmp_path, "--changed")
    locked = planc("execute", "sums.plan.yaml", "--locked", *ALLOW, folder=tmp_path, **changed)
    assert locked.returncode == 4 and "the definition of tool ex.add changed" in locked.stderr
    refused = planc("resume", "last", *ALLOW, folder=tmp_path, **changed)
    assert refused.returncode == 2, refused.stderr
    assert "the definition of `ex.add` (MCP server ex) is not the one" in refused.stderr
    kept = planc("resume", "last", "--original", *ALLOW, folder=tmp_path, **changed)
    assert kept.returncode == 1 and "R409" in kept.stderr and "`ex.add`" in kept.stderr
    accepted = planc("resume", "last", "--plan", "sums.plan.yaml", *ALLOW, folder=tmp_path, **changed)
    assert accepted.returncode == 6 and "the definition of `ex.add` changed" in accepted.stderr, accepted.stderr


def test_an_agent_calls_a_server_over_http_and_only_what_its_list_names(tmp_path: Path, url: str) -> None:
    (tmp_path / "agent.plan.yaml").write_text(AGENT, encoding="utf-8")
    script = [tool_call("ex_add", {"a": 2, "b": 3}), tool_call("ex_pid", {}), text("It is 5.")]
    with Endpoint(script) as endpoint:
        given = {**settings(endpoint), **configured(tmp_path, url=url)}
        done = planc("execute", "agent.plan.yaml", *ALLOW, folder=tmp_path, **given)
        assert (done.returncode, done.stdout.strip()) == (0, "It is 5."), done.stderr
        assert 'turn 1: ex.add(a=2, b=3) → {"result": 5}' in done.stderr
        assert "turn 2: ex_pid({}) refused: the tool `ex_pid` is not among the tools of this task" in done.stderr
        offered = [tool["function"]["name"] for tool in endpoint.requests[0].body["tools"]]
    assert offered == ["ex_add", "ex_echo"]


def test_plans_that_need_no_server_do_without_one_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a.plan.yaml").write_text("version: 1\nname: a\ntasks:\n  a: {value: 1}\n", encoding="utf-8")
    (tmp_path / "sums.plan.yaml").write_text(PLAN, encoding="utf-8")
    gone = configured(tmp_path, url="http://127.0.0.1:9/mcp")
    done = planc("execute", "a.plan.yaml", folder=tmp_path, **gone)
    assert done.returncode == 0 and "note: MCP server `ex`" in done.stderr
    checked = planc("check", "sums.plan.yaml", folder=tmp_path, **gone)
    assert checked.returncode == 3 and "ex.add" in checked.stdout and "note: MCP server `ex`" in checked.stderr
