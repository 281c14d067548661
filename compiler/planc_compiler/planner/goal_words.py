"""What a goal says in so many words: the files that it wants written."""

from __future__ import annotations

import re

_FILE = re.compile(
    r"(?<![\w/.:-])(/?(?:[\w-]+/)*[\w-]+\.(?:md|txt|json|csv|html|ya?ml|rst|tex|log|py))\b", re.IGNORECASE
)
_SAVING = re.compile(
    r"\b(?:save|store|write|put|export|append|keep)\b[^.;]*?\b(?:to|in|into|as|under|called|named)\s+"
    r"(?:(?:a|the)\s+)?(?:file\s+)?(?:(?:called|named)\s+)?[\"'`]?$",
    re.IGNORECASE,
)


def files_to_write(goal: str) -> list[str]:
    """The paths that the goal wants its results saved under ("save it to report.md"), in their order."""
    found = []
    for match in _FILE.finditer(goal):
        before = goal[: match.start()].rpartition(". ")[2]
        if _SAVING.search(before):
            found.append(match.group(1))
    return list(dict.fromkeys(found))
