"""Keys that are missing, unknown, of another kind, or no names."""

from __future__ import annotations

from planc_schemas.diagnostics import Fix
from planc_schemas.plan import TASK_MODELS

from ..model_schema import Path, branches
from ..naming import task_id
from ..nearest import nearest
from ..node import Node
from . import words
from .report import Report, Scope

SYNONYMS: dict[str, str] = {
    "depends_on": "needs",
    "dependsOn": "needs",
    "depends": "needs",
    "after": "needs",
    "dependencies": "needs",
    "when": "if",
    "condition": "if",
    "for_each": "foreach",
    "for": "foreach",
    "args": "with",
    "arguments": "with",
    "parameters": "with",
    "params": "with",
    "retries": "retry",
    "output_schema": "output",
    "schema": "output",
    "returns": "output",
    "system_prompt": "system",
    "instructions": "system",
    "steps": "tasks",
    "jobs": "tasks",
    "nodes": "tasks",
    "stages": "tasks",
    "title": "name",
    "objective": "goal",
    "results": "outputs",
    "budget": "limits",
    "attempts": "max_attempts",
    "max_retries": "max_attempts",
    "tries": "max_attempts",
    "max_tries": "max_attempts",
    "on": "retry_on",
    "delay": "initial_delay",
    "items": "in",
    "item": "as",
    "while": "until",
    "max_iterations": "max",
}
"""What other workflow languages and models call our keys. `params` and `parameters` are `inputs` of a plan."""
SAME_MEANING = frozenset({"depends_on", "dependsOn", "dependencies", "output_schema", "system_prompt"})
"""Synonyms whose value has the same form, so that renaming the key is enough."""


def meant_by(name: str, known: list[str]) -> str | None:
    """The key that was probably meant by `name`."""
    if name in ("params", "parameters", "variables") and "inputs" in known:
        return "inputs"
    if SYNONYMS.get(name) in known:
        return SYNONYMS[name]
    near = nearest(name, [*known, *(word for word, key in SYNONYMS.items() if key in known)])
    return near if near in known else SYNONYMS.get(near or "")


def missing_key(path: Path, place: Node, scope: Scope, report: Report) -> None:
    """P101. `path` ends with the missing key; `place` is where to point."""
    name = str(path[-1])
    takes = words.expected(branches(scope.model, path))
    report.add(
        "P101",
        f"{scope.place(path[:-1])} has no `{name}`",
        place,
        f"`{name}` is missing here",
        help=f"add `{name}:` with {takes}",
        task=scope.task,
    )


def unknown_key(key: Node, parent: Node, known: list[str], path: Path, scope: Scope, report: Report) -> str | None:
    """P102, or P113 when the key belongs to other kinds of task. Returns the key that was probably meant.

    `path` is that of the mapping it stands in.
    """
    name = str(key.value)
    kinds = kinds_with(name) if scope.task is not None and not path else []
    if kinds:
        report.add(
            "P113",
            f"{scope.owner} has the key `{name}`, which belongs to {words.quoted(kinds)} tasks",
            key,
            "not for this kind of task",
            help="remove it, or make this a task of that kind",
            task=scope.task,
        )
        return None
    meant = None if report.is_full("P102") else meant_by(name, known)
    help = f"did you mean `{meant}`?" if meant else f"it may have {words.quoted(known)}"
    fixes: tuple[Fix, ...] = ()
    if meant is not None and parent.get(meant) is not None:
        help = f"`{meant}` is already there; remove one of them"
    elif meant is not None:
        safe = name in SAME_MEANING or (name not in SYNONYMS and nearest(name, [meant]) == meant)
        fixes = report.replace(key, meant, f"rename it to `{meant}`", safe=safe)
    message = f"{scope.place(path)} has no key `{words.shorten(name)}`"
    report.add("P102", message, key, "unknown key", help=help, fixes=fixes, task=scope.task)
    return meant


def kinds_with(name: str) -> list[str]:
    """The kinds of task that have a key `name` besides their own."""
    return [kind for kind, fields in FIELDS.items() if name in fields and name not in FIELDS]


FIELDS: dict[str, list[str]] = {
    kind: [info.alias or name for name, info in model.model_fields.items()] for kind, model in TASK_MODELS.items()
}
"""Kind of task → the keys it may have."""


def bad_name(key: Node, scope: Scope, report: Report) -> None:
    """P106 for the name of an input or an output; ids of tasks are in `ids`."""
    name = str(key.value)
    better = task_id(name)
    report.add(
        "P106",
        f"`{words.shorten(name)}` cannot be a name in a plan",
        key,
        "lower-case letters, digits and `_` only, a letter first, at most 64",
        help=f"call it `{better}`" if better else "",
        fixes=report.replace(key, better, f"rename it to `{better}`"),
        task=scope.task,
    )
