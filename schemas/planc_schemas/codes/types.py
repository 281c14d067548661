"""The P4 family: types of data between tasks. Found by the compiler's `types` pass."""

from __future__ import annotations

from .code import Code

_HEAD = "version: 1\nname: example\n"
_FIND = "  find:\n    tool: arxiv_search\n    with: {query: agents, max_results: 3}\n"


def _after_find(task: str) -> str:
    """A search, and a task behind it."""
    return f"{_HEAD}tasks:\n{_FIND}  next:\n{task}"


def _find(arguments: str) -> str:
    return f"{_HEAD}tasks:\n  find:\n    tool: arxiv_search\n    with: {arguments}\n"


CODES: tuple[Code, ...] = (
    Code(
        "P401",
        "unknown-field",
        "a field that the value does not have",
        "The schema of the value (a tool's result, an `output:`, an input) does not have this field. Where nothing is "
        "known of a value, nothing is reported.",
        bad=_after_find('    prompt: "Explain ${{ tasks.find.output[0].titel }}."\n'),
        good=_after_find('    prompt: "Explain ${{ tasks.find.output[0].title }}."\n'),
    ),
    Code(
        "P402",
        "not-a-container",
        "a member or index of a value that has none",
        "Lists have items by number, objects have fields by name, and texts have neither. To take a field of every "
        "item of a list, write `… | map(attribute='title') | list`.",
        bad=_after_find('    prompt: "Explain ${{ tasks.find.output.title }}."\n'),
        good=_after_find('    prompt: "Explain ${{ tasks.find.output[0].title }}."\n'),
    ),
    Code(
        "P403",
        "wrong-operand",
        "an operator or filter that cannot take this value",
        "The value's type is known, and no value of it would do. Convert it first: `| int`, `| string`, `| tojson`.",
        bad=_after_find('    prompt: "${{ tasks.find.output - 1 }} papers."\n'),
        good=_after_find('    prompt: "${{ tasks.find.output | length - 1 }} papers."\n'),
    ),
    Code(
        "P404",
        "condition-not-boolean",
        "an `if` or `until` that is neither true nor false",
        "A condition must be a boolean, so that nobody has to know what an empty text or a zero count for. Compare: "
        "`… | length > 0`, `… is not none`, `… == 'yes'`.",
        bad=_after_find("    if: ${{ tasks.find.output }}\n    prompt: Go on.\n"),
        good=_after_find("    if: ${{ tasks.find.output | length > 0 }}\n    prompt: Go on.\n"),
    ),
    Code(
        "P405",
        "foreach-not-list",
        "a `foreach` over something that is no list",
        "`foreach.in` takes a list: a result that is one, `… | items` of an object, or `… | split(',')` of a text.",
        bad=_after_find('    foreach: {in: "${{ tasks.find.output[0].title }}"}\n    prompt: Go on.\n'),
        good=_after_find('    foreach: {in: "${{ tasks.find.output }}"}\n    prompt: Go on.\n'),
    ),
    Code(
        "P406",
        "unknown-argument",
        "an argument that the tool or plan does not take",
        "The keys of `with` are the tool's arguments (`planc tools show NAME`), or the inputs of the sub-plan.",
        bad=_find("{query: agents, limit: 3}"),
        good=_find("{query: agents, max_results: 3}"),
    ),
    Code(
        "P407",
        "missing-argument",
        "an argument that the tool or plan needs",
        "The tool (or the sub-plan) has no default for this argument.",
        bad=_find("{max_results: 3}"),
        good=_find("{query: agents, max_results: 3}"),
    ),
    Code(
        "P408",
        "wrong-argument",
        "an argument of the wrong type or value",
        "The argument does not satisfy the schema of the tool (or of the sub-plan's input). Nothing is converted "
        "silently.",
        bad=_find("{query: agents, max_results: many}"),
        good=_find("{query: agents, max_results: 3}"),
    ),
    Code(
        "P409",
        "output-may-be-null",
        "an output of the plan that may be empty",
        "The task may be skipped (it has an `if`, `on_error: skip`, or reads such a task), and the output is null "
        "then. Say what the output is in that case: `… | default(…)`.",
        bad=_after_find(
            "    if: ${{ tasks.find.output | length > 0 }}\n    prompt: Go on.\n"
            "outputs:\n  text: ${{ tasks.next.output }}\n"
        ),
        good=_after_find(
            "    if: ${{ tasks.find.output | length > 0 }}\n    prompt: Go on.\n"
            "outputs:\n  text: ${{ tasks.next.output | default('nothing found') }}\n"
        ),
        severity="warning",
    ),
    Code(
        "P410",
        "bad-default",
        "a default that does not satisfy its own schema",
        "A run without this input would be refused.",
        bad=f"{_HEAD}inputs:\n  count: {{type: integer, default: 0, minimum: 1}}\n"
        'tasks:\n  say:\n    prompt: "${{ inputs.count }}"\n',
        good=f"{_HEAD}inputs:\n  count: {{type: integer, default: 1, minimum: 1}}\n"
        'tasks:\n  say:\n    prompt: "${{ inputs.count }}"\n',
    ),
    Code(
        "P411",
        "bad-schema",
        "a schema that planc does not understand",
        "A shape is a shorthand (`string`, `integer`, `number`, `boolean`, `object`, `list`, `list[string]`, `null`) "
        "or a JSON Schema of the subset in docs/language.md. Fields of an object stand under `properties`.",
        bad=f"{_HEAD}tasks:\n  say:\n    prompt: Name a book.\n    output: {{title: string, year: integer}}\n",
        good=f"{_HEAD}tasks:\n  say:\n    prompt: Name a book.\n"
        "    output: {type: object, properties: {title: string, year: integer}}\n",
    ),
    Code(
        "P412",
        "never-equal",
        "a comparison of values that can never be equal",
        "The two sides have types without a common value: the comparison is always false (or always true).",
        bad=_after_find("    if: ${{ tasks.find.output[0].title == 3 }}\n    prompt: Go on.\n"),
        good=_after_find("    if: ${{ tasks.find.output[0].title == '3' }}\n    prompt: Go on.\n"),
        severity="warning",
    ),
    Code(
        "P413",
        "output-without-effect",
        "an `output:` where the type is given already",
        "A tool's result has the type that its function declares, and the plan's `output:` says something that it can "
        "never be.",
        bad=f"{_HEAD}tasks:\n  find:\n    tool: arxiv_search\n    with: {{query: agents}}\n    output: string\n",
        good=_find("{query: agents}"),
    ),
)
