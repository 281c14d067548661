"""One task: which kind it is, and its fields."""

from __future__ import annotations

from typing import cast

from planc_schemas.plan import TASK_MODELS, AnyTask
from planc_schemas.values import Json

from ..nearest import nearest
from ..node import Node
from . import words
from .errors import validate
from .keys import FIELDS, unknown_key
from .prune import pruned
from .report import Report, Scope

KINDS = tuple(TASK_MODELS)
_KIND_SET = frozenset(KINDS)
_FIELD_SETS = {kind: frozenset(fields) for kind, fields in FIELDS.items()}
_KIND_WORDS = "`prompt` (a model call), `tool`, `agent`, `goal`, `plan`, `ask` or `value`"
_OTHER_WORDS = {
    "action": "`tool: NAME` or `prompt: TEXT`",
    "uses": "`tool: NAME`",
    "function": "`tool: NAME`",
    "script": "`tool: run_command`",
    "command": "`tool: run_command`",
    "shell": "`tool: run_command`",
    "llm": "`prompt: TEXT`",
    "text": "`prompt: TEXT`",
    "question": "`ask: TEXT`",
    "workflow": "`plan: FILE`",
    "type": "the kind itself as a key, such as `prompt: TEXT`",
    "kind": "the kind itself as a key, such as `prompt: TEXT`",
}
MAX_GUESSES = 30
"""Keys of a task without a kind that are compared with the kinds."""
_DECISIVE = {"foreach", "repeat", "output", "with"}
"""Without one of these the rest of a task would seem wrong: names out of scope, other types, missing arguments."""


def parse_task(key: Node, node: Node, report: Report) -> tuple[AnyTask | None, Node]:
    """The task without its bad parts, and its tree without them; None if it makes no sense so.

    Problems go to `report`.
    """
    name = str(key.value)
    if node.kind != "map":
        if not node.unknown:
            _not_a_mapping(key, node, name, report)
        return None, node
    kind, misspelt = _kind(key, node, name, report)
    if kind is None:
        return None, node
    scope = Scope(node, TASK_MODELS[kind], name)
    data: dict[str, Json] = {}
    hurt: set[str | None] = set()
    kept: list[tuple[Node, Node]] = []
    for field, value in node.entries:
        word = kind if field is misspelt else str(field.value)
        if word in _FIELD_SETS[kind]:
            data[word] = value.to_json()
            kept.append((Node("scalar", field.span, kind, written=False) if field is misspelt else field, value))
        else:
            known = [k for k in FIELDS[kind] if k not in _KIND_SET or k == kind]
            hurt.add(unknown_key(field, node, known, (), scope, report))
    task, bad = validate(scope, data, report)
    if "foreach" in data and "repeat" in data:
        _two_loops(node, scope, report)
        return None, node
    hurt.update(str(path[0]) for path in bad if path)
    if task is None or () in bad or hurt & _DECISIVE:
        return None, node
    if bad or len(kept) < len(node.entries) or misspelt is not None:
        node = pruned(Node("map", node.span, entries=kept, written=node.written), bad)
    return cast(AnyTask, task), node


def _kind(key: Node, node: Node, name: str, report: Report) -> tuple[str | None, Node | None]:
    """The kind, and its key if it is misspelt (which is reported)."""
    found = [word for word in node.names() if word in _KIND_SET]
    if len(found) == 1:
        return found[0], None
    if found:
        _two_kinds(node, found, name, report)
        return None, None
    if report.is_full("P102"):
        report.collected.more("P102")
        return None, None
    for entry, _ in node.entries[:MAX_GUESSES]:
        meant = nearest(str(entry.value), KINDS, 0.75)
        if meant:
            fixes = report.replace(entry, meant, f"rename it to `{meant}`", safe=True)
            message = f"task `{words.shorten(name)}` has no key `{words.shorten(str(entry.value))}`"
            help = f"did you mean `{meant}`?"
            report.add("P102", message, entry, "unknown key", help=help, fixes=fixes, task=name)
            return meant, entry
    if not node.unknown:
        _no_kind(key, node, name, report)
    return None, None


def _no_kind(key: Node, node: Node, name: str, report: Report) -> None:
    help = [f"a task has exactly one of {_KIND_WORDS}"]
    place, label = key, "does nothing"
    for entry, _ in node.entries:
        word = str(entry.value)
        if word in _OTHER_WORDS:
            help.insert(0, f"instead of `{word}` write {_OTHER_WORDS[word]}")
            place, label = entry, "not a kind of task"
            break
    message = f"task `{words.shorten(name)}` does not say what it does"
    report.add("P107", message, place, label, help=tuple(help), task=name)


def _two_kinds(node: Node, found: list[str], name: str, report: Report) -> None:
    keys = [key for key, _ in node.entries if key.value in _KIND_SET]
    labels = [report.source.label(keys[1], "and here")]
    labels += [
        report.source.label(key, "one kind here" if key is keys[0] else "and here")
        for key in keys
        if key is not keys[1]
    ]
    help = "split it into several tasks, each with one kind"
    if sorted(found) == ["agent", "prompt"]:
        help = "an agent's text stands in `agent:` itself: remove `prompt:`, or `agent:` for a single model call"
    message = f"task `{words.shorten(name)}` has {len(found)} kinds: {words.quoted(found)}"
    report.add_at("P108", message, tuple(labels), help=help, task=name)


def _two_loops(node: Node, scope: Scope, report: Report) -> None:
    first, second = [key for key, _ in node.entries if key.value in ("foreach", "repeat")][:2]
    report.add_at(
        "P114",
        f"{scope.owner} has both `foreach` and `repeat`",
        (report.source.label(second, "another loop"), report.source.label(first, "one loop")),
        help="put the inner loop into a plan of its own and call it with a `plan:` task",
        task=scope.task,
    )


def _not_a_mapping(key: Node, node: Node, name: str, report: Report) -> None:
    empty = node.kind == "scalar" and node.value is None
    report.add(
        "P103",
        f"task `{words.shorten(name)}` must be a mapping, not {words.found(node)}",
        key if empty else node,
        "empty" if empty else f"this is {words.found(node)}",
        help=f"write what it does below it: {_KIND_WORDS}",
        task=name,
    )
