"""The P2 family: names and expressions. Found by the compiler's `expressions`, `names` and `imports` passes."""

from __future__ import annotations

from .code import Code

_HEAD = "version: 1\nname: example\n"


def _two(second: str) -> str:
    """A plan of two tasks, the second as given."""
    return f"{_HEAD}tasks:\n  fetch:\n    prompt: Name a colour.\n  report:\n{second}"


def _say(text: str) -> str:
    """A plan with an input `topic` and one prompt."""
    return f"{_HEAD}inputs:\n  topic: string\ntasks:\n  report:\n    prompt: {text}\n"


_OUTPUT = '    prompt: "Write about ${{ tasks.fetch.output }}."\n'

CODES: tuple[Code, ...] = (
    Code(
        "P201",
        "unknown-task",
        "a reference to a task that is not in the plan",
        "`needs` and `tasks.NAME` take the ids of tasks of the same file. Correct the name as the help says, or add "
        "the task.",
        bad=_two("    needs: [fetsh]\n    prompt: Write a report.\n"),
        good=_two("    needs: [fetch]\n    prompt: Write a report.\n"),
    ),
    Code(
        "P202",
        "unknown-input",
        "a reference to an input that the plan does not declare",
        "Everything that comes from outside is declared under `inputs:`, so that it can be checked before a run.",
        bad=_say('"Write about ${{ inputs.topik }}."'),
        good=_say('"Write about ${{ inputs.topic }}."'),
    ),
    Code(
        "P203",
        "unknown-name",
        "a name that means nothing here",
        "An expression may use `inputs.NAME`, `tasks.NAME.output`, `run.id`, and the item's name inside a `foreach`. "
        "An input or a task is never named alone.",
        bad=_say('"Write about ${{ topic }}."'),
        good=_say('"Write about ${{ inputs.topic }}."'),
    ),
    Code(
        "P204",
        "not-in-scope",
        "a name that exists elsewhere, but not here",
        "The item of a `foreach` exists in the fields of its own task; `loop` inside `foreach`, `repeat` and "
        "`{% for %}`; `previous` in a `repeat`, and `output` alone in its `until`. Other tasks read results with "
        "`tasks.NAME.output`.",
        bad=_two('    prompt: "Count to ${{ loop.index0 }}, ${{ tasks.fetch.output }}."\n'),
        good=_two('    foreach: {in: [1, 2]}\n    prompt: "Number ${{ loop.index0 }}, ${{ tasks.fetch.output }}."\n'),
    ),
    Code(
        "P205",
        "unknown-filter",
        "a filter that does not exist",
        "The filters are a closed list (docs/language.md), so that a plan can never do more than put data together.",
        bad=_say('"Write about ${{ inputs.topic | uper }}."'),
        good=_say('"Write about ${{ inputs.topic | upper }}."'),
    ),
    Code(
        "P206",
        "unknown-test",
        "a test that does not exist",
        "The tests behind `is` are a closed list (docs/language.md).",
        bad=_say("\"${{ 'Write.' if inputs.topic is defind else 'Wait.' }}\""),
        good=_say("\"${{ 'Write.' if inputs.topic is defined else 'Wait.' }}\""),
    ),
    Code(
        "P207",
        "no-task-member",
        "a task is read without `.output`",
        "A task itself is no value. `tasks.NAME.output` is its result, `.status` is `succeeded`, `failed` or "
        "`skipped`, and `.errors` lists what failed. A field of the result stands behind `.output`.",
        bad=_two('    prompt: "Write about ${{ tasks.fetch }}."\n'),
        good=_two(_OUTPUT),
    ),
    Code(
        "P208",
        "computed-task",
        "a task's name is computed",
        "What a task waits for must be known before the run; so the name behind `tasks` is written, not computed. To "
        "read one of two, write `tasks.a.output if … else tasks.b.output`.",
        bad=_say('"${{ tasks[inputs.topic].output }}"'),
        good=_say('"${{ inputs.topic }}"'),
    ),
    Code(
        "P210",
        "bad-expression",
        "an expression that cannot be read",
        "The text inside `${{ … }}` is an expression in Jinja2's grammar: literals, members, arithmetic, comparisons, "
        "`and`, `or`, `not`, `a if b else c`, filters with `|` and tests with `is`. There is no escape for `${{`: "
        "write `${{ '${{' }}` for it.",
        bad=_say('"Write about ${{ inputs.topic + }}."'),
        good=_say('"Write about ${{ inputs.topic }}."'),
    ),
    Code(
        "P211",
        "not-in-language",
        "an expression uses what the language leaves out",
        "Plans may come from models and strangers, so expressions cannot call anything: no functions, no methods, no "
        "slices, no names that begin with `_`. There are filters and tests instead; more is a tool's work.",
        bad=_say('"Write about ${{ inputs.topic.upper() }}."'),
        good=_say('"Write about ${{ inputs.topic | upper }}."'),
    ),
    Code(
        "P212",
        "unknown-tool",
        "a tool that is not installed",
        "`tool:` and `tools:` name installed tools: `planc tools ls` lists them, `--tools MODULE` adds your own.",
        bad=_HEAD + "tasks:\n  find:\n    tool: arxiv\n    with: {query: agents}\n",
        good=_HEAD + "tasks:\n  find:\n    tool: arxiv_search\n    with: {query: agents}\n",
    ),
    Code(
        "P213",
        "not-an-expression",
        "a condition or list that is only a text",
        "`if`, `foreach.in` and `repeat.until` take an expression: the text itself would always be the same. Write it "
        "inside `${{ … }}`.",
        bad=_HEAD + "inputs:\n  loud: boolean\ntasks:\n  hello:\n    if: inputs.loud\n    prompt: Say hello.\n",
        good=_HEAD + "inputs:\n  loud: boolean\ntasks:\n  hello:\n    if: ${{ inputs.loud }}\n    prompt: Say hello.\n",
    ),
    Code(
        "P214",
        "forgotten-dollar",
        "what looks like data is plain text without `${{ … }}`",
        "Only `${{ … }}` puts data in; `{{ x }}`, `{inputs.x}`, `${inputs.x}` and a bare `tasks.a.output` reach the "
        "model as they stand. If that is meant, nothing needs to be done.",
        bad=_say('"Write about {{ inputs.topic }}."'),
        good=_say('"Write about ${{ inputs.topic }}."'),
        severity="warning",
    ),
    Code(
        "P215",
        "bad-tag",
        "a `{% … %}` that is no tag, or not closed",
        "The tags are `{% if %}`, `{% elif %}`, `{% else %}`, `{% endif %}`, `{% for NAME in LIST %}` and "
        "`{% endfor %}`, at most two inside each other.",
        bad=_say('"{% if inputs.topic %}Write about it."'),
        good=_say('"{% if inputs.topic %}Write about it.{% endif %}"'),
    ),
    Code(
        "P216",
        "tag-in-data",
        "a `{% … %}` where only `${{ … }}` works",
        "Tags build texts for people and models: `prompt`, `agent`, `system`, `goal` and `ask`. Data is built with "
        "expressions: `a if b else c`, `| map`, `| join`.",
        bad=_HEAD + 'tasks:\n  one:\n    value: "{% if true %}x{% endif %}"\n',
        good=_HEAD + "tasks:\n  one:\n    value: \"${{ 'x' if true else '' }}\"\n",
    ),
    Code(
        "P217",
        "reserved-name",
        "a loop variable with a name that is taken",
        "`inputs`, `tasks`, `run`, `loop`, `previous` and `output` have a meaning of their own; call the item "
        "something else.",
        bad=_HEAD + "tasks:\n  one:\n    foreach: {in: [1, 2], as: output}\n    prompt: Say hello.\n",
        good=_HEAD + "tasks:\n  one:\n    foreach: {in: [1, 2], as: number}\n    prompt: Say hello.\n",
    ),
    Code(
        "P218",
        "expression-too-large",
        "an expression or number beyond the limits",
        "An expression has at most 4,000 characters, 20 nested brackets and 60 nested operators; integers have 64 "
        "bits. Build larger values in `value:` tasks, step by step.",
        bad=_say('"${{ ' + "(" * 25 + "1" + ")" * 25 + ' }}"'),
        good=_say('"${{ 1 }}"'),
    ),
    Code(
        "P219",
        "unknown-run-member",
        "`run` has only an `id`",
        "A run knows its id and nothing of the clock or the machine, so that it can be repeated. Give a date as an "
        "input.",
        bad=_say('"Today is ${{ run.date }}."'),
        good=_say('"This is run ${{ run.id }}."'),
    ),
    Code(
        "P220",
        "filter-arguments",
        "a filter or test with the wrong arguments",
        "The help names the arguments that the filter or test takes.",
        bad=_say("\"${{ inputs.topic | replace('a') }}\""),
        good=_say("\"${{ inputs.topic | replace('a', 'b') }}\""),
    ),
    Code(
        "P221",
        "no-plan-file",
        "a sub-plan that cannot be read",
        "`plan:` takes the path of another plan file, relative to this one. Where there are no files (a plan that is "
        "made while running), there are no sub-plans.",
        bad=_HEAD + "tasks:\n  part:\n    plan: missing.plan.yaml\n",
        good=_HEAD + "tasks:\n  part:\n    plan: part.plan.yaml\n",
    ),
    Code(
        "P226",
        "model-not-declared",
        "a model's name is nearly one of `models:`",
        "A name that is not under `models:` is taken for a model of the provider. This one differs little from a "
        "declared one.",
        bad=_HEAD + "models:\n  fast: {model: small-1}\ntasks:\n  hello:\n    model: fst\n    prompt: Say hello.\n",
        good=_HEAD + "models:\n  fast: {model: small-1}\ntasks:\n  hello:\n    model: fast\n    prompt: Say hello.\n",
        severity="warning",
    ),
    Code(
        "P227",
        "unused-limit",
        "a limit for a tool that the plan does not use",
        "The limit has no effect. Perhaps the tool's name is misspelt.",
        bad=_HEAD + "limits:\n  tools:\n    arxiv: {concurrency: 1}\n"
        "tasks:\n  find:\n    tool: arxiv_search\n    with: {query: x}\n",
        good=_HEAD + "limits:\n  tools:\n    arxiv_search: {concurrency: 1}\n"
        "tasks:\n  find:\n    tool: arxiv_search\n    with: {query: x}\n",
        severity="warning",
    ),
)
