"""The data that a text reads, laid out above its instruction.

A drafted text says what to do; what it reads is known from `for_each` and `needs`. Each becomes a block: the readable
fields of an item, a numbered list, a labelled text. Data first and the instruction last is what the embedded model
follows best (experiments/060-planner-prompts); a larger one does not mind.
"""

from __future__ import annotations

from .nouns import singular
from .references import as_text, element, expression, find, output, replace
from .steps import Step, Steps, heading, item_type, shown_fields


def blocks_of(reader: Step, steps: Steps, *, shown: set[str]) -> list[str]:
    """The blocks for everything the reader needs, in the order of its `needs`; `shown` are steps its text places."""
    source = reader.draft.for_each
    read = [name for name in reader.draft.needs if name not in shown and _is_read(reader, steps.by_id[name])]
    blocks: list[str] = []
    if source and source not in shown:
        blocks.append(_item(reader, steps.by_id[source]))
    lists = [name for name in read if name != source and _is_list(reader, steps.by_id[name], steps)]
    for group in _groups(lists, steps):
        blocks.append(_numbered(group, steps))
    single = [name for name in read if name != source and name not in lists]
    alone = len(single) + len(blocks) == 1
    for name in single:
        blocks.append(_single(reader, steps.by_id[name], steps, alone=alone))
    return blocks


def _is_read(reader: Step, other: Step) -> bool:
    decides = reader.draft.when.removeprefix("not ") == other.id
    return not decides and not other.is_order_only


def _is_list(reader: Step, other: Step, steps: Steps) -> bool:
    return element(reader, other, steps)[1].kinds == {"array"}


def _item(reader: Step, source: Step) -> str:
    """One item of the loop: its readable fields with labels, or the whole with its name as label."""
    type_ = item_type(source.result)
    fields = shown_fields(source, type_)
    if fields:
        return "\n".join(f"{label(name)}: {expression(f'{reader.item}.{name}')}" for name in fields)
    separator = "\n" if source.spec is not None and type_.kinds == {"string"} else " "
    return f"{label(reader.item)}:{separator}{expression(reader.item)}"


def _groups(names: list[str], steps: Steps) -> list[list[str]]:
    """Lists that run along the same one stand together; the one they run along first."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(steps.by_id[name].root or name, []).append(name)
    return [sorted(group, key=lambda name: steps.by_id[name].root is not None) for group in groups.values()]


def _numbered(group: list[str], steps: Steps) -> str:
    """`{% for %}` over lists that belong together, each element numbered [1], [2], … under its heading."""
    root = steps.by_id[steps.by_id[group[0]].root or group[0]]
    leader = steps.by_id[group[-1]]
    variable = _variable(leader)
    first = _heading(root, group, leader)
    lines = [f"[${{{{ loop.index }}}}]{f' {first}' if first else ''}"]
    for name in group:
        if name == root.id and name != leader.id:
            continue
        step = steps.by_id[name]
        path = variable if step is leader else f"{output(name)}[loop.index0]"
        named = label(singular(name)) + ": " if len(group) - (root.id in group) > 1 else ""
        lines += _element(path, step, named, without=heading(step.result.items()) if first else None)
    if not first:
        lines[0:2] = [f"{lines[0]} {lines[1]}"]
    return "\n".join([f"{{% for {variable} in {output(leader.id)} %}}", *lines, "{% endfor %}"])


def _heading(root: Step, group: list[str], leader: Step) -> str:
    """What names element [n]: the title of the item it was made from, or that item itself if it is a short text."""
    items = item_type(root.result)
    path = _variable(leader) if root is leader else f"{output(root.id)}[loop.index0]"
    if name := heading(items):
        return expression(f"{path}.{name}")
    if root is not leader and items.kinds == {"string"} and root.spec is None and root.result.kinds == {"array"}:
        return expression(path)
    return ""


def _element(path: str, step: Step, named: str, *, without: str | None) -> list[str]:
    fields = [name for name in shown_fields(step, step.result.items()) if name != without]
    if fields:
        return [f"{label(name)}: {expression(f'{path}.{name}')}" for name in fields]
    return [f"{named}{expression(path)}"]


def _variable(step: Step) -> str:
    name = singular(step.id)
    return name if name != step.id and name.isidentifier() else "entry"


def _single(reader: Step, other: Step, steps: Steps, *, alone: bool) -> str:
    """One result under its name: a text as it is, an object's readable fields (which need no further name `alone`)."""
    path, type_, _ = element(reader, other, steps)
    fields = shown_fields(other, type_)
    if len(fields) == 1:
        shown = expression(f"{path}.{fields[0]}")
    elif fields:
        shown = "\n".join(f"{label(name)}: {expression(f'{path}.{name}')}" for name in fields)
    else:
        shown = expression(path)
    return shown if alone and len(fields) > 1 else f"{label(other.id)}:\n{shown}"


def label(name: str) -> str:
    """`pull_requests` → `Pull requests`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def placed(text: str, reader: Step, steps: Steps) -> tuple[str, set[str]]:
    """The text with its references put in place, and the steps that it reads by them."""
    references = list(find(text, reader, steps))
    return replace(text, references, as_text), {reference.step for reference in references}
