"""docs/diagnostics.md, generated from the register: `python -m planc.diagnostics.page > docs/diagnostics.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from planc_schemas.codes import REGISTER, Code

from ..escape import visible

FAMILIES = {
    "P0": "YAML",
    "P1": "Shape",
    "P2": "Names and expressions",
    "P3": "Graph",
    "P4": "Types",
    "P5": "Limits and safety",
    "P6": "The planner",
    "R": "Run time",
}
HEAD = """# Diagnostics

Generated from the register of codes; a test compares, and another one compiles every example. `planc explain CODE`
prints an entry, `planc check` shows where it is. A code is never used again for something else.
"""


def page() -> str:
    """The whole page as markdown."""
    parts = [HEAD]
    for prefix, title in FAMILIES.items():
        codes = [code for code in REGISTER.values() if code.id.startswith(prefix)]
        if codes:
            parts.append(f"## {prefix}: {title}\n")
            parts.append("\n".join(["| code | what |", "|---|---|", *map(_row, codes)]) + "\n")
            parts.extend(part for code in codes for part in _entry(code))
    return "\n".join(parts)


def _row(code: Code) -> str:
    anchor = f"{code.id} {code.slug}".lower().replace(" ", "-")
    severity = "" if code.severity == "error" else f" ({code.severity})"
    return f"| [{code.id} {code.slug}](#{anchor}) | {code.title.replace('|', chr(92) + '|')}{severity} |"


def _entry(code: Code) -> Iterator[str]:
    yield f"### {code.id} {code.slug}\n"
    yield f"{code.title[:1].upper()}{code.title[1:]}.\n"
    yield f"{code.explanation.strip()}\n"
    labels = ("Wrong", "Right") if code.id.startswith("P") else ("Seen", "What to do")
    for label, example in zip(labels, (code.bad, code.good), strict=True):
        if example.strip():
            language = "yml" if code.id.startswith("P") else "text"
            yield f"{label}:\n\n```{language}\n{visible(example.rstrip())}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(page())
