"""Diagnostics while they are found, with a bound on each code: a damaged file may have a problem on every line."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from planc_schemas.diagnostics import Diagnostic

MAX_OF_ONE_CODE = 100
"""More diagnostics of one code are left out; the last one that is kept says so."""


class Collected:
    """A list of diagnostics that stays small."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self._counts: Counter[str] = Counter()
        self._last: dict[str, int] = {}

    def is_full(self, code: str) -> bool:
        """Would another diagnostic of this code be left out? Then what is costly to word need not be worded."""
        return self._counts[code] >= MAX_OF_ONE_CODE

    def add(self, diagnostic: Diagnostic) -> None:
        code = diagnostic.code
        if self.is_full(code):
            self.more(code)
            return
        self._counts[code] += 1
        self._last[code] = len(self.found)
        self.found.append(diagnostic)

    def more(self, code: str) -> None:
        """Says in the last diagnostic of `code` that there are more of them."""
        place = self._last[code]
        last = self.found[place]
        if not last.message.endswith(_MORE):
            self.found[place] = replace(last, message=last.message + _MORE)


_MORE = " (and more of these, which are not listed)"
