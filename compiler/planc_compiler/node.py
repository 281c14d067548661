"""The tree that `source` builds: YAML values with their positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from planc_schemas.diagnostics import NOWHERE, Span
from planc_schemas.values import Json

Style: TypeAlias = Literal["plain", "single", "double", "literal", "folded"]


@dataclass(slots=True)
class Node:
    """A scalar, a list or a mapping, with where it stands.

    `value` is the resolved scalar (YAML 1.2 core: str, int, float, bool, None) or None for collections.
    `entries` are (key, value) pairs of a mapping, keys being scalar nodes with a str value; `items` those of a list.
    `span` covers the whole value; for a block collection from its first to its last child.
    `unknown`: what stands here could not be read (an alias), so nothing can be said about its type; of a mapping
    (with a merge key), nothing about what is missing.
    `written` is False when the value does not stand in the file as it is here (an upgraded or made-up node).
    """

    kind: Literal["scalar", "map", "list"]
    span: Span = NOWHERE
    value: str | int | float | bool | None = None
    style: Style = "plain"
    entries: Sequence[tuple[Node, Node]] = ()
    items: Sequence[Node] = ()
    written: bool = True
    unknown: bool = False
    _places: dict[str, int] | None = field(default=None, repr=False, compare=False)

    def get(self, key: str) -> Node | None:
        """The value of `key` in a mapping, or None."""
        place = self._index().get(key)
        return None if place is None else self.entries[place][1]

    def key(self, key: str) -> Node | None:
        """The key node of `key` in a mapping, or None."""
        place = self._index().get(key)
        return None if place is None else self.entries[place][0]

    def names(self) -> list[str]:
        """The keys of a mapping, in file order."""
        return [str(key.value) for key, _ in self.entries]

    def _index(self) -> dict[str, int]:
        if self._places is None:
            self._places = {str(key.value): place for place, (key, _) in enumerate(self.entries)}
        return self._places

    def to_json(self) -> Json:
        """The plain value, positions forgotten."""
        if self.kind == "map":
            return {str(key.value): value.to_json() for key, value in self.entries}
        if self.kind == "list":
            return [item.to_json() for item in self.items]
        return self.value
