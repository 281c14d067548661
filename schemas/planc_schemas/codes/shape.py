"""The P1 family: what a plan may contain. Found by the compiler's `upgrade` and `shape` passes."""

from __future__ import annotations

from .code import Code

_GOOD = """\
version: 1
name: greet
tasks:
  hello:
    prompt: Say hello.
"""
_SEARCH = """\
version: 1
name: search
tasks:
  find:
    tool: arxiv_search
    with: {query: agents}
outputs:
  papers: ${{ tasks.find.output }}
"""

CODES: tuple[Code, ...] = (
    Code(
        "P101",
        "missing-key",
        "a required key is missing",
        "A plan needs `version`, `name` and `tasks`; `foreach` needs `in`; `repeat` needs `until` and `max`; a model "
        "needs `model`. The help says what the key takes.",
        bad=_GOOD.replace("name: greet\n", ""),
        good=_GOOD,
    ),
    Code(
        "P102",
        "unknown-key",
        "a key that does not exist here",
        "Unknown keys are refused, because a misspelt one would silently do nothing. Rename it as the help says, or "
        "remove it; notes for the reader belong into `description` or a comment.",
        bad=_GOOD.replace("prompt", "promt"),
        good=_GOOD,
    ),
    Code(
        "P103",
        "wrong-type",
        "a value of the wrong type",
        "The place takes another type of value than the one that stands there: a list where a mapping is expected, a "
        "number where a text is. Nothing is converted silently. Remember that `yes`, `no` and `on` are texts in YAML "
        "1.2; write `true` and `false`.",
        bad=_GOOD + "    cache: yes\n",
        good=_GOOD + "    cache: true\n",
    ),
    Code(
        "P104",
        "not-a-choice",
        "a value that is not one of the possible ones",
        "Only the listed words are possible here. The help names the one that was probably meant.",
        bad=_GOOD + "    on_error: ignore\n",
        good=_GOOD + "    on_error: skip\n",
    ),
    Code(
        "P105",
        "out-of-range",
        "a number outside its range",
        "The number is smaller or larger than this setting may be. The message says the range.",
        bad=_GOOD + "    retry: {max_attempts: 0}\n",
        good=_GOOD + "    retry: {max_attempts: 1}\n",
    ),
    Code(
        "P106",
        "bad-id",
        "a name that cannot be used in expressions",
        "Ids of tasks and names of inputs and outputs have lower-case letters, digits and `_`, begin with a letter and "
        "have at most 64 characters, so that `tasks.find_papers.output` can be written. A `-` would be a minus sign. "
        "The name of the plan itself may have `-`.",
        bad=_GOOD.replace("hello:", "say-hello:"),
        good=_GOOD.replace("hello:", "say_hello:"),
    ),
    Code(
        "P107",
        "no-kind",
        "a task that does not say what it does",
        "A task has exactly one of the keys `prompt`, `tool`, `agent`, `goal`, `plan`, `ask` or `value`: that is its "
        "kind. This one has none.",
        bad=_GOOD.replace("prompt: Say hello.", "description: Say hello."),
        good=_GOOD,
    ),
    Code(
        "P108",
        "two-kinds",
        "a task of two kinds",
        "A task has exactly one of the keys `prompt`, `tool`, `agent`, `goal`, `plan`, `ask` or `value`. Make two "
        "tasks of it; the second reads what the first gives with `${{ tasks.<id>.output }}`.",
        bad=_GOOD + "    tool: write_file\n",
        good=_GOOD
        + "  save:\n    tool: write_file\n    with:\n      path: hello.txt\n      content: ${{ tasks.hello.output }}\n",
    ),
    Code(
        "P109",
        "bad-duration",
        "not a duration",
        "A duration is a number and a unit: `500ms`, `30s`, `5m`, `2h`, `1d`. A bare number has no unit, and `12:30` "
        "can be minutes or hours (YAML 1.1 reads it as 750).",
        bad=_GOOD + "    timeout: 12:30\n",
        good=_GOOD + "    timeout: 750s\n",
    ),
    Code(
        "P110",
        "newer-version",
        "a plan of a newer version",
        "The file says a version of the plan language that this planc does not know. It may mean things that this "
        "program would not do, so it is refused. Update planc, or write the plan for this version.",
        bad=_GOOD.replace("version: 1", "version: 2"),
        good=_GOOD,
    ),
    Code(
        "P111",
        "older-version",
        "a plan of an older version",
        "The file is of an older version of the plan language. It was translated in memory and everything else is "
        "checked as usual; positions are those of the file. `planc migrate FILE` rewrites it.",
        bad="version: 0\ntitle: greet\nsteps:\n  - id: hello\n    action: llm\n    prompt: Say hello.\n",
        good=_GOOD,
        severity="warning",
    ),
    Code(
        "P112",
        "constant-only",
        "an expression where only a constant may stand",
        "Names of tools, models and plans, durations, limits and ids are constants: a check has to know them before "
        "anything runs, and what a plan may do must not depend on data. Write the value itself; to choose between two "
        "tools, make two tasks with an `if`.",
        bad=_SEARCH.replace("arxiv_search", "${{ inputs.tool }}"),
        good=_SEARCH,
    ),
    Code(
        "P113",
        "key-of-another-kind",
        "a key that belongs to another kind of task",
        "The key exists, but not for tasks of this kind: `with` belongs to `tool` and `plan`, `system` to `prompt` and "
        "`agent`, and so on. Data for a prompt is put into its text with `${{ … }}`.",
        bad=_GOOD + "    with: {language: French}\n",
        good=_GOOD.replace("Say hello.", "Say hello in French."),
    ),
    Code(
        "P114",
        "two-loops",
        "`foreach` and `repeat` on one task",
        "A task is run for each item of a list, or again until a condition holds, not both: the instances of the two "
        "could not be told apart. Put the inner loop into a plan of its own and call it with a `plan:` task.",
        bad=_GOOD + "    foreach: {in: [1, 2]}\n    repeat: {until: \"${{ output == 'hello' }}\", max: 3}\n",
        good=_GOOD + "    foreach: {in: [1, 2]}\n",
    ),
    Code(
        "P115",
        "no-tasks",
        "a plan without tasks",
        "`tasks` is empty, so there is nothing to run. Add at least one task.",
        bad="version: 1\nname: greet\ntasks: {}\n",
        good=_GOOD,
    ),
    Code(
        "P116",
        "too-many-tasks",
        "more tasks than a plan may have",
        "A plan has at most 20,000 tasks. Use `foreach` instead of copies, or split the plan and call its parts with "
        "`plan:` tasks.",
        good=_GOOD,
    ),
    Code(
        "P117",
        "bad-name",
        "a name of a tool or a model that cannot be one",
        "Names of tools and models have letters, digits, `_`, `.`, `:`, `/` and `-`, begin with a letter or `_` and "
        "have at most 128 characters.",
        bad=_SEARCH.replace("arxiv_search", "arxiv search"),
        good=_SEARCH,
    ),
)
