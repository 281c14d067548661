"""The R8 part of the R family: agents and their memory."""

from __future__ import annotations

from .code import Code

CODES: tuple[Code, ...] = (
    Code(
        "R801",
        "agent-no-answer",
        "an agent gave no usable answer within its turns",
        "An agent asks its model at most `max_turns` times; in the last turn no tools are offered and it is told to "
        "answer. Every turn stands in the journal (`planc runs show RUN TASK`).",
        bad="max_turns: 2    # for work that takes five tool calls",
        good="max_turns: 8",
    ),
    Code(
        "R802",
        "agent-tool-refused",
        "an agent wanted a tool that its task does not list",
        "A model may call the tools in its task's `tools` list and no others, and at most 16 at once. The refusal is "
        "journalled and told to the model, which goes on without it.",
        bad="tools: [read_file]    # and the model calls write_file",
        good="tools: [read_file, write_file]",
    ),
    Code(
        "R803",
        "agent-arguments",
        "an agent's tool call has arguments that are no JSON object",
        "The call was not made; the model is told and may correct itself. Small models do better with few arguments "
        "and simple types.",
        bad="read_file({path: notes.md)",
        good='read_file({"path": "notes.md"})',
    ),
    Code(
        "R804",
        "memory-undeclared",
        "a task without `memory` tried to remember or recall",
        "What is remembered outlives the task, so the plan has to say so: `memory: run`, `memory: plan` or a named "
        "store, on the agent that uses it.",
        bad="tool: recall",
        good="agent: Look at the notes.\nmemory: plan",
    ),
    Code(
        "R805",
        "memory-entry-too-long",
        "an entry is longer than the memory takes",
        "Each memory bounds the length of an entry (`max_entry_chars`) and the number of entries (`max_entries`; the "
        "oldest go first). Remember the point, not the page.",
        bad="remember: a page of 30,000 characters",
        good="memory: {scope: plan, max_entry_chars: 5000}",
    ),
)
