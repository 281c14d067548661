"""Takes the bad parts out of a tree and out of its JSON, so that both still match each other."""

from __future__ import annotations

from collections.abc import Iterable

from planc_schemas.values import Json

from ..model_schema import Path
from ..node import Node


def prune_json(data: Json, paths: Iterable[Path]) -> None:
    """Takes the values at `paths` out of `data`, in place."""
    for path in sorted(paths, key=_later_items_first):
        inner = data
        for step in path[:-1]:
            if isinstance(inner, list):
                inner = inner[step] if isinstance(step, int) and step < len(inner) else None
            else:
                inner = inner.get(step) if isinstance(inner, dict) else None
        if path and isinstance(inner, dict):
            inner.pop(path[-1], None)
        elif path and isinstance(inner, list) and isinstance(path[-1], int) and path[-1] < len(inner):
            inner.pop(path[-1])


def _later_items_first(path: Path) -> list[int]:
    """Taking items out of a list from its end keeps the indexes of the others right."""
    return [-step if isinstance(step, int) else 0 for step in path]


def pruned(node: Node, paths: Iterable[Path]) -> Node:
    """The tree without the values at `paths`; the same one if there are none."""
    heads: dict[str | int, list[Path]] = {}
    for path in paths:
        if path:
            heads.setdefault(path[0], []).append(path[1:])
    if not heads or node.kind == "scalar":
        return node
    entries = [
        (key, pruned(value, heads.get(str(key.value), ())))
        for key, value in node.entries
        if () not in heads.get(str(key.value), ())
    ]
    items = [
        pruned(item, heads.get(number, ())) for number, item in enumerate(node.items) if () not in heads.get(number, ())
    ]
    return Node(node.kind, node.span, entries=entries, items=items, written=node.written)
