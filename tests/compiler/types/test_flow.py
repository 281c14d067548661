from __future__ import annotations

import pytest

from tests.support.compiling import codes, compiled, plan_of, task_of

FIND = "tasks:\n  find: {tool: arxiv_search, with: {query: a}}\n"
KNOWN = (
    "inputs:\n  n: integer\n  s: string\n  b: boolean\n  l: list[string]\n"
    "  o: {type: object, properties: {k: string}}\n  any: {}\n  maybe: {type: [string, 'null']}\n"
)


def codes_of(expression: str) -> list[str]:
    """Codes for a value with this expression, after inputs of every type."""
    return codes(KNOWN + f'tasks:\n  a:\n    value: "${{{{ {expression} }}}}"\n')


@pytest.mark.parametrize(
    "expression",
    [
        "inputs.n + 1 - 2.5 * inputs.n",
        "inputs.s + 'x'",
        "inputs.l + ['x']",
        "inputs.s * 3",
        "inputs.n ~ inputs.l",
        "inputs.any.anything[0].at.all | upper | length + 1",
        "inputs.maybe | upper",
        "inputs.maybe | default('x')",
        "inputs.o | items | first | last",
        "inputs.o.k | split(',') | map('trim') | list | join(' ')",
        "inputs.l | select('eq', 'x') | list | length > 0 and inputs.b",
        "inputs.l | sort | first | default('none') | upper",
        "inputs.n is divisibleby 3 or inputs.s in inputs.l",
        "inputs.s < 'b' and 1 < inputs.n <= 3",
        "[inputs.n, inputs.s][0] | string",
        "{'a': inputs.n}.a + 1",
        "{'a': inputs.n}['a'] + 1",
        "-inputs.n | abs",
        "inputs.o[inputs.s] | upper",
        "(inputs.n if inputs.b else inputs.s) | string",
        "inputs.n == 1.0",
        "inputs.maybe == none",
        "inputs.l | map('length') | sum + 1",
        "inputs.any | map(attribute='x') | list",
        "run.id | upper",
    ],
)
def test_what_may_be_right_is_not_reported(expression: str) -> None:
    assert codes_of(expression) == []


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("inputs.s - 1", "P403"),
        ("inputs.s + 1", "P403"),
        ("inputs.l + 'x'", "P403"),
        ("-inputs.s", "P403"),
        ("inputs.n | upper", "P403"),
        ("inputs.s | sum", "P403"),
        ("inputs.l | map('abs') | list", "P403"),
        ("inputs.s < inputs.n", "P403"),
        ("inputs.s in inputs.n", "P403"),
        ("inputs.o.x", "P401"),
        ("inputs.o['x']", "P401"),
        ("{'a': 1}.b", "P401"),
        ("inputs.l.x", "P402"),
        ("inputs.l['x']", "P402"),
        ("inputs.s[0]", "P402"),
        ("inputs.n.x", "P402"),
        ("[inputs.o] | map(attribute='x') | list", "P401"),
        ("[inputs.o] | selectattr('x') | list", "P401"),
        ("inputs.s == 1", "P412"),
        ("inputs.s | truncate('x')", "P403"),
    ],
)
def test_what_cannot_be_right_is(expression: str, code: str) -> None:
    assert codes_of(expression) == [code]


def test_one_cause_is_one_report() -> None:
    body = FIND + (
        "  a: {value: '${{ tasks.find.output[0].titel }}'}\n"
        "  b: {value: '${{ tasks.a.output.x | upper }}'}\n"
        "  c: {foreach: {in: '${{ tasks.a.output }}'}, value: '${{ item.x + 1 }}'}\n"
    )
    assert codes(body) == ["P401"]


def test_items_of_a_foreach_and_of_nested_lists() -> None:
    body = FIND + (
        "  a: {foreach: {in: '${{ tasks.find.output }}', as: p}, value: '${{ p.authors }}'}\n"
        "  b: {foreach: {in: '${{ tasks.a.output }}', as: names}, value: '${{ names[0] | upper }}'}\n"
        "  c: {value: '${{ tasks.a.output[0][0].x }}'}\n"
    )
    found = compiled(body).diagnostics
    assert [(diagnostic.code, diagnostic.task) for diagnostic in found] == [("P402", "c")]


