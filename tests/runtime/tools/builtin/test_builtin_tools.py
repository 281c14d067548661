"""The catalogue of built-in tools."""

from __future__ import annotations

from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry


def test_all_built_in_tools_declare_what_they_touch() -> None:
    registry = ToolRegistry(builtin_tools({}))
    effects = {spec.name: spec.effects for spec in registry.specs()}
    assert effects == {
        "arxiv_search": ("net:export.arxiv.org",),
        "http_request": ("net:{url}", "secret:{bearer}"),
        "list_files": ("read:{path}",),
        "read_file": ("read:{path}",),
        "run_command": ("run:{command}", "env:{env}"),
        "write_file": ("write:{path}",),
    }
    assert registry.get("recall") is not None, "for agents with a memory, not for plans to name"
    changing = {spec.name for spec in registry.specs() if spec.changes_world}
    assert changing == {"http_request", "run_command", "write_file"}
    assert all(spec.description and spec.source == "built-in" for spec in registry.specs())


def test_their_schemas_explain_every_argument() -> None:
    for spec in ToolRegistry(builtin_tools({})).specs():
        assert "$ref" not in str(spec.arguments) + str(spec.result)
        assert spec.result, spec.name
        for name in spec.arguments.get("required", ()):
            assert spec.arguments["properties"][name].get("description"), f"{spec.name}.{name}"


def test_definitions_do_not_depend_on_the_operators_settings() -> None:
    """An approval made with arXiv itself holds with the feed server, and the other way round."""
    here, there = (
        ToolRegistry(builtin_tools(settings)) for settings in ({}, {"PLANC_ARXIV_URL": "http://127.0.0.1:1/"})
    )
    assert [spec.definition for spec in here.specs()] == [spec.definition for spec in there.specs()]
