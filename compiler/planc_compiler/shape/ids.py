"""Task ids that are none: reported with a fix that renames the task everywhere, and read on as if it were made."""

from __future__ import annotations

import re

from planc_schemas.diagnostics import Edit, Fix
from planc_schemas.values import TASK_ID

from ..naming import task_id
from ..node import Node
from ..source import Source
from . import words
from .keys import SYNONYMS
from .report import Report

_NEEDS = {("needs",)} | {(word,) for word, key in SYNONYMS.items() if key == "needs"}
"""Keys of a task that list task ids; `depends_on` is reported and repaired too, in the same round."""
_REFERENCE = re.compile(r"\btasks\.([\w-]+)")


def rename_bad_ids(root: Node, report: Report) -> Node:
    """The tree with legal ids, references included; the same one if all are legal.

    A P106 is reported for each bad id. So the later passes see one consistent plan, and no reference to such a task is
    a second problem.
    """
    tasks = root.get("tasks")
    if tasks is None or tasks.kind != "map":
        return root
    bad = {str(key.value): key for key, _ in tasks.entries if TASK_ID.fullmatch(str(key.value)) is None}
    if not bad:
        return root
    names = _new_names(bad, {str(key.value) for key, _ in tasks.entries})
    renaming = _Renaming(names, report.source)
    renamed = renaming.tree(root, ())
    for name, key in bad.items():
        _bad_id(name, key, names.get(name), renaming.edits.get(name, []), report)
    return renamed


def _new_names(bad: dict[str, Node], taken: set[str]) -> dict[str, str]:
    """Bad id → free legal one; those that nothing can be made of are left out."""
    names: dict[str, str] = {}
    for name in bad:
        better = task_id(name)
        if better is not None and better not in taken:
            names[name] = better
            taken.add(better)
    return names


class _Renaming:
    """Rewrites a tree; `edits` are the changes that do the same to the file, by old name."""

    def __init__(self, names: dict[str, str], source: Source) -> None:
        self.names = names
        self.source = source
        self.edits: dict[str, list[Edit]] = {}

    def tree(self, node: Node, path: tuple[str, ...]) -> Node:
        if node.kind == "map":
            entries = [self.entry(key, value, path) for key, value in node.entries]
            return Node("map", node.span, entries=entries, written=node.written)
        if node.kind == "list":
            items = [self.tree(item, (*path, "-")) for item in node.items]
            return Node("list", node.span, items=items, written=node.written)
        if path[0] == "tasks" and path[2:3] in _NEEDS and (len(path) == 3 or path[3:] == ("-",)):
            return self.renamed(node)
        return self.text(node)

    def entry(self, key: Node, value: Node, path: tuple[str, ...]) -> tuple[Node, Node]:
        new_key = self.renamed(key) if path == ("tasks",) else key
        return new_key, self.tree(value, (*path, str(key.value)))

    def renamed(self, node: Node) -> Node:
        better = self.names.get(node.value) if isinstance(node.value, str) else None
        if better is None:
            return node
        self.edits.setdefault(str(node.value), []).append(Edit(self.source.file, node.span, better))
        return Node("scalar", node.span, better, node.style, written=False)

    def text(self, node: Node) -> Node:
        value = node.value
        if not isinstance(value, str) or "tasks." not in value:
            return node
        for match in _REFERENCE.finditer(value):
            if match.group(1) in self.names:
                span = self.source.span_in(node, match.start(1), match.end(1))
                edit = Edit(self.source.file, span, self.names[match.group(1)])
                self.edits.setdefault(match.group(1), []).append(edit)
        text = _REFERENCE.sub(lambda match: f"tasks.{self.names.get(match.group(1), match.group(1))}", value)
        return node if text == value else Node("scalar", node.span, text, node.style, written=False)


def _bad_id(name: str, key: Node, better: str | None, edits: list[Edit], report: Report) -> None:
    fixes: tuple[Fix, ...] = ()
    if better is not None and key.written:
        references = len(edits) - 1
        also = f", with {references} reference{'s' * (references > 1)}" if references else ""
        title = f"rename it to `{better}`{also}"
        fixes = (Fix(title, tuple(edits), safe=True),)
    help = [f"call it `{better}`"] if better else []
    if "-" in name:
        help.append("a `-` would be a minus sign in an expression")
    report.add(
        "P106",
        f"`{words.shorten(name)}` cannot be the id of a task",
        key,
        "lower-case letters, digits and `_` only, a letter first, at most 64",
        help=tuple(help),
        fixes=fixes,
        task=name,
    )
