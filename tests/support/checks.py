"""The static checks as command lines for `python`, used on the project and on copies with planted violations."""

from __future__ import annotations

IMPORTS = [
    "-c",
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))",
]
LINT = ["-m", "ruff", "check", "--no-cache", "."]
LAYOUT = ["-m", "ruff", "format", "--check", "--no-cache", "."]
TYPES = ["-m", "mypy"]
