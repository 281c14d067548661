"""Plan files rewritten by a function over their text: canonical form, a newer version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from planc.errors import PlanInvalid
from planc_compiler.fmt import NotAPlan
from planc_schemas.values import MAX_PLAN_BYTES

Rewriter = Callable[[bytes, str], str]
"""`(bytes, name)` → new text; raises NotAPlan."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    path: Path
    before: bytes
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after.encode()


def rewritten(paths: Iterable[Path], rewriter: Rewriter) -> list[Rewritten]:
    """Every file with its new text; nothing is written. Raises PlanInvalid for the first that cannot be read."""
    results: list[Rewritten] = []
    for path in paths:
        with path.open("rb") as file:
            data = file.read(MAX_PLAN_BYTES + 1)
        try:
            results.append(Rewritten(path, data, rewriter(data, path.as_posix())))
        except NotAPlan as error:
            raise PlanInvalid(path.as_posix(), data.decode("utf-8", "replace"), error.diagnostics) from None
    return results
