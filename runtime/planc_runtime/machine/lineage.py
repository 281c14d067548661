"""Fingerprints of tasks that have none in the journal: values, loops, tasks without a result.

Asked for only where a task that has one reads them, so they are computed then and kept in the node.
"""

from __future__ import annotations

from collections.abc import Iterator

from planc_schemas.values import Json, canonical_json

from ..fingerprints import combined
from .state import Instance, Node


def upstream_fingerprints(node: Node) -> list[str]:
    """Fingerprints of the tasks whose data a released task reads, in the order of their ids."""
    task, by_id = node.task, node.frame.by_id
    names = (*task.reads, *task.soft_reads) if task.soft_reads else task.reads
    return [(before := by_id[name]).fingerprint or node_fingerprint(before) for name in names]


def node_fingerprint(node: Node) -> str:
    """The fingerprint of a task that has its result. An explicit stack, because chains of values are long."""
    stack = [node]
    while stack:
        current = stack[-1]
        if not current.fingerprint:
            open_ones = [reader for reader in _values_read(current) if not reader.fingerprint]
            if open_ones:
                stack.extend(open_ones)
                continue
            current.fingerprint = _own(current)
        stack.pop()
    return node.fingerprint


def _values_read(node: Node) -> Iterator[Node]:
    if node.status == "succeeded" and not node.instances:
        by_id = node.frame.by_id
        for upstream in (*node.task.reads, *node.task.soft_reads):
            yield by_id[upstream]


def _own(node: Node) -> str:
    if node.status != "succeeded":
        return node.status
    if node.instances:
        return combined(node.task.meaning, [each.fingerprint or each.status for each in node.instances])
    return combined(node.task.meaning, [upstream.fingerprint for upstream in _values_read(node)])


def occurrence(instance: Instance) -> str:
    """Tells instances apart whose inputs may be equal: how many equal items stand before this one in a foreach
    (so that removing another item changes nothing), and the iterations of a repeat; "" for a plain task."""
    node, index = instance.node, instance.index
    if index is None:
        return ""
    if node.items is None:
        before = node.instances[index - 1].fingerprint if index else ""
        return f"{index} {before}"
    if node.occurrences is None:
        node.occurrences = _occurrences(node.items)
    return str(node.occurrences[index] or "")


def _occurrences(items: list[Json]) -> list[int]:
    seen: dict[str, int] = {}
    counts = []
    for item in items:
        key = canonical_json(item)
        counts.append(seen.get(key, 0))
        seen[key] = counts[-1] + 1
    return counts
