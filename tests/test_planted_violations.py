"""A check that cannot fail is none: each rule is broken in a copy of the source, and the checks must find it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checks import IMPORTS, LAYOUT, LINT
from tests.support.sizes import MAX_FILE_LINES, MAX_FUNCTION_LINES, oversized

ROOT = Path(__file__).parents[1]
FOLDERS = ("planc", "compiler", "runtime", "schemas")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The source and the checks' configuration, to be spoilt."""
    root = tmp_path / "copy"
    root.mkdir()
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "page"))
    for name in ("pyproject.toml", ".importlinter"):
        shutil.copy(ROOT / name, root / name)
    return root


def run(command: list[str], root: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(root / folder) for folder in FOLDERS)
    environment = {**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *command], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def plant(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


FORBIDDEN_IMPORTS = [
    ("compiler/planc_compiler/node.py", "planc_runtime", "never know each other"),
    ("runtime/planc_runtime/machine/machine.py", "planc_compiler", "never know each other"),
    ("schemas/planc_schemas/values.py", "planc", "never know each other"),
    ("schemas/planc_schemas/values.py", "sqlite3", "are pure"),
    ("runtime/planc_runtime/machine/machine.py", "time", "are pure"),
    ("runtime/planc_runtime/machine/machine.py", "yaml", "yaml is read in one place"),
    ("runtime/planc_runtime/evaluate/interpreter.py", "jinja2", "jinja2 parses expressions"),
    ("planc/planc/api.py", "openai", "openai has one home"),
    ("runtime/planc_runtime/executor/execute.py", "sqlite3", "SQL has one home"),
    ("runtime/planc_runtime/executor/execute.py", "rich", "belong to the command line"),
    ("schemas/planc_schemas/values.py", "planc_schemas.plan", "The layers of planc_schemas"),
]


def test_the_unspoilt_copy_passes(copy: Path) -> None:
    done = run(IMPORTS, copy)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_forbidden_import_is_found(copy: Path) -> None:
    """All are planted at once, because each run takes seconds; each must be named in its contract's report."""
    for file, module, _ in FORBIDDEN_IMPORTS:
        plant(copy / file, f"\n\ndef planted_{module.replace('.', '_')}() -> None:\n    import {module}\n")
    done = run(IMPORTS, copy)
    assert done.returncode != 0
    broken = " ".join(row for row in done.stdout.splitlines() if "BROKEN" in row)
    for file, module, contract in FORBIDDEN_IMPORTS:
        importer = file.partition("/")[2].removesuffix(".py").replace("/", ".")
        assert contract in broken
        assert f"{importer} -> {module} (l." in done.stdout, f"{importer} -> {module}"


def test_a_type_checking_import_does_not_dodge_the_contracts(copy: Path) -> None:
    plant(
        copy / "compiler/planc_compiler/node.py",
        "\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import planc_runtime\n",
    )
    assert run(IMPORTS, copy).returncode != 0


def test_a_module_in_no_layer_is_found(copy: Path) -> None:
    (copy / "schemas/planc_schemas/planted.py").write_text("", encoding="utf-8")
    done = run(IMPORTS, copy)
    assert done.returncode != 0
    assert "planc_schemas.planted" in done.stdout


def test_a_type_error_is_found(copy: Path) -> None:
    plant(copy / "schemas/planc_schemas/values.py", '\n\ndef planted() -> int:\n    return "no number"\n')
    done = run(["-m", "mypy", "--cache-dir", str(copy / "cache"), "-p", "planc_schemas"], copy)
    assert done.returncode == 1
    assert "values.py" in done.stdout
    assert "Incompatible return value type" in done.stdout


@pytest.mark.parametrize(
    ("command", "text"),
    [(LINT, "\nimport os\n"), (LINT, "\nprint('debris')\n"), (LAYOUT, "\nx = {  'a':1 }\n")],
    ids=["unused import", "print", "layout"],
)
def test_untidy_source_is_found(copy: Path, command: list[str], text: str) -> None:
    plant(copy / "schemas/planc_schemas/values.py", text)
    done = run(command, copy)
    assert done.returncode == 1
    assert "values.py" in done.stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\n" * (MAX_FILE_LINES + 1), f"more than {MAX_FILE_LINES}"),
        ("def long() -> None:\n" + "    pass\n" * MAX_FUNCTION_LINES, f"more than {MAX_FUNCTION_LINES}"),
        ("async def long() -> None:\n" + "    pass\n" * MAX_FUNCTION_LINES, f"more than {MAX_FUNCTION_LINES}"),
    ],
    ids=["file", "function", "async function"],
)
def test_an_oversized_piece_is_found(copy: Path, text: str, why: str) -> None:
    (copy / "schemas/planc_schemas/planted.py").write_text(text, encoding="utf-8")
    found = [problem for problem in oversized(copy) if "planted.py" in problem]
    assert len(found) == 1
    assert why in found[0]
