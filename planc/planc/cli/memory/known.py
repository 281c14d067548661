"""Names of memories as they are typed."""

from __future__ import annotations

from planc_compiler.nearest import nearest
from planc_runtime.store.base import Notes

from ..errors import Exit, Stop


def known_memory(notes: Notes, name: str) -> str:
    """The name, if a memory of that name holds something. Raises Stop with the nearest one otherwise."""
    names = [each.scope for each in notes.scopes()]
    if name not in names:
        near = nearest(name, names)
        raise Stop(
            Exit.USAGE,
            f"there is no memory `{name}`",
            f"did you mean `{near}`?" if near else "",
            "`planc memory ls` lists them",
        )
    return name
