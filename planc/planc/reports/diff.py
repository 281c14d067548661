"""The semantic difference of two plans as text, markdown and JSON."""

from __future__ import annotations

from collections.abc import Sequence

from planc.escape import one_line
from planc.serving.differences import field_change, import_change, task_change
from planc_compiler.review.changes import FieldChange, PlanDiff, TaskChange
from planc_compiler.review.estimate import Estimate
from planc_compiler.review.words import word_diff
from planc_schemas.values import Json, canonical_json

from . import ranges

MARKS = {"added": "+", "removed": "-", "changed": "~", "renamed": ">"}
SHOWN = 200
CONTEXT = 24
"""Characters of unchanged text kept around a changed word."""


def diff_text(diff: PlanDiff) -> str:
    """A line a task, its changed fields below, then the envelope, rights, numbers and what runs again."""
    if diff.empty:
        return "no difference in meaning"
    lines = _changes(diff.tasks, diff.envelope)
    for change in diff.imports:
        was = f" (was {one_line(change.previous_path)})" if change.previous_path else ""
        lines.append(f"  {MARKS[change.change]} plan {one_line(change.path)}{was}")
        lines.extend(f"  {line}" for line in _changes(change.tasks, change.envelope))
    lines.extend(f"  + right {one_line(right)}" for right in diff.rights_added)
    lines.extend(f"  - right {one_line(right)}" for right in diff.rights_removed)
    lines.append("")
    lines.append("  " + "   ".join(f"{name} {before} → {after}" if before != after else f"{name} {after}"
                                  for name, before, after in _numbers(diff.before, diff.after)))  # fmt: skip
    again = ", ".join(item.id for item in diff.reruns) or "nothing"
    if diff.before.critical_path != diff.after.critical_path:
        lines.append(f"  longest: {one_line(' → '.join(diff.after.critical_path), 1000)}")
    lines.append(f"  re-runs: {one_line(again, 1000)}")
    return "\n".join(lines)


def _changes(tasks: Sequence[TaskChange], envelope: Sequence[FieldChange]) -> list[str]:
    width = max((len(change.id) for change in tasks), default=0)
    lines: list[str] = []
    for change in tasks:
        lines.append(f"  {MARKS[change.change]} {change.id:<{width}}  {_headline(change)}")
        lines.extend(f"      {field.path}: {_field(field)}" for field in change.fields)
    return [*lines, *(f"  ~ {field.path}: {_field(field)}" for field in envelope)]


def diff_markdown(diff: PlanDiff, title: str, graph: str) -> str:
    """For a comment on a pull request; `graph` is the new plan's mermaid text."""
    if diff.empty:
        return f"### {title}\n\nNo difference in meaning.\n"
    lines = [f"### {title}", "", "| | task | change |", "|---|---|---|", *_rows(diff.tasks, diff.envelope)]
    for change in diff.imports:
        was = f"was `{_cell(one_line(change.previous_path))}` " if change.previous_path else ""
        lines.append(f"| {MARKS[change.change]} | plan `{_cell(one_line(change.path))}` | {was}|")
        lines.extend(_rows(change.tasks, change.envelope))
    lines += ["", "| | before | after |", "|---|---|---|"]
    lines.extend(f"| {name} | {before} | {after} |" for name, before, after in _numbers(diff.before, diff.after))
    if diff.rights_added:
        lines += ["", f"**New rights:** {', '.join(f'`{right}`' for right in diff.rights_added)}"]
    if diff.rights_removed:
        lines += ["", f"Rights no longer asked for: {', '.join(f'`{right}`' for right in diff.rights_removed)}"]
    if diff.before.critical_path != diff.after.critical_path:
        lines += ["", f"Longest path: {' → '.join(f'`{name}`' for name in diff.after.critical_path)}"]
    lines += ["", f"Runs again: {', '.join(f'`{item.id}` ({item.reason})' for item in diff.reruns) or 'nothing'}"]
    return "\n".join([*lines, "", "```mermaid", graph.rstrip(), "```", ""])


def _rows(tasks: Sequence[TaskChange], envelope: Sequence[FieldChange]) -> list[str]:
    rows: list[str] = []
    for change in tasks:
        fields = "<br>".join(f"`{field.path}`: {_cell(_field(field))}" for field in change.fields)
        between = "<br>" if fields else ""
        rows.append(f"| {MARKS[change.change]} | `{change.id}` | {_cell(_headline(change))}{between}{fields} |")
    return [*rows, *(f"| ~ | | `{field.path}`: {_cell(_field(field))} |" for field in envelope)]


def diff_json(diff: PlanDiff) -> dict[str, Json]:
    return {
        "empty": diff.empty,
        "tasks": [task_change(change) for change in diff.tasks],
        "envelope": [field_change(change) for change in diff.envelope],
        "imports": [import_change(change) for change in diff.imports],
        "rights_added": list(diff.rights_added),
        "rights_removed": list(diff.rights_removed),
        "reruns": [{"id": item.id, "reason": item.reason} for item in diff.reruns],
        "before": _estimate_json(diff.before),
        "after": _estimate_json(diff.after),
    }


def _headline(change: TaskChange) -> str:
    words = [change.kind]
    if change.previous_id:
        words.append(f"was {change.previous_id}")
    if change.change in ("added", "removed"):
        reads = change.reads_after or change.reads_before
        words.append(f"after {', '.join(reads)}" if reads else "")
    elif change.rewired:
        now, was = (", ".join(reads) or "nothing" for reads in (change.reads_after, change.reads_before))
        words.append(f"now after {now} (was {was})")
    return one_line("  ".join(word for word in words if word), 300)


def _field(change: FieldChange) -> str:
    """`…in -80 +120 words…`: only the words around a change; a value that came or went whole."""
    before, after = change.before, change.after
    if isinstance(before, str) and isinstance(after, str):
        parts: list[str] = []
        for piece in word_diff(before, after):
            if piece.kind == "same":
                parts.append(
                    piece.text if len(piece.text) <= 2 * CONTEXT else f"{piece.text[:CONTEXT]}…{piece.text[-CONTEXT:]}"
                )
            else:
                parts.append(f"[{'+' if piece.kind == 'added' else '-'}{piece.text}]")
        return one_line("".join(parts), 4 * SHOWN)
    shown = [f"-{_value(before)}" if before is not None else "", f"+{_value(after)}" if after is not None else ""]
    return "  ".join(part for part in shown if part)


def _value(value: Json) -> str:
    return one_line(value if isinstance(value, str) else canonical_json(value), SHOWN)


def _cell(text: str) -> str:
    """Text that stays text inside a markdown table."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("`", "\\`"), ("\n", " ")):
        text = text.replace(character, entity)
    return text


def _numbers(before: Estimate, after: Estimate) -> list[tuple[str, str, str]]:
    return [
        ("calls", ranges.count(before.calls), ranges.count(after.calls)),
        ("cost", ranges.cost(before), ranges.cost(after)),
        ("critical path", ranges.seconds(before.seconds), ranges.seconds(after.seconds)),
    ]


def _estimate_json(estimate: Estimate) -> dict[str, Json]:
    usd = estimate.usd
    return {
        "calls": [estimate.calls.low, estimate.calls.high],
        "usd": [usd.low, usd.high] if usd is not None else None,
        "seconds": [estimate.seconds.low, estimate.seconds.high],
        "critical_path": list(estimate.critical_path),
    }
