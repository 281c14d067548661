"""What each field of a plan is for, in a line: shown by editors, which read it from the JSON Schema.

Fields that several models share stand once, under the model that has them first in its bases.
"""

from __future__ import annotations

from typing import get_args

from pydantic import BaseModel

from .plan import RetryOn
from .values import MAX_AGENT_TURNS, MAX_REPEAT, MAX_TASKS

HELP: dict[str, dict[str, str]] = {
    "Plan": {
        "version": "Version of the plan language.",
        "name": "Short name of the plan: lower-case letters, digits, `_` and `-`.",
        "goal": "What was asked, for the reader. Never executed.",
        "description": "What the plan does, for the reader. Never executed.",
        "inputs": "What a run is given: name → JSON Schema with `default`, or a shorthand such as `topic: string`.",
        "models": "Named models, so that tasks say `model: fast`. Keys and endpoints never stand in a plan.",
        "limits": "What a whole run may use at most.",
        "defaults": "Settings of every task that does not say its own.",
        "tasks": f"Id → task, at most {MAX_TASKS:,}. Their order is for the reader only.",
        "outputs": "What a run returns: name → data.",
    },
    "Task": {
        "description": "What the task does, for the reader.",
        "needs": "Tasks that must be done before, without data. Data dependencies are read from the expressions.",
        "if": "`${{ … }}` that gives a boolean: when false, the task is skipped and its output is null.",
        "run": "`always`: run even if something it reads was skipped or failed.",
        "foreach": "Run once for each item of a list; the output is the list of outputs, in order.",
        "repeat": "Run again until a condition holds.",
        "output": "JSON Schema of the result, or a shorthand such as `string` or `list[string]`.",
        "retry": "How a failed attempt is tried again.",
        "timeout": "Of each attempt: 500ms, 30s, 5m, 2h, 1d.",
        "on_error": "When the last attempt failed: `fail`, `skip`, or `{value: DATA}` instead of the output.",
        "on_interrupt": "When the process died while the task ran: `rerun` it on resume, or `fail`.",
        "cache": "May a later run with the same fingerprint take this result? `true`, `false` or `{ttl: 1d}`.",
    },
    "PromptTask": {
        "prompt": "One model call with this text.",
        "system": "System message of the call.",
        "model": "One of `models`, or a name that the provider knows.",
        "temperature": "0 to 2.",
        "max_tokens": "Longest answer, in tokens.",
    },
    "ToolTask": {
        "tool": "One call of this tool, no model.",
        "with": "The tool's arguments: name → data.",
    },
    "AgentTask": {
        "agent": "A model that may call the listed tools until it answers this text.",
        "tools": "Tools that the agent may call.",
        "max_turns": f"Most rounds of model call and tool calls, at most {MAX_AGENT_TURNS}.",
        "system": "System message of the agent.",
        "model": "One of `models`, or a name that the provider knows.",
        "temperature": "0 to 2.",
        "max_tokens": "Longest answer of a turn, in tokens.",
        "memory": "What the agent may remember: `run`, `plan`, or settings.",
    },
    "GoalTask": {
        "goal": "Decomposed while running into a sub-plan under this task's tools and limits.",
        "tools": "Tools that the sub-plan may use.",
        "limits": "What the sub-plan may use at most.",
        "approve": "Ask a person before the sub-plan runs.",
    },
    "PlanTask": {
        "plan": "Another plan file, relative to this one.",
        "with": "The inputs of that plan: name → data.",
    },
    "AskTask": {"ask": "A question to a person; the run waits for the answer."},
    "ValueTask": {"value": "Pure data: any YAML value with `${{ … }}` in its texts."},
    "ModelSettings": {
        "model": "Name of the model as the provider knows it.",
        "provider": "One of the operator's providers; without it, the default one.",
        "temperature": "0 to 2.",
        "max_tokens": "Longest answer, in tokens.",
        "top_p": "Nucleus sampling, above 0 and at most 1.",
        "seed": "For providers that can repeat an answer.",
        "reasoning_effort": "For models that reason: how much.",
    },
    "RateLimits": {"concurrency": "Calls at once."},
    "Budget": {
        "tokens": "Tokens of all model calls together.",
        "usd": "Cost of all model calls together, in US dollars.",
        "time": "Longest run: 500ms, 30s, 5m, 2h, 1d.",
    },
    "Limits": {"models": "Limits of single models, by name.", "tools": "Limits of single tools, by name."},
    "GoalLimits": {"tasks": "Most tasks of the sub-plan."},
    "Retry": {
        "max_attempts": "Most attempts; the first try counts.",
        "initial_delay": "Wait before the second attempt.",
        "backoff": "Factor from one wait to the next.",
        "max_delay": "Longest wait.",
        "jitter": "Spread the waits, so that many tasks do not try again at once.",
        "retry_on": f"Which failures are worth another attempt: {', '.join(get_args(RetryOn))}.",
    },
    "Defaults": {
        "model": "One of `models`, or a name that the provider knows.",
        "retry": "How failed attempts are tried again.",
        "timeout": "Of each attempt: 500ms, 30s, 5m, 2h, 1d.",
    },
    "Foreach": {
        "in": "The list: `${{ … }}`, or a list of data.",
        "as": "Name of the item in this task's expressions.",
        "max_concurrency": "Most instances at once.",
        "on_error": "`fail`: the first failed item fails the task; `collect`: go on, its output is null.",
    },
    "Repeat": {
        "until": "`${{ … }}` that gives a boolean; it may read `output`.",
        "max": f"Most iterations, at most {MAX_REPEAT}.",
        "on_exhausted": "When `max` iterations did not do: `fail`, or `keep` the last output.",
    },
    "FallbackValue": {"value": "The output instead, when the last attempt failed."},
    "CacheTtl": {"ttl": "How long the result may be taken again."},
    "Memory": {
        "scope": "Who shares it: this `run`, all runs of this `plan`, or a named `store`.",
        "store": "Name of the operator's store, with `scope: store`.",
        "max_entries": "Most entries kept.",
        "max_entry_chars": "Longest entry, in characters.",
    },
}


def help_for(model: type[BaseModel], field: str) -> str | None:
    """The line for a field, by the name that stands in the file; looked up through the bases of the model."""
    for base in model.__mro__:
        words = HELP.get(base.__name__, {}).get(field)
        if words is not None:
            return words
    return None
