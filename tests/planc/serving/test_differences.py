"""Two plans as one graph, with what changed inside their sub-plans."""

from __future__ import annotations

from pathlib import Path

from planc.serving.differences import diff_shape
from planc_compiler.review.changes import Checked, compare
from planc_compiler.review.estimate import estimate
from planc_runtime.server.diff_shapes import DiffShape
from tests.support.plans import checked

MAIN = "version: 1\nname: main\ntasks:\n  one: {plan: part.plan.yaml}\n  end: {prompt: 'End ${{ tasks.one.output }}'}\n"
PART = """version: 1
name: part
tasks:
  say: {prompt: Say it.}
  check: {prompt: "Check ${{ tasks.say.output }} with care"}
outputs: {text: '${{ tasks.say.output }}'}
"""
OTHER_PART = """version: 1
name: part
tasks:
  say: {prompt: Sing it.}
  count: {value: "${{ tasks.say.output | length }}"}
outputs: {text: '${{ tasks.say.output }}'}
"""


def shape(old: Checked, new: Checked) -> DiffShape:
    diff = compare(old, new, estimate(old.compiled), estimate(new.compiled))
    return diff_shape(old, new, diff, Path.cwd())


def marks(shaped: DiffShape) -> dict[str, str | None]:
    return {node.id: node.mark for node in shaped.graph.nodes}


def test_what_changed_in_a_sub_plan_is_marked_and_told() -> None:
    shaped = shape(checked(MAIN, part=PART), checked(MAIN, part=OTHER_PART))
    assert marks(shaped) == {
        "one": "changed",
        "one/say": "changed",
        "one/count": "added",
        "one/check": "removed",
        "end": "same",
    }
    (change,) = shaped.imports
    assert (change.path, change.change, change.run_by) == ("part.plan.yaml", "changed", ["one"])
    assert [(task["id"], task["change"]) for task in change.tasks] == [
        ("say", "changed"),
        ("count", "added"),
        ("check", "removed"),
    ]
    assert change.tasks[0]["fields"][0]["pieces"] == [["removed", "Say"], ["added", "Sing"], ["same", " it."]]
    edges = {(edge.source, edge.target): edge.mark for edge in shaped.graph.edges}
    assert edges == {
        ("one", "end"): "same",
        ("one/say", "one/count"): "added",
        ("one/say", "one/check"): "removed",
    }


def test_a_removed_subtask_stands_in_the_renamed_task_that_ran_it() -> None:
    renamed = MAIN.replace("one", "first")
    shaped = shape(checked(MAIN, part=PART), checked(renamed, part=OTHER_PART))
    found = marks(shaped)
    assert (found["first"], found["first/check"], found["first/say"]) == ("renamed", "removed", "changed")
    assert next(node for node in shaped.graph.nodes if node.id == "first/check").parent == "first"
    assert shaped.imports[0].run_by == ["first"]


def test_sub_plans_that_come_and_go_bring_and_take_their_tasks() -> None:
    plain = MAIN.replace("{plan: part.plan.yaml}", "{prompt: Begin}")
    with_part = checked(MAIN, part=PART)
    came, went = shape(checked(plain), with_part), shape(with_part, checked(plain))
    assert marks(came) == {"one": "changed", "one/say": "added", "one/check": "added", "end": "same"}
    assert marks(went) == {"one": "changed", "one/say": "removed", "one/check": "removed", "end": "same"}
    assert [(item.change, item.run_by) for item in (*came.imports, *went.imports)] == [
        ("added", ["one"]),
        ("removed", ["one"]),
    ]


def test_a_change_two_plans_deep_marks_the_way_to_it() -> None:
    middle = MAIN.replace("part.", "deep.").replace("one:", "inner:").replace("tasks.one", "tasks.inner")
    shaped = shape(checked(MAIN, part=middle, deep=PART), checked(MAIN, part=middle, deep=OTHER_PART))
    found = marks(shaped)
    way = ("one", "one/inner", "one/inner/say", "one/end")
    assert [found[name] for name in way] == ["changed", "changed", "changed", "same"]
    assert {item.path: item.run_by for item in shaped.imports} == {
        "deep.plan.yaml": ["one/inner"],
        "part.plan.yaml": ["one"],
    }
