"""The planner's prompts: templates in prompts/, filled with the goal, the tools and the worked examples.

The templates are ours; goal, context, tool descriptions and diagnostics are put in as data, never as templates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from planc_schemas.ports import Message, ToolCatalogue, ToolSpec

from .catalogue import allowed_tools, describe, select_tools
from .draft import Draft, draft_json
from .examples import Example, choose
from .options import PlannerOptions

_TAG = re.compile(r"<\s*(/?\s*background)\s*>", re.IGNORECASE)


@cache
def _environment() -> Environment:
    return Environment(  # the prompts are plain text for a model: there is nothing to escape for
        loader=PackageLoader("planc_compiler.planner", "prompts"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )


def fill(template: str, **values: object) -> str:
    """A template of prompts/ with its values, without blanks at its ends."""
    return _environment().get_template(f"{template}.j2").render(**values).strip()


def background(options: PlannerOptions) -> str:
    """The context as data: what would end its part of the prompt does so no longer."""
    return _TAG.sub(r"(\1)", options.context.strip())


def first_messages(goal: str, tools: Sequence[ToolSpec], options: PlannerOptions) -> list[Message]:
    """Rules, worked examples as earlier turns, and the goal. The same arguments give the same messages."""
    full = not options.compact
    rules = fill("system", full=full, compact=options.compact, max_tasks=options.max_tasks)
    messages = [Message("system", rules)]
    names = [tool.name for tool in tools]
    for example in choose(goal, names, options.examples, options.shown, full=full):
        messages += _turns(example, full)
    lines = [describe(tool, compact=options.compact) for tool in tools]
    return [*messages, Message("user", fill("goal", tools=lines, goal=goal.strip(), context=background(options)))]


def shown_for(
    goal: str, tools: ToolCatalogue, options: PlannerOptions, *, compact: bool
) -> tuple[list[str], list[str]]:
    """The names of the tools and of the worked examples that the model would see for this goal."""
    allowed, _ = allowed_tools(tools, options.tools)
    chosen = [tool.name for tool in select_tools(goal, allowed, compact=compact, named=options.tools is not None)]
    examples = choose(goal, chosen, options.examples, options.shown, full=not compact)
    return chosen, [example.draft.name for example in examples]


def _turns(example: Example, full: bool) -> list[Message]:
    asked = fill("goal", tools=example.tools, goal=example.goal, context="")
    return [Message("user", asked), Message("assistant", draft_json(example.draft, full=full))]


def repair_messages(messages: Sequence[Message], answer: str, problems: Sequence[str]) -> list[Message]:
    """The conversation so far with the answer that did not do and what is wrong with it.

    Only the last answer is kept: a small model's attention is better spent on one mistake at a time. Without an answer
    (it was cut) the goal is asked again with what was wrong, so that the same words do not lead to the same end.
    """
    said = fill("repair", problems=problems)
    if not answer:
        return [*messages[:-1], Message("user", f"{messages[-1].content}\n\n{said}")]
    return [*messages, Message("assistant", answer), Message("user", said)]


def draft_text(draft: Draft, options: PlannerOptions) -> str:
    """A draft as the model is shown it."""
    return draft_json(draft, full=not options.compact)
