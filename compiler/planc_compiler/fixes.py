"""Machine-applicable fixes put into a text. Which of them are made, and what is done with the text, others decide."""

from __future__ import annotations

from collections.abc import Iterable

from planc_schemas.diagnostics import Diagnostic, Edit, Fix


def apply_fixes(text: str, file: str, fixes: Iterable[Fix]) -> tuple[str, list[Fix]]:
    """The text after as many of `fixes` as fit together, and those that were applied.

    A fix is applied whole or not at all: one that touches another file, or overlaps with one before it, is left for
    the next round.
    """
    taken: list[tuple[int, int, str]] = []
    applied: list[Fix] = []
    starts = _line_starts(text)
    for fix in fixes:
        pieces = [_piece(edit, starts) for edit in fix.edits]
        if any(edit.file != file for edit in fix.edits) or _overlap(pieces, taken):
            continue
        taken.extend(pieces)
        applied.append(fix)
    for start, end, replacement in sorted(taken, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text, applied


def safe_fixes(diagnostics: Iterable[Diagnostic]) -> list[Fix]:
    """The first safe fix of each diagnostic."""
    first = (next((fix for fix in diagnostic.fixes if fix.safe), None) for diagnostic in diagnostics)
    return [fix for fix in first if fix is not None]


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts.extend(index + 1 for index, character in enumerate(text) if character == "\n")
    return starts


def _piece(edit: Edit, starts: list[int]) -> tuple[int, int, str]:
    span = edit.span
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1, edit.text


def _overlap(pieces: list[tuple[int, int, str]], taken: list[tuple[int, int, str]]) -> bool:
    return any((a[0] < b[1] and b[0] < a[1]) or a[:2] == b[:2] for a in pieces for b in taken)
