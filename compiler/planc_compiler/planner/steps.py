"""What is known of a draft's steps: the type of each result, which lists run in step, the names of their items."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from planc_schemas.ports import ToolSpec
from planc_schemas.values import TASK_ID, JsonSchema

from ..expressions import RESERVED
from ..kinds import BOOLEAN, STRING, Type, list_of, of_schema
from .catalogue import Selection
from .draft import ASK, KINDS, WRITE, Draft, DraftStep
from .nouns import singular
from .phrasing import counted, how_many

_QUESTION = re.compile(
    r"^\s*(may|can|could|should|shall|is|are|does|do|did|has|have|will|approve|confirm|ok(ay)?)\b", re.I
)
_EACH = re.compile(r"\b(?:each|every|this)\s+(?:of\s+(?:the|these)\s+)?([a-z]{3,20})\b", re.I)
_THE = re.compile(r"\bthe\s+([a-z]{3,20})\b", re.I)
_NO_NOUNS = "first last best most main whole result results following above given goal text list"
_NOT_NOUNS = frozenset(_NO_NOUNS.split())


@dataclass(slots=True)
class Step:
    """A step with what follows from its place in the draft.

    `one` is the type of one result (of one item's, with `for_each`); `root` the step whose list it runs along,
    directly or through others; `item` the name of its item; `count` how many elements its list was asked to have, None
    where nothing says so.
    """

    draft: DraftStep
    spec: ToolSpec | None
    one: Type
    root: str | None = None
    item: str = ""
    count: int | None = None

    @property
    def id(self) -> str:
        return self.draft.id

    @property
    def result(self) -> Type:
        """The type of `tasks.ID.output`."""
        return list_of(self.one) if self.draft.for_each else self.one

    @property
    def is_order_only(self) -> bool:
        """Is its result no text or data that a later step would read (a file was written)?"""
        return self.spec is not None and self.spec.changes_world and not readable_text(self.one)


@dataclass(slots=True)
class Steps:
    """The steps of one draft by their ids, each behind what it needs."""

    by_id: dict[str, Step] = field(default_factory=dict)

    def aligned(self, reader: Step, other: Step) -> bool:
        """Has `other` (or the list it is) one element for every item that `reader` goes through, in the same order?"""
        if reader.root is None:
            return False
        return other.id == reader.root or other.root == reader.root


def analyse(draft: Draft, tools: Selection, types: Mapping[str, Type] | None = None) -> Steps:
    """Types and names of a draft whose references have been put right (see normalise).

    `types` are results that are known otherwise: of tasks of an existing plan.
    """
    looped = {step.for_each for step in draft.steps if step.for_each}
    deciding = {step.when.removeprefix("not ") for step in draft.steps if step.when}
    steps = Steps()
    for drafted in draft.steps:
        spec = tools.get(drafted.do) if drafted.do not in KINDS else None
        known = (types or {}).get(drafted.id)
        step = Step(drafted, spec, known or _one(drafted, spec, looped, deciding))
        if drafted.for_each:
            source = steps.by_id[drafted.for_each]
            step.root = source.root or source.id
            step.count = source.count
            step.item = item_name(drafted, source)
        else:
            step.count = _count(drafted)
        steps.by_id[drafted.id] = step
    return steps


def _one(step: DraftStep, spec: ToolSpec | None, looped: set[str], deciding: set[str]) -> Type:
    if spec is not None:
        return of_schema(spec.result)
    if step.id in deciding or is_approval(step):
        return BOOLEAN
    one = of_schema(data_schema(step.gives)) if step.gives and step.do == WRITE else STRING
    return list_of(one) if step.id in looped and not step.for_each else one


def _count(step: DraftStep) -> int | None:
    if step.do == WRITE:
        return how_many(step.text)
    numbers = [value for value in step.arguments().values() if value.isdecimal() and len(value) <= 3]
    return int(numbers[0]) if len(numbers) == 1 else None


def data_schema(fields: tuple[str, ...]) -> JsonSchema:
    """JSON Schema of an answer with these fields, all of them texts."""
    properties: JsonSchema = {name: {"type": "string"} for name in fields}
    return {"type": "object", "properties": properties, "required": list(fields), "additionalProperties": False}


def is_approval(step: DraftStep) -> bool:
    """Does it ask a person for a yes or a no?"""
    return step.do == ASK and _QUESTION.match(step.text) is not None and step.text.rstrip().endswith("?")


def item_name(step: DraftStep, source: Step) -> str:
    """What one item is called: the singular of its list's name, or the noun of "the three newest papers" or of "each
    paper"; else `item`."""
    candidates = [singular(source.id)] if singular(source.id) != source.id else []
    if (them := counted(step.text, source.count)) is not None:
        candidates.append(singular(them["noun"].lower()))
    nouns = [*_EACH.findall(step.text), *_THE.findall(step.text)]
    candidates += [singular(noun.lower()) for noun in nouns if noun.lower() not in _NOT_NOUNS]
    for name in candidates:
        if TASK_ID.fullmatch(name) and name not in RESERVED and name not in (step.id, singular(step.id)):
            return name
    return "item"


_HEADINGS = ("title", "name", "subject", "headline", "heading", "question")
_BODIES = (
    "abstract",
    "summary",
    "description",
    "body",
    "content",
    "contents",
    "text",
    "snippet",
    "message",
    "answer",
    "stdout",
    "stderr",
    "output",
    "transcript",
)
MAX_READABLE = 3


def heading(type_: Type) -> str | None:
    """The field of an object that names it, such as `title`; None without one."""
    return next((name for name in _HEADINGS if name in type_.fields and type_.fields[name].may_be("string")), None)


def readable_text(type_: Type) -> list[str]:
    """The fields of an object that are written to be read, its heading first; [] when none is known.

    Identifiers, addresses, dates and counts are left out: in a prompt they cost tokens and distract.
    """
    bodies = [name for name in _BODIES if name in type_.fields and type_.fields[name].may_be("string")]
    if not bodies:
        return []
    head = heading(type_)
    return [*([head] if head else []), *bodies[:MAX_READABLE]]


def shown_fields(step: Step, type_: Type) -> list[str]:
    """The fields of a step's result (or of one element of it) that a reader sees; of data that a model gives, all."""
    if step.spec is None and type_.kinds == {"object"}:
        return list(type_.fields)
    return readable_text(type_)


def list_inside(type_: Type) -> str | None:
    """The only field of an object that is a list: what a loop over the object means; None if that is not clear."""
    if type_.kinds != {"object"}:
        return None
    lists = [name for name, member in type_.fields.items() if member.kinds == {"array"}]
    return lists[0] if len(lists) == 1 else None


def item_type(type_: Type) -> Type:
    """The type of the items that a loop over a result goes through (see `list_inside`; a text's are its lines)."""
    name = list_inside(type_)
    if name is not None:
        return type_.fields[name].items()
    return type_.items()
