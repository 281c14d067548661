"""The size limits of the source: short files, short functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
FOLDERS = ("planc", "compiler", "runtime", "schemas", "tests", "experiments")


def oversized(root: Path) -> list[str]:
    """Every Python file and function of the project at `root` that is too long, as `path:line: why`."""
    problems: list[str] = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(root).as_posix()
            lines = len(text.splitlines())
            if lines > MAX_FILE_LINES:
                problems.append(f"{name}:1: {lines} lines, more than {MAX_FILE_LINES}")
            problems.extend(f"{name}:{why}" for why in _long_functions(ast.parse(text, filename=name)))
    return problems


def _long_functions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield f"{node.lineno}: {node.name} has {lines} lines, more than {MAX_FUNCTION_LINES}"