def test_a_collected_failure_may_be_null() -> None:
    body = FIND + (
        "  a:\n    foreach: {in: '${{ tasks.find.output }}', on_error: collect}\n    prompt: Say.\n"
        "  b: {value: '${{ tasks.a.output | select(\"string\") | list | length }}'}\n"
        "  c: {value: '${{ tasks.a.errors[0].mesage }}'}\n"
    )
    assert codes(body) == ["P401"]


def test_repeat_sees_its_own_output() -> None:
    body = (
        "tasks:\n  a:\n    prompt: Score it.\n"
        "    output: {type: object, properties: {score: integer}, required: [score]}\n"
        "    repeat: {until: '${{ output.score > 3 and loop.index0 < 2 }}', max: 3}\n"
        '    system: "${{ previous.score | default(0) }}"\n'
    )
    assert codes(body) == []
    assert codes(body.replace("output.score", "output.scor")) == ["P401"]


def test_a_fallback_value_is_one_of_the_types() -> None:
    body = (
        "tasks:\n  a: {prompt: Say., on_error: {value: [1]}}\n  b: {value: '${{ tasks.a.output | length }}'}\n"
        "  c: {value: '${{ tasks.a.output - 1 }}'}\n"
    )
    assert codes(body) == ["P403"]


def test_shapes_become_schemas() -> None:
    plan = plan_of("inputs:\n  a: list[list[integer]]\n  b: {type: list, items: string}\ntasks:\n  t: {value: 1}\n")
    assert plan.inputs["a"] == {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}
    assert plan.inputs["b"] == {"type": "array", "items": {"type": "string"}}


def test_the_output_of_a_task_is_a_schema() -> None:
    plan = plan_of("tasks:\n  a: {prompt: Say., output: {type: object, properties: {x: string}}}\n")
    assert task_of(plan, "a").output == {"type": "object", "properties": {"x": {"type": "string"}}}


@pytest.mark.parametrize(
    ("guard", "wanted"), [("run: always", []), ("needs: [a]", []), ("system: '${{ tasks.a.output }}'", ["P409"])]
)
def test_what_is_skipped_with_another(guard: str, wanted: list[str]) -> None:
    body = (
        "inputs: {on: boolean}\ntasks:\n  a: {if: '${{ inputs.on }}', prompt: Say.}\n"
        f"  b:\n    prompt: Say.\n    {guard}\n"
        "outputs:\n  b: ${{ tasks.b.output }}\n  a: ${{ tasks.a.output | default('') }}\n"
    )
    assert codes(body) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("tasks.a.output", ["P409"]),
        ("tasks.a.output | default(tasks.b.output)", ["P409"]),
        ("tasks.a.output | default(tasks.b.output) | default('')", []),
        ("(tasks.a.output or tasks.b.output) | default('')", []),
        ("tasks.a.output is none", []),
        ("tasks.a.status", []),
        ("tasks.a.output | upper | default('')", ["P409"]),
    ],
)
def test_outputs_that_may_be_null(expression: str, wanted: list[str]) -> None:
    """Neither task runs when `on` is null or false; each is skipped without harm to the other."""
    body = (
        "inputs: {on: boolean}\ntasks:\n  a: {if: '${{ inputs.on }}', prompt: Say.}\n"
        "  b: {if: '${{ not inputs.on }}', prompt: Say.}\n"
        f'outputs:\n  o: "${{{{ {expression} }}}}"\n'
    )
    assert [code for code in codes(body) if code != "P303"] == wanted


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [("true", []), ("false", []), ("'${{ inputs.on }}'", []), ("'${{ 1 }}'", ["P404"]), ("'${{ inputs.any }}'", [])],
)
def test_conditions(condition: str, wanted: list[str]) -> None:
    assert codes(f"inputs: {{on: boolean, any: {{}}}}\ntasks:\n  a: {{if: {condition}, prompt: Say.}}\n") == wanted


def test_patterns_of_a_plan_are_not_run_while_it_is_checked() -> None:
    """This pattern would take exponential time on this default."""
    body = "inputs:\n  a: {type: string, pattern: '^(a+)+$', default: '%s!'}\ntasks:\n  t: {value: 1}\n" % ("a" * 60)
    assert codes(body) == []
