from __future__ import annotations

import pytest

from planc_compiler.graph import components
from tests.support.compiling import HEAD, codes, compiled, plan_of


def needing(edges: dict[str, list[str]]) -> str:
    tasks = "".join(f"  {name}:\n    needs: [{', '.join(needs)}]\n    value: 1\n" for name, needs in edges.items())
    return f"tasks:\n{tasks}"


def test_a_cycle_shows_its_whole_path_and_every_edge() -> None:
    found = compiled(needing({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})).diagnostics
    assert [diagnostic.code for diagnostic in found] == ["P301"]
    assert found[0].message.endswith("a → b → c → a")
    assert [label.text for label in found[0].labels] == ["`a` needs `b`", "`b` needs `c`", "`c` needs `a`"]


def test_cycles_apart_are_all_reported() -> None:
    found = compiled(needing({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]})).diagnostics
    assert [diagnostic.message.split(": ")[1] for diagnostic in found] == ["a → b → a", "c → d → c"]


def test_cycles_that_share_a_task_are_all_reported() -> None:
    found = compiled(needing({"hub": ["a", "b"], "a": ["hub"], "b": ["hub"]})).diagnostics
    assert [diagnostic.message.split(": ")[1] for diagnostic in found] == ["hub → a → hub", "hub → b → hub"]


def test_components_of_a_long_chain_need_no_deep_stack() -> None:
    chain = {f"t{index}": [f"t{index + 1}"] for index in range(20_000)}
    assert components({**chain, "t20000": []}) == []
    assert components({**chain, "t20000": ["t0"]}) == [[*chain, "t20000"]]


def test_a_chain_of_10_000_tasks_compiles() -> None:
    lines = [f"  t{index}: {{value: '${{{{ tasks.t{index - 1}.output }}}}'}}" for index in range(1, 10_000)]
    plan = plan_of("tasks:\n  t0: {value: 1}\n" + "\n".join(lines) + "\n")
    assert [task.waits_for for task in plan.tasks[:3]] == [(), ("t0",), ("t1",)]


def test_a_long_cycle_is_named_as_far_as_is_readable() -> None:
    lines = [f"  t{index}: {{needs: [t{(index + 1) % 300}], value: 1}}" for index in range(300)]
    found = compiled("tasks:\n" + "\n".join(lines) + "\n").diagnostics
    assert [diagnostic.code for diagnostic in found] == ["P301"]
    assert "… 250 more → t0" in found[0].message and len(found[0].labels) == 50


def test_other_problems_are_reported_beside_a_cycle() -> None:
    body = needing({"a": ["b"], "b": ["a"]}) + '  c:\n    prompt: "${{ [1] | uper }}"\n'
    assert sorted(codes(body)) == ["P205", "P301"]


@pytest.mark.parametrize(
    "kind",
    ["ask: Well?", "tool: write_file\n    with: {path: a, content: b}", "run: always\n    prompt: Tidy up."],
)
def test_what_acts_need_not_be_read(kind: str) -> None:
    body = f"tasks:\n  a:\n    value: 1\n  b:\n    {kind}\noutputs:\n  a: ${{{{ tasks.a.output }}}}\n"
    assert codes(body) == []


def test_a_plan_without_outputs_shows_every_result() -> None:
    assert HEAD and codes("tasks:\n  a:\n    value: 1\n") == []
