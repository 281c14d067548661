"""The step from the drafts of version 0 to version 1.

A draft is what the first planner wrote::

    version: 0                       may be missing
    title: Paper review              → name: paper-review
    params: {topic: string}          → inputs
    model: gpt-4o-mini               → defaults: {model: …}
    steps:                           → tasks, by id
      - id: find-papers              → find_papers
        action: arxiv_search         → tool: arxiv_search
        args: {query: "{{ params.topic }}"}              → with, ${{ inputs.topic }}
        retries: 2                   → retry: {max_attempts: 3}: the first try did not count
        timeout: 30                  → timeout: 30s
      - id: summarise
        action: llm                  → prompt alone
        for_each: "{{ steps.find-papers.result }}"       → foreach: {in: "${{ tasks.find_papers.output }}"}
        when: "{{ params.deep }}"    → if
        depends_on: [find-papers]    → needs
        prompt: "Summarise {{ item }}"
    results: {summaries: "{{ steps.summarise.result }}"} → outputs
"""

from __future__ import annotations

import re

from planc_schemas.values import format_duration

from ..naming import plan_name, task_id
from ..node import Node

_SECTIONS = {"params": "inputs", "results": "outputs"}
_FIELDS = {"args": "with", "depends_on": "needs", "when": "if"}
_INSIDE = re.compile(r"\$?\{\{(.{0,2000}?)\}\}|\{%.{0,2000}?%\}", re.DOTALL)
_STEP = re.compile(r"\bsteps\.([A-Za-z0-9_-]+)\.result\b")
_PARAMETER = re.compile(r"\bparams\.")


def is_draft(root: Node) -> bool:
    """Whether a file without a version is a draft: nothing else has a list of steps."""
    steps = root.get("steps")
    return steps is not None and steps.kind == "list" and root.get("tasks") is None


def to_1(root: Node) -> Node:
    """The tree in the form of version 1."""
    entries: list[tuple[Node, Node]] = []
    if root.get("version") is None:
        entries.append((_made("version", root), _made(1, root)))
    for key, value in root.entries:
        word = str(key.value)
        if word == "version":
            entries.append((key, _made(1, value)))
        elif word == "title" and isinstance(value.value, str):
            entries.append((_made("name", key), _made(plan_name(value.value) or "plan", value)))
        elif word == "model":
            defaults = _map([(_made("model", key), value)], value)
            entries.append((_made("defaults", key), defaults))
        elif word == "steps" and value.kind == "list":
            entries.append((_made("tasks", key), _tasks(value)))
        else:
            entries.append((_renamed(key, _SECTIONS), _texts(value)))
    return _map(entries, root)


def _tasks(steps: Node) -> Node:
    return _map([_task(step, number) for number, step in enumerate(steps.items, 1)], steps)


def _task(step: Node, number: int) -> tuple[Node, Node]:
    """The id and the task of one step."""
    id_node = step.get("id")
    name = id_node.value if id_node is not None and isinstance(id_node.value, str) else f"step_{number}"
    key = _made(task_id(name) or f"step_{number}", id_node or step)
    if step.kind != "map":
        return key, step
    entries = [_field(k, v, step) for k, v in step.entries if k.value != "id"]
    return key, _map([entry for entry in entries if entry is not None], step)


def _field(key: Node, value: Node, step: Node) -> tuple[Node, Node] | None:
    """The entry of version 1 for one of a step's; None if it has none."""
    word, number = str(key.value), _number(value)
    if word == "action":
        return None if value.value == "llm" and step.get("prompt") is not None else (_made("tool", key), value)
    if word == "for_each":
        return _made("foreach", key), _map([(_made("in", key), _texts(value))], value)
    if word == "retries" and number is not None and number == int(number):
        attempts = _made(int(number) + 1, value)
        return _made("retry", key), _map([(_made("max_attempts", key), attempts)], value)
    if word == "timeout" and number is not None and number > 0:
        return key, _made(format_duration(number), value)
    if word == "depends_on" and value.kind == "list":
        ids = [_made(task_id(str(item.value)) or item.value, item) for item in value.items]
        return _renamed(key, _FIELDS), Node("list", value.span, items=ids, written=False)
    return _renamed(key, _FIELDS), _texts(value)


def _number(node: Node) -> float | None:
    value = node.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _made(value: str | int | float | bool | None, place: Node) -> Node:
    """A scalar that does not stand in the file, at the place of the one it was made of."""
    return Node("scalar", place.span, value, written=False)


def _map(entries: list[tuple[Node, Node]], place: Node) -> Node:
    return Node("map", place.span, entries=entries, written=False)


def _renamed(key: Node, names: dict[str, str]) -> Node:
    word = str(key.value)
    return _made(names[word], key) if word in names else key


def _texts(node: Node) -> Node:
    """The value with every `{{ … }}` in its texts in the new form."""
    if node.kind == "map":
        return Node("map", node.span, entries=[(key, _texts(value)) for key, value in node.entries])
    if node.kind == "list":
        return Node("list", node.span, items=[_texts(item) for item in node.items])
    if not isinstance(node.value, str):
        return node
    text = _INSIDE.sub(_expression, node.value)
    return node if text == node.value else Node("scalar", node.span, text, node.style, written=False)


def _expression(match: re.Match[str]) -> str:
    text = _STEP.sub(lambda step: f"tasks.{task_id(step.group(1)) or step.group(1)}.output", match.group())
    text = _PARAMETER.sub("inputs.", text)
    return "$" + text if text.startswith("{{") else text
