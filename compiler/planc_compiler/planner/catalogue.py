"""Which tools the planner is shown, and in which words.

A tool that is not shown cannot be planned with, so the choice leans towards showing; a small model, though, uses what
it sees, so it is shown only what the goal's words call for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from planc_schemas.ports import ToolCatalogue, ToolSpec
from planc_schemas.values import JsonSchema

from .similarity import rank, words

SHOWN = 40
"""Most tools that a prompt lists; of a larger catalogue the nearest to the goal."""
SHOWN_COMPACT = 4
MAX_ARGUMENTS = 4
MAX_FIELDS = 8
MAX_DESCRIPTION = 160

_CUES: tuple[tuple[str, str], ...] = (
    (r"\b(save|store|write|put|export|keep)\b.*\b(to|in|into|as|under)\b.*\.\w{1,5}\b", "write file"),
    (r"\b(save|store)\b", "write file"),
    (r"(?<![/\w.])[\w./-]*\w\.(md|txt|json|csv|yaml|yml|toml|py|log|html|rst)\b", "read file"),
    (r"\b(files?|folders?|director(y|ies))\b", "files folder"),
    (r"https?://|\b(url|web ?page|website|download|api|endpoint)\b", "http request url"),
    (r"\b(papers?|preprints?|arxiv|literature|publications?)\b", "arxiv papers"),
    (r"\b(run|execute|command|shell|terminal|git|pytest)\b", "run command"),
)
"""What people say → words of tools' names and descriptions. Matched against every tool, built-in or not."""


_ORDINARY = frozenset(
    words("find finds get give gives list search run request send read write return whole first last most text result")
)
"""Words that many goals and many tools have, which say nothing about whether they belong together."""
_TECHNICAL_WORDS = (
    "bytes timeout headers method body json bearer token check overwrite env encoding recursive start offset input"
)
_TECHNICAL = frozenset(_TECHNICAL_WORDS.split())
"""Words in the names of optional arguments that set how a tool works, not what it is for."""
NEAR = 0.4
"""A tool that no telling word names must score this part of the best tool's score."""


class Selection:
    """The tools of one planning: a ToolCatalogue with no others, so that nothing else compiles."""

    def __init__(self, specs: Sequence[ToolSpec]) -> None:
        self._specs = {spec.name: spec for spec in specs}

    def get(self, name: str) -> ToolSpec | None:
        return self._specs.get(name)

    def names(self) -> Sequence[str]:
        return sorted(self._specs)

    def specs(self) -> list[ToolSpec]:
        return [self._specs[name] for name in self.names()]


def allowed_tools(catalogue: ToolCatalogue, names: Sequence[str] | None) -> tuple[Selection, list[str]]:
    """The tools that a plan may use at all, and the names of `names` that the catalogue does not have."""
    wanted = catalogue.names() if names is None else names
    found = [(name, catalogue.get(name)) for name in wanted]
    return Selection([spec for _, spec in found if spec]), [name for name, spec in found if spec is None]


def select_tools(goal: str, allowed: Selection, *, compact: bool, named: bool) -> list[ToolSpec]:
    """The tools that the prompt lists, by name. `named`: the operator listed them, so all of them are shown."""
    specs = allowed.specs()
    if named and len(specs) <= SHOWN:
        return specs
    if not compact and len(specs) <= SHOWN:
        return specs
    asked = " ".join([goal, *(hint for pattern, hint in _CUES if re.search(pattern, goal, re.IGNORECASE))])
    scores = rank(asked, [f"{spec.name} {spec.name.replace('_', ' ')} {first_sentence(spec)}" for spec in specs])
    order = sorted(range(len(specs)), key=lambda index: (-scores[index], specs[index].name))
    limit = SHOWN_COMPACT if compact else SHOWN
    least = NEAR * max(scores, default=0.0)
    chosen = [i for i in order[:limit] if not compact or _called_for(asked, specs[i], near=scores[i] >= least)]
    return [specs[index] for index in sorted(chosen)]


def _called_for(asked: str, spec: ToolSpec, *, near: bool) -> bool:
    """Does the goal use a telling word of the tool's name (`arxiv`, `file`), or two of its description?"""
    said = set(words(asked)) - _ORDINARY
    named = said & set(words(spec.name.replace("_", " ")))
    return bool(named) or (near and len(said & set(words(first_sentence(spec)))) >= 2)


def first_sentence(spec: ToolSpec) -> str:
    """The first sentence of a tool's description, at most MAX_DESCRIPTION characters."""
    line = " ".join(spec.description.split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?])\s", line, maxsplit=1)[0]
    return sentence if len(sentence) <= MAX_DESCRIPTION else sentence[: MAX_DESCRIPTION - 1] + "…"


def describe(spec: ToolSpec, *, compact: bool) -> str:
    """One line for the prompt: `name(argument: type, …) gives …: what it does`."""
    properties = spec.arguments.get("properties", {})
    required = spec.arguments.get("required", [])
    optional = [name for name in properties if name not in required]
    if compact:  # a small model fills in what it sees, so it does not see what hardly any goal is about
        optional = [name for name in optional if not _TECHNICAL & set(name.split("_"))]
    limit = max(len(required), 2 if compact else MAX_ARGUMENTS)
    listed = [f"{name}: {_type(properties.get(name, {}))}" for name in [*required, *optional][:limit]]
    effects = "" if compact or not spec.effects else f" [{', '.join(spec.effects)}]"
    return f"{spec.name}({', '.join(listed)}) gives {_gives(spec.result)}: {first_sentence(spec)}{effects}"


def _type(schema: JsonSchema) -> str:
    if "enum" in schema:
        return " or ".join(str(value) for value in schema["enum"][:6])
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if isinstance(kind, str):
        return kind
    kinds = [part.get("type") for part in schema.get("anyOf", []) if isinstance(part, dict)]
    return str(next((kind for kind in kinds if kind != "null"), None) or "any")


def _gives(schema: JsonSchema) -> str:
    kind = schema.get("type")
    if kind == "array":
        return f"a list of {_gives(schema.get('items', {})).removeprefix('a ')}"
    if kind == "object" and schema.get("properties"):
        return "{" + ", ".join(list(schema["properties"])[:MAX_FIELDS]) + "}"
    return "text" if kind == "string" else str(kind or "data")
