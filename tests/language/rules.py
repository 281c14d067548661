"""The rules of docs/language.md, each with a plan that keeps it and one that breaks it.

`about` is the first cell of a table's row on that page, or the beginning of a list item or sentence there. Bodies stand
without the first two lines of a plan (`version`, `name`) unless they begin with `version`.
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """`code` is what the wrong plan is told; a warning's code is as good as an error's."""

    about: str
    right: str
    wrong: str
    code: str


SAY = "tasks:\n  one: {prompt: Say one.}\noutputs: {one: '${{ tasks.one.output }}'}\n"
PART = "version: 1\nname: part\ninputs: {n: integer}\ntasks: {x: {prompt: 'Say ${{ inputs.n }}.'}}\n"
PART += "outputs: {x: '${{ tasks.x.output }}'}\n"
FILES = {"part.plan.yaml": PART, "self.plan.yaml": "version: 1\nname: self\ntasks: {a: {plan: self.plan.yaml}}\n"}


def task(fields: str, outputs: str = "outputs: {r: '${{ tasks.a.output | default(0) }}'}\n") -> str:
    """A plan with inputs of several types, a task `one`, and a task `a` with these fields."""
    inputs = "inputs: {s: string, n: integer, b: boolean, l: 'list[string]', ll: 'list[list[integer]]', any: {}}\n"
    return f"{inputs}tasks:\n  one: {{prompt: 'Say one.'}}\n  a:\n    needs: [one]\n    {fields}\n{outputs}"


def value(expression: str) -> str:
    return task(f"value: |-\n      ${{{{ {expression} }}}}")


ENVELOPE = (
    Rule("`version`", "version: 1\nname: x\n" + SAY, "version: 2\nname: x\n" + SAY, "P110"),
    Rule("`version`", "version: 1\nname: x\n" + SAY, "name: x\n" + SAY, "P101"),
    Rule(
        "`version`",
        "version: 1\nname: x\n" + SAY,
        "version: 0\ntitle: x\nsteps: [{id: a, action: llm, prompt: x}]\n",
        "P111",
    ),
    Rule("`name`", "version: 1\nname: a-b_c\n" + SAY, "version: 1\nname: A b\n" + SAY, "P106"),
    Rule("`goal`, `description`", "goal: '${{ never read }}'\n" + SAY, "goal: [a]\n" + SAY, "P103"),
    Rule(
        "`inputs`",
        "inputs: {t: string}\ntasks: {a: {prompt: '${{ inputs.t }}'}}\n",
        "inputs: {t: strin}\n" + SAY,
        "P411",
    ),
    Rule(
        "`inputs`",
        "inputs: {n: {type: integer, default: 3}}\n" + SAY,
        "inputs: {n: {type: integer, default: x}}\n" + SAY,
        "P410",
    ),
    Rule(
        "`models`", "models: {fast: {model: m, top_p: 1}}\n" + SAY, "models: {fast: {model: m, key: k}}\n" + SAY, "P102"
    ),
    Rule("`limits`", "limits: {calls: 3, models: {m: {rpm: 6}}}\n" + SAY, "limits: {calls: 0}\n" + SAY, "P105"),
    Rule("`limits`", "limits: {time: 5m}\n" + SAY, "limits: {tools: {arxiv_search: {concurrency: 1}}}\n" + SAY, "P227"),
    Rule("`defaults`", "defaults: {model: m, timeout: 1m}\n" + SAY, "defaults: {temperature: 1}\n" + SAY, "P102"),
    Rule("`tasks`", SAY, "tasks:\n  a-b: {prompt: x}\n", "P106"),
    Rule("`tasks`", SAY, "tasks: {}\n", "P115"),
    Rule("`outputs`", SAY, SAY.replace("tasks.one", "tasks.two"), "P201"),
    Rule("`outputs`", SAY, "tasks: {one: {if: false, prompt: x}}\noutputs: {r: '${{ tasks.one.output }}'}\n", "P409"),
)
KINDS = (
    Rule("`prompt: TEXT`", task("prompt: x\n    system: y"), task("prompt: x\n    with: {a: 1}"), "P113"),
    Rule(
        "`tool: NAME`",
        task("tool: arxiv_search\n    with: {query: x}"),
        task("tool: arxiv\n    with: {query: x}"),
        "P212",
    ),
    Rule(
        "`tool: NAME`",
        task("tool: arxiv_search\n    with: {query: x}"),
        task("tool: arxiv_search\n    with: {query: 3}"),
        "P408",
    ),
    Rule(
        "`agent: TEXT`",
        task("agent: x\n    tools: [arxiv_search]\n    memory: run"),
        task("agent: x\n    max_turns: 21"),
        "P105",
    ),
    Rule("`goal: TEXT`", task("goal: x\n    tools: [arxiv_search]"), task("goal: x\n    tools: [nothing]"), "P212"),
    Rule(
        "`plan: FILE`",
        task("plan: part.plan.yaml\n    with: {n: 1}"),
        task("plan: part.plan.yaml\n    with: {n: x}"),
        "P408",
    ),
    Rule("`plan: FILE`", task("plan: part.plan.yaml\n    with: {n: 1}"), task("plan: part.plan.yaml"), "P407"),
    Rule("`plan: FILE`", task("plan: part.plan.yaml\n    with: {n: 1}"), task("plan: ../part.plan.yaml"), "P503"),
    Rule("`plan: FILE`", task("plan: part.plan.yaml\n    with: {n: 1}"), task("plan: self.plan.yaml"), "P305"),
    Rule("`ask: TEXT`", task("ask: x?\n    output: boolean"), task("ask: x?\n    model: m"), "P113"),
    Rule("`value: DATA`", task("value: {a: [1, '${{ inputs.n }}']}"), task("value: 1\n    prompt: x"), "P108"),
    Rule("A task has exactly one kind", task("value: 1"), task("timeout: 1s"), "P107"),
)
COMMON = (
    Rule("`description`", task("value: 1\n    description: x"), task("value: 1\n    description: 3"), "P103"),
    Rule("`needs: [a, b]`", task("value: 1"), task("value: 1").replace("[one]", "[two]"), "P201"),
    Rule("`needs: [a, b]`", task("value: 1"), task("value: 1").replace("[one]", "[a]"), "P302"),
    Rule(
        "`needs: [a, b]`", task("value: 1"), "tasks: {a: {needs: [b], value: 1}, b: {needs: [a], value: 1}}\n", "P301"
    ),
    Rule("`needs: [a, b]`", task("value: 1"), task("value: ${{ tasks.one.output }}"), "P304"),
    Rule(
        "`if: ${{ … }}`", task("value: 1\n    if: ${{ inputs.b }}"), task("value: 1\n    if: ${{ inputs.s }}"), "P404"
    ),
    Rule("`if: ${{ … }}`", task("value: 1\n    if: true"), task("value: 1\n    if: inputs.b"), "P213"),
    Rule("`run: always`", task("value: 1\n    run: always"), task("value: 1\n    run: never"), "P104"),
    Rule(
        "`foreach: {in, as, max_concurrency, on_error}`",
        task('value: "${{ x }}"\n    foreach: {in: "${{ inputs.l }}", as: x}'),
        task('value: 1\n    foreach: {in: "${{ inputs.n }}"}'),
        "P405",
    ),
    Rule(
        "`foreach: {in, as, max_concurrency, on_error}`",
        task("value: ${{ item }}\n    foreach: {in: []}"),
        task("value: ${{ paper }}\n    foreach: {in: [1]}"),
        "P203",
    ),
    Rule(
        "`foreach: {in, as, max_concurrency, on_error}`",
        task('value: "${{ item[0] + 1 }}"\n    foreach: {in: "${{ inputs.ll }}"}'),
        task('value: "${{ item[0].x }}"\n    foreach: {in: "${{ inputs.ll }}"}'),
        "P402",
    ),
    Rule(
        "`foreach: {in, as, max_concurrency, on_error}`",
        task("value: ${{ item }}\n    foreach: {in: [1]}"),
        task("value: 1\n    foreach: {in: [1], as: loop}"),
        "P217",
    ),
    Rule(
        "`repeat: {until, max, on_exhausted}`",
        task("prompt: x\n    repeat: {until: \"${{ output == 'ok' }}\", max: 3}"),
        task("prompt: x\n    repeat: {until: \"${{ output == 'ok' }}\", max: 101}"),
        "P105",
    ),
    Rule(
        "`repeat: {until, max, on_exhausted}`",
        task("prompt: 'x ${{ previous }}'\n    repeat: {until: \"${{ output == 'ok' }}\", max: 3}"),
        task("prompt: 'x ${{ previous }}'"),
        "P204",
    ),
    Rule(
        "`repeat: {until, max, on_exhausted}`",
        task("prompt: x\n    repeat: {until: \"${{ output == 'ok' }}\", max: 3}"),
        task('prompt: x\n    foreach: {in: [1]}\n    repeat: {until: "${{ true }}", max: 3}'),
        "P114",
    ),
    Rule(
        "`output`",
        task("prompt: x\n    output: {type: object, properties: {t: {type: string}}}"),
        task("prompt: x\n    output: {t: string}"),
        "P411",
    ),
    Rule(
        "`output`",
        task("tool: arxiv_search\n    with: {query: x}\n    output: list"),
        task("tool: arxiv_search\n    with: {query: x}\n    output: string"),
        "P413",
    ),
    Rule(
        "`retry: {max_attempts, initial_delay, backoff, max_delay, jitter, retry_on}`",
        task("prompt: x\n    retry: {max_attempts: 2, retry_on: [timeout]}"),
        task("prompt: x\n    retry: {retry_on: [monday]}"),
        "P104",
    ),
    Rule("`timeout: 30s`", task("prompt: x\n    timeout: 500ms"), task("prompt: x\n    timeout: 12:30"), "P109"),
    Rule("`on_error`", task("prompt: x\n    on_error: {value: 3}"), task("prompt: x\n    on_error: perhaps"), "P104"),
    Rule(
        "`on_interrupt`", task("prompt: x\n    on_interrupt: fail"), task("prompt: x\n    on_interrupt: wait"), "P104"
    ),
    Rule("`cache`", task("prompt: x\n    cache: {ttl: 1d}"), task("prompt: x\n    cache: 1d"), "P103"),
    Rule(
        "`cache`",
        task("prompt: x\n    cache: false"),
        task("tool: write_file\n    with: {path: a, content: b}\n    cache: true", ""),
        "P507",
    ),
)
GOALS = (
    Rule(
        "The sub-plan may use the listed `tools`",
        task("goal: x\n    tools: [arxiv_search]"),
        task("goal: x\n    tools: [arxiv_serch]"),
        "P212",
    ),
    Rule(
        "`limits` bound it",
        task("goal: x\n    limits: {tasks: 3, depth: 1}"),
        task("goal: x\n    limits: {tasks: 0}"),
        "P105",
    ),
    Rule(
        "With `approve: true` nothing of it runs",
        task("goal: x\n    approve: true"),
        task("goal: x\n    approve: maybe"),
        "P103",
    ),
)
EXPRESSIONS = (
    Rule(
        "A value that is exactly one `${{ … }}` keeps its type",
        task("tool: arxiv_search\n    with: {query: x, max_results: '${{ inputs.n }}'}"),
        task("tool: arxiv_search\n    with: {query: x, max_results: '${{ inputs.n }} papers'}"),
        "P408",
    ),
    Rule("There is no escape", task("prompt: \"${{ '${{' }}\""), task("prompt: 'A literal ${{ here'"), "P210"),
    Rule(
        "`{% if %}` and `{% for %}` work inside",
        task("prompt: '{% for x in inputs.l %}${{ x }}{% endfor %}'"),
        task("value: '{% for x in inputs.l %}${{ x }}{% endfor %}'"),
        "P216",
    ),
    Rule(
        "`{% if %}` and `{% for %}` work inside",
        task("prompt: '{% if inputs.b %}a{% else %}b{% endif %}'"),
        task("prompt: '{% if inputs.b %}a'"),
        "P215",
    ),
    Rule("In scope", value("[inputs.s, tasks.one.status, run.id]"), value("inputs.t"), "P202"),
    Rule("In scope", value("tasks.one.errors | length"), value("tasks.one.result"), "P207"),
    Rule("In scope", value("run.id"), value("run.date"), "P219"),
    Rule("In scope", task("value: ${{ loop.index0 }}\n    foreach: {in: [1]}"), value("loop.index0"), "P204"),
    Rule(
        "What a model or a tool returns is data for ever",
        task("prompt: x\n    output: integer"),
        value("tasks.one.output + 1"),
        "P403",
    ),
    Rule("No calls, no names that begin with `_`", value("inputs.s | upper"), value("inputs.s.upper()"), "P211"),
    Rule("No calls, no names that begin with `_`", value("inputs.any.x"), value("inputs.any.__class__"), "P211"),
    Rule(
        "No calls, no names that begin with `_`", value("tasks['one'].status"), value("tasks[inputs.s].output"), "P208"
    ),
    Rule("Filters: `abs`", value("inputs.l | join(', ')"), value("inputs.l | jion(', ')"), "P205"),
    Rule("Filters: `abs`", value("inputs.l | sort(reverse=true)"), value("inputs.l | sort(by='x')"), "P220"),
    Rule("Filters: `abs`", value("inputs.l | map('upper') | list"), value("inputs.l | sum"), "P403"),
    Rule("Tests (`is …`)", value("inputs.s is empty"), value("inputs.s is emty"), "P206"),
    Rule(
        "`${{ … }}` is the one way", task("prompt: 'Say ${{ inputs.s }}'"), task("prompt: 'Say {{ inputs.s }}'"), "P214"
    ),
)
YAML = (
    Rule("YAML 1.2 core scalars", task("value: [no, on, 1:30, 1.10]"), task("value: [0755]"), "P016"),
    Rule("Duplicate keys", task("value: {a: 1, b: 2}"), task("value: {a: 1, a: 2}"), "P006"),
    Rule("anchors and aliases", task("value: [1, 1]"), task("value: [&x 1, *x]"), "P008"),
    Rule("tags", task("value: '!x'"), task("value: !x 1"), "P009"),
    Rule("merge keys", task("value: {a: 1}"), task("value: {<<: {a: 1}}"), "P014"),
    Rule("several documents", SAY, SAY + "---\na: 1\n", "P011"),
    Rule("tabs", task('value: "a\\tb"'), task("value: a\tb"), "P004"),
    Rule("invisible characters", task('value: "a\\u202eb"'), task("value: a\u202eb"), "P003"),
)
LIMITS = (
    Rule("depth 40", task(f"value: {'[' * 30}{']' * 30}"), task(f"value: {'[' * 41}{']' * 41}"), "P012"),
    Rule(
        "`repeat` 100",
        task("prompt: x\n    repeat: {until: \"${{ output == 'a' }}\", max: 100}"),
        task("prompt: x\n    repeat: {until: \"${{ output == 'a' }}\", max: 101}"),
        "P105",
    ),
    Rule("agent 20 turns", task("agent: x\n    max_turns: 20"), task("agent: x\n    max_turns: 21"), "P105"),
)
RULES = (*ENVELOPE, *KINDS, *COMMON, *GOALS, *EXPRESSIONS, *YAML, *LIMITS)
AT_RUN_TIME = {
    "Its tasks are children of the goal": "tests/e2e/test_goals.py",
    "The plan that was made is part of the run": "tests/e2e/test_goals.py",
    "`planc promote RUN TASK` writes it as a file": "tests/e2e/test_promote.py",
}
"""Items of the page about what happens while a plan runs → the test that shows it."""
