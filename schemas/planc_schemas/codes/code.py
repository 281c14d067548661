"""One entry of the register."""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """A diagnostic code.

    `id` such as `P201`; `slug` such as `unknown-task`; `title` is one line for lists; `explanation` is markdown
    for `planc explain`: why it is a problem and what to do. `bad` and `good` are whole small plans (or, for R
    codes, what was seen and what to do).
    """

    id: str
    slug: str
    title: str
    explanation: str
    bad: str = ""
    good: str = ""
    severity: Severity = "error"
