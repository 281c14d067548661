"""YAML values with expressions in their texts → data code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..node import Node
from .code import Fault
from .template import bare_paths, read_text

NodeFaults = list[tuple[Node, Fault]]


def read_data(node: Node, faults: NodeFaults) -> list[Any]:
    """The data code of a value; what is wrong is added to `faults`.

    A text that is one `${{ … }}` and blanks around it keeps the type of its value.
    """
    if node.kind == "map":
        members = {str(key.value): read_data(value, faults) for key, value in node.entries}
        if all(member[0] == "const" for member in members.values()):
            return ["const", {key: member[1] for key, member in members.items()}]
        return ["obj", members]
    if node.kind == "list":
        items = [read_data(item, faults) for item in node.items]
        if all(item[0] == "const" for item in items):
            return ["const", [item[1] for item in items]]
        return ["arr", items]
    if not isinstance(node.value, str):
        return ["const", node.value]
    if "{" not in node.value:
        faults.extend((node, fault) for fault in bare_paths(node.value))
        return ["const", node.value]
    segments, found = read_text(node.value, tags=False)
    faults.extend((node, fault) for fault in found)
    if all(isinstance(segment, str) for segment in segments):
        return ["const", node.value]
    values = [segment for segment in segments if not isinstance(segment, str) or segment.strip()]
    if len(values) == 1 and values[0][0] == "put":
        return ["expr", values[0][1]]
    return ["text", segments]


def data_leaves(data: list[Any], node: Node) -> Iterator[tuple[list[Any], Node]]:
    """The `expr` and `text` leaves of data code, each with the scalar it stands in."""
    if data[0] == "obj":
        for key, value in node.entries:
            yield from data_leaves(data[1][str(key.value)], value)
    elif data[0] == "arr":
        for member, item in zip(data[1], node.items, strict=True):
            yield from data_leaves(member, item)
    elif data[0] != "const":
        yield data, node
