"""What `check --fix` makes of common mistakes, and that nothing is left to say about them then."""

from __future__ import annotations

import pytest

from planc_compiler.fixes import apply_fixes, safe_fixes
from tests.support.compiling import HEAD, compiled

INPUTS = "inputs: {{s: string, l: 'list[string]', n: integer}}\n"
EXPRESSIONS = {
    "inputs.s && inputs.n > 1 || true": "inputs.s and inputs.n > 1 or true",
    "!inputs.s": "not inputs.s",
    "inputs.s === 'a'": "inputs.s == 'a'",
    "inputs.s.strip()": "inputs.s | trim",
    "len(inputs.l) > 2": "inputs.l | length > 2",
    "-len(inputs.l)": "-(inputs.l | length)",
    "inputs.l.length": "inputs.l | length",
    "inputs.l | count": "inputs.l | length",
    "inputs.s | strip": "inputs.s | trim",
    "params.s": "inputs.s",
    "steps.one.outputs": "tasks.one.output",
    "one.output": "tasks.one.output",
    "one.status": "tasks.one.status",
}
BODIES = {
    "a path without its braces": ("outputs: {r: tasks.one.output}\n", "outputs: {r: ${{ tasks.one.output }}}\n"),
    "a model without its key": ("models: {fast: gpt-x}\n", "models: {fast: {model: gpt-x}}\n"),
    "types of another language": ("inputs: {a: str, b: 'List[int]', c: 'string[]'}\n", None),
    "fields without an object": (
        "tasks: {a: {prompt: x, output: {title: string}}}\n",
        "tasks: {a: {prompt: x, output: {type: object, properties: {title: string}}}}\n",
    ),
    "a list instead of a loop": (
        'tasks:\n  a:\n    foreach: [1, 2]\n    value: "${{ item }}"\n',
        'tasks:\n  a:\n    foreach: {in: [1, 2]}\n    value: "${{ item }}"\n',
    ),
    "an item in two braces": (
        'tasks:\n  a:\n    foreach: {in: [1], as: paper}\n    prompt: "Say {{ paper }}"\n',
        'tasks:\n  a:\n    foreach: {in: [1], as: paper}\n    prompt: "Say ${{ paper }}"\n',
    ),
    "tabs": ("tasks:\n\ta:\n\t\tprompt: x\n", "tasks:\n  a:\n    prompt: x\n"),
}


def repaired(body: str) -> str:
    """The body after rounds of safe fixes, as the command makes them."""
    text = HEAD + body
    for _ in range(5):
        done = compiled(text.removeprefix(HEAD))
        text, applied = apply_fixes(text, "test.plan.yaml", safe_fixes(done.diagnostics))
        if not applied:
            break
    return text.removeprefix(HEAD)


@pytest.mark.parametrize(("wrong", "right"), EXPRESSIONS.items())
def test_expressions(wrong: str, right: str) -> None:
    body = INPUTS + "tasks:\n  one: {{prompt: Say one.}}\n  two:\n    value: |-\n      ${{{{ {} }}}}\n"
    body += "outputs: {{r: '${{{{ [tasks.one.output, tasks.two.output] }}}}'}}\n"
    assert repaired(body.format(wrong)) == body.format(right)
    assert compiled(body.format(right)).diagnostics == []


@pytest.mark.parametrize(("wrong", "right"), BODIES.values(), ids=BODIES)
def test_plans(wrong: str, right: str | None) -> None:
    rest = "" if "tasks:" in wrong else "tasks:\n  one: {prompt: Say one.}\n"
    after = repaired(wrong + rest)
    if right is not None and "outputs" not in wrong:
        assert after == right + rest
    left = {found.code for found in compiled(after).diagnostics}
    assert left <= {"P303"}, after


def test_a_file_that_is_called_like_an_input_is_no_forgotten_expression() -> None:
    body = "inputs: {topic: string}\ntasks:\n  a: {value: inputs.csv}\noutputs: {r: '${{ tasks.a.output }}'}\n"
    assert compiled(body).diagnostics == []


def test_the_only_unknown_argument_stands_for_the_only_missing_one() -> None:
    (found,) = compiled("tasks:\n  a:\n    tool: arxiv_search\n    with: {q: agents}\n").diagnostics[:1]
    assert (found.code, found.help) == ("P406", ("did you mean `query`?",))
    codes = [d.code for d in compiled("tasks:\n  a:\n    tool: arxiv_search\n    with: {q: x, p: y}\n").diagnostics]
    assert sorted(set(codes)) == ["P406", "P407"]


def test_an_alias_or_a_merge_key_is_the_one_report() -> None:
    aliased = "tasks:\n  a: &x\n    value: 1\n  b: *x\noutputs: {r: '${{ [tasks.a.output, tasks.b.output] }}'}\n"
    assert [found.code for found in compiled(aliased).diagnostics] == ["P008"]
    merged = aliased.replace("b: *x", "b:\n    <<: *x")
    assert [found.code for found in compiled(merged).diagnostics] == ["P008", "P014"]
