"""Start-up is part of the product: real processes, counted imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import clean_environment

HEAVY = ("openai", "fastapi", "mcp", "rich", "pydantic", "yaml", "jinja2", "sqlite3", "asyncio", "xllamacpp")

UNUSED = (
    *("openai", "fastapi", "mcp", "rich", "xllamacpp", "docstring_parser", "genai_prices"),
    *("planc_compiler.planner", "planc.serving", "planc.files.approvals", "planc.runs.tapes"),
    *("planc_runtime.server", "planc_runtime.replay.cassette", "planc_runtime.models.openai_client"),
    *("planc_runtime.models.endpoint", "planc_runtime.models.completion"),
    *("planc_runtime.models.embedded.engine", "planc_runtime.tools.builtin.arxiv_search"),
)
"""Parts of planc and of others that a plan of values has no use for."""


def planc(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "planc", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom planc.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        f"print('imported:', *[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1].strip() == "imported:"


def test_a_run_loads_nothing_that_its_plan_does_not_use(tmp_path: Path) -> None:
    (tmp_path / "one.plan.yaml").write_text("version: 1\nname: one\ntasks: {a: {value: 1}}\n", "utf-8")
    code = (
        "import sys\nfrom planc.cli import main\n"
        "try:\n    main(['execute', 'one.plan.yaml'])\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
        f"print('imported:', *[name for name in {UNUSED!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment(tmp_path),
    )
    assert done.stderr.splitlines()[-1].strip() == "imported:"


def test_every_command_has_a_module_and_the_same_help() -> None:
    import importlib

    from planc.cli.table import COMMANDS

    for name, entry in COMMANDS.items():
        command = importlib.import_module(f"planc.cli.{entry.module}").command
        assert command.name == name
        assert command.get_short_help_str(200), name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc"], "Did you mean"),
        (["zzzzzz"], "No such command 'zzzzzz'"),
        (["--versoin"], "--version"),
        (["explain", "--jsn"], "--json"),
    ],
)
def test_a_typo_names_the_nearest(arguments: list[str], message: str) -> None:
    done = planc(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_version() -> None:
    done = planc("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "planc")
