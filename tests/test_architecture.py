"""The rules of ARCHITECTURE.md that a machine checks. `test_planted_violations.py` shows that each of them bites."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.checks import IMPORTS, LAYOUT, LINT, TYPES
from tests.support.sizes import oversized

ROOT = Path(__file__).parents[1]


def run(command: list[str]) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_follow_the_contracts() -> None:
    run(IMPORTS)


def test_lint() -> None:
    run(LINT)


def test_formatting() -> None:
    run(LAYOUT)


def test_types() -> None:
    run(TYPES)


def test_files_and_functions_are_short() -> None:
    assert oversized(ROOT) == []
