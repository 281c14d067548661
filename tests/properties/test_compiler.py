"""Properties of the compiler: nothing makes it raise, edges are what was written, every cycle is found."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from planc_compiler.expressions import parse_expression, read_text
from tests.support.compiling import compiled

_WORDS = """
tasks inputs run loop item a b output status errors id . [ ] ( ) { } , : | ~ + - * / // % ** == != < <= > >=
and or not in is if else none true 1 2.5 'x' "y" default map join upper first attribute= {% %} ${{ }} {{ for
endfor endif elif \\ ' " _x __class__ 99999999999999999999 1e999
"""
WORDS = st.sampled_from(_WORDS.split())
EXPRESSIONS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join))


@given(EXPRESSIONS)
@settings(max_examples=1000, deadline=None)
def test_any_expression_gives_code_or_faults_inside_it(text: str) -> None:
    code, faults = parse_expression(text, 0, len(text))
    assert code[0] == "bad" or 0 <= code.start <= code.end <= len(text)
    assert all(0 <= fault.start <= fault.end <= len(text) + 1 for fault in faults)


@given(st.lists(st.one_of(st.text(max_size=10), EXPRESSIONS.map(lambda e: f"${{{{ {e} }}}}"), WORDS), max_size=8))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    for tags in (True, False):
        segments, _ = read_text(text, tags)
        if "{" not in text:
            assert "".join(segments) == text


@given(EXPRESSIONS)
@settings(max_examples=500, deadline=None)
def test_any_expression_in_a_plan_compiles_or_is_reported(text: str) -> None:
    quoted = f"${{{{ {text} }}}}".replace("'", "''")
    body = f"inputs: {{x: string}}\ntasks:\n  b: {{value: [1]}}\n  a:\n    prompt: '{quoted}'\n    if: '{quoted}'\n"
    done = compiled(body)
    assert (done.plan is None) == any(found.severity == "error" for found in done.diagnostics)


@st.composite
def graphs(draw: st.DrawFn, acyclic: bool) -> dict[str, dict[str, set[str]]]:
    """Task → {"needs", "reads"} → tasks; an acyclic one only looks at those before it."""
    names = [f"t{index}" for index in range(draw(st.integers(2, 12)))]
    graph: dict[str, dict[str, set[str]]] = {}
    for index, name in enumerate(names):
        others = names[:index] if acyclic else [other for other in names if other != name]
        pick = st.sets(st.sampled_from(others), max_size=4) if others else st.just(set())
        graph[name] = {"needs": draw(pick), "reads": draw(pick)}
    order = draw(st.permutations(names))
    return {name: graph[name] for name in order}


def written(graph: dict[str, dict[str, set[str]]]) -> str:
    lines = ["tasks:"]
    for name, edges in graph.items():
        reads = " ".join(f"${{{{ tasks.{other}.output }}}}" for other in sorted(edges["reads"]))
        lines += [f"  {name}:", f"    needs: [{', '.join(sorted(edges['needs']))}]", f'    prompt: "Say {reads}."']
    return "\n".join(lines) + "\n"


@given(graphs(acyclic=True))
@settings(max_examples=150, deadline=None)
def test_an_acyclic_graph_has_the_edges_that_were_written(graph: dict[str, dict[str, set[str]]]) -> None:
    plan = compiled(written(graph)).plan
    assert plan is not None
    for task in plan.tasks:
        assert set(task.reads) == graph[task.id]["reads"]
        assert set(task.needs) == graph[task.id]["needs"]
        assert set(task.waits_for) == graph[task.id]["reads"] | graph[task.id]["needs"]


def on_cycles(graph: dict[str, dict[str, set[str]]]) -> set[str]:
    """Tasks that can be reached from themselves, by plain search."""
    found = set()
    for start in graph:
        seen: set[str] = set()
        todo = [start]
        while todo:
            edges = graph[todo.pop()]
            fresh = (edges["needs"] | edges["reads"]) - seen
            seen |= fresh
            todo += fresh
        if start in seen:
            found.add(start)
    return found


@given(graphs(acyclic=False))
@settings(max_examples=150, deadline=None)
def test_every_task_on_a_cycle_is_in_a_reported_cycle_and_every_reported_edge_is_real(
    graph: dict[str, dict[str, set[str]]],
) -> None:
    done = compiled(written(graph))
    cycles = [found.message.split(": ")[1].split(" → ") for found in done.diagnostics if found.code == "P301"]
    assert {name for cycle in cycles for name in cycle} == on_cycles(graph)
    assert (done.plan is None) == bool(cycles)
    for cycle in cycles:
        for name, other in pairwise(cycle):
            assert other in graph[name]["needs"] | graph[name]["reads"]
