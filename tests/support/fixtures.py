"""Fixtures of diagnostics: plan files that say themselves what is wrong with them, beside a golden text.

Two witnesses: the comment `# error: P201` (or `# warning: …`, `# info: …`, several codes with commas) on the line that
the diagnostic must point at, and `NAME.txt`, the diagnostics as text with line, caret and help. `# error(+2): P201`
means two lines further down, for lines that cannot have a comment (inside block texts). The text is made here and not
by the product's own renderer, so that neither can hide a fault of the other.
"""

from __future__ import annotations

import re
from pathlib import Path

from planc_compiler import Compilation, compile_plan
from planc_schemas.codes import REGISTER
from planc_schemas.diagnostics import Diagnostic, Label

from .catalogue import Catalogue

FOLDER = Path(__file__).parents[1] / "diagnostics"
SUFFIX = ".plan.yaml"
_MARK = re.compile(r"# (error|warning|info)(?:\(\+(\d+)\))?: ((?:P\d+(?:, )?)+)")


def fixture_paths() -> list[Path]:
    """All fixtures; files in sub-folders are what they import."""
    return sorted(FOLDER.glob(f"*{SUFFIX}"))


def compile_fixture(path: Path) -> Compilation:
    """Compiles a fixture; the names of its files are relative to the folder of fixtures."""
    return compile_plan(path.read_bytes(), path.name, Catalogue(), load=_load)


def _load(name: str) -> bytes | None:
    path = FOLDER / name
    return path.read_bytes() if path.is_file() else None


def marks(path: Path) -> list[tuple[int, str, str]]:
    """(line, severity, code) of every mark in the file, sorted."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), start=1):
        for severity, further, codes in _MARK.findall(line):
            found += [(number + int(further or 0), severity, code) for code in codes.split(", ")]
    return sorted(found)


def places(diagnostics: list[Diagnostic], file: str) -> list[tuple[int, str, str]]:
    """(line, severity, code) of every diagnostic of the file itself (not of what it imports), sorted."""
    own = [found for found in diagnostics if found.place.file == file]
    return sorted((found.place.span.line, found.severity, found.code) for found in own)


def as_text(diagnostics: list[Diagnostic], source: str) -> str:
    """The diagnostics with their lines; `source` is the fixture's own text."""
    return "\n".join(_one(found, source.split("\n")) for found in diagnostics)


def _one(found: Diagnostic, lines: list[str]) -> str:
    parts = [f"{found.severity}[{found.code} {REGISTER[found.code].slug}]: {found.message}"]
    for label in found.labels:
        parts += _label(label, lines, found.place.file)
    parts += [f"  = help: {text}" for text in found.help]
    for fix in found.fixes:
        edits = "; ".join(f"{edit.span.line}:{edit.span.column} {edit.text!r}" for edit in fix.edits)
        parts.append(f"  = {'safe fix' if fix.safe else 'fix'}: {fix.title} ({edits})")
    return "\n".join(parts) + "\n"


def _label(label: Label, lines: list[str], file: str) -> list[str]:
    line, column, end_line, end_column = label.span
    parts = [f"  --> {label.file}:{line}:{column}"]
    if line == 0 or label.file != file:
        return parts
    written = lines[line - 1]
    width = max(1, (end_column if end_line == line else len(written) + 1) - column)
    return [*parts, f"   | {written}".rstrip(), f"   | {' ' * (column - 1)}{'^' * width} {label.text}".rstrip()]
