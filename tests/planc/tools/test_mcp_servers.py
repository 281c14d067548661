"""MCP servers of the user configuration, with a real server process."""

from __future__ import annotations

import sys
from pathlib import Path

from planc.config.userfile import Mcp, read_user_file
from planc.runs.rights import missing_rights
from planc.tools.mcp_servers import add_mcp_tools
from planc_runtime.tools.registry import ToolRegistry
from tests.support.tooling import grants

COMMAND = [sys.executable, "-m", "tests.support.mcp_server", "stdio"]


def test_tools_of_a_configured_server_are_in_the_catalogue_and_need_their_right(tmp_path: Path) -> None:
    from planc_compiler.pipeline import compile_plan

    file = tmp_path / "config.toml"
    file.write_text(f"[mcp.ex]\ncommand = {COMMAND!r}\n", encoding="utf-8")
    registry = ToolRegistry()
    assert add_mcp_tools(registry, read_user_file(file).mcp, {}) == []
    text = "version: 1\nname: p\ntasks:\n  a:\n    tool: ex.add\n    with: {a: 1}\n"
    plan = compile_plan(text, "p.plan.yaml", registry).plan
    assert plan is not None
    assert [right.flag for right in missing_rights(plan, grants())] == ["--allow-tool=ex.add"]
    assert missing_rights(plan, grants(tool=["ex.*"])) == []
    wrong = compile_plan(text.replace("a: 1", "a: one"), "p.plan.yaml", registry)
    assert wrong.plan is None


def test_servers_that_cannot_be_used_are_left_out_with_a_note() -> None:
    registry = ToolRegistry()
    servers = {
        "gone": Mcp(command=["no-such-command-here"]),
        "keyless": Mcp(command=COMMAND, env=["ABSENT_KEY"]),
        "both": Mcp(command=COMMAND, url="http://127.0.0.1:1/"),
    }
    notes = add_mcp_tools(registry, servers, {})
    assert list(registry.names()) == []
    assert [note.split(":")[0] for note in notes] == [
        "[mcp.keyless] is left out",
        "[mcp.both] is left out",
        "MCP server `gone`",
    ]
    assert "ABSENT_KEY is not set" in notes[0]
