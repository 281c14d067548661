"""What the pages say is true: links lead somewhere, plans compile, commands and names exist."""

from __future__ import annotations

import ast
import shlex
import tomllib
from pathlib import Path

import click
import pytest

import planc
from planc.cli import planc as command_line
from planc.cli.reference import reference
from planc.config.userfile import UserFile
from planc.files.plans import compile_text
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from tests.support.markdown import ROOT, Block, anchors, blocks, links, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: no such file"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


def plan_blocks() -> list[Block]:
    return [block for block in blocks("yaml") if "version: 1\n" in block.text and "tasks:\n" in block.text]


@pytest.mark.parametrize("block", plan_blocks(), ids=lambda block: block.name)
def test_whole_plans_compile(block: Block) -> None:
    file = compile_text(block.text, str(block.page.with_suffix(".plan.yaml")), ToolRegistry(builtin_tools({})))
    assert [f"{found.code} {found.message}" for found in file.diagnostics] == []


def commands() -> list[tuple[str, str]]:
    """Every `planc …` line of console blocks: (where, command)."""
    found: list[tuple[str, str]] = []
    for block in blocks("console", "sh", "bash"):
        for offset, line in enumerate(block.text.splitlines()):
            text = line.removeprefix("$ ").split("   #")[0].strip()
            if text.startswith("planc ") and (line.startswith("$ ") or block.language != "console"):
                found.append((f"{block.page.relative_to(ROOT)}:{block.line + offset}", text))
    return found


@pytest.mark.parametrize(("where", "text"), commands(), ids=[where for where, _ in commands()])
def test_commands_exist_with_these_options(where: str, text: str) -> None:
    arguments = shlex.split(text.split(" | ")[0].split(" > ")[0])[1:]
    command: click.Command = command_line
    context = click.Context(command, info_name="planc")
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        name, found, arguments = command.resolve_command(context, arguments)
        assert found is not None, where
        context = click.Context(found, info_name=name, parent=context)
        command = found
    command.make_parser(context).parse_args(list(arguments))


def test_the_command_reference_is_generated() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert text == reference(), "run: python -m planc.cli.reference > docs/cli.md"


@pytest.mark.parametrize("block", blocks("toml"), ids=lambda block: block.name)
def test_configuration_examples_are_valid(block: Block) -> None:
    content = tomllib.loads(block.text)
    if "project" not in content:
        UserFile.model_validate(content)


PYTHON = [block for block in blocks("python") if "…" not in block.text]  # with an ellipsis it is a sketch


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_python_examples_parse_and_name_what_exists(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "planc":
            assert node.attr in planc.__all__, f"{block.name}: planc.{node.attr}"


def test_there_is_something_to_check() -> None:
    """A pattern that matches nothing would pass every test above."""
    assert plan_blocks()
    assert commands()
    assert blocks("toml")
