from __future__ import annotations

import pytest

from planc_compiler import compile_plan
from planc_compiler.planner.splice import CannotSplice, splice
from planc_schemas.plan import PromptTask
from tests.support.planning import TOOLS

TEXT = """\
# by hand
version: 1
name: poem          # its name
tasks:

  # the first
  one:
    prompt: |
      Say one.

      # not a comment
  # the second
  two:
    prompt: "Say ${{ tasks.one.output }}."   # odd   spacing


  # the third
  three:
    prompt: Say three.

# what comes out
outputs:
  two: ${{ tasks.two.output }}
  three: ${{ tasks.three.output }}
"""


def new(text: str) -> PromptTask:
    return PromptTask(prompt=text)


def test_nothing_to_do_changes_no_byte() -> None:
    assert splice(TEXT, {}, [], {}) == TEXT


def test_a_task_is_replaced_between_its_neighbours() -> None:
    changed = splice(TEXT, {"two": new("Say ${{ tasks.one.output }} twice.")}, [], {})
    old = '    prompt: "Say ${{ tasks.one.output }}."   # odd   spacing\n'
    assert changed == TEXT.replace(old, "    prompt: Say ${{ tasks.one.output }} twice.\n")


def test_a_text_with_a_number_sign_belongs_to_its_task() -> None:
    changed = splice(TEXT, {"one": new("Say 1.")}, [], {})
    assert "# not a comment" not in changed
    assert "  # the second\n  two:" in changed


def test_a_new_task_stands_last_and_its_output_too() -> None:
    changed = splice(TEXT, {"four": new("Say four.")}, [], {"four": "${{ tasks.four.output }}"})
    expected = (
        TEXT.replace("    prompt: Say three.\n", "    prompt: Say three.\n\n  four:\n    prompt: Say four.\n")
        + "  four: ${{ tasks.four.output }}\n"
    )
    assert changed == expected
    assert compile_plan(changed, "x.plan.yaml", TOOLS).plan is not None


def test_a_task_and_its_output_go() -> None:
    changed = splice(TEXT, {}, ["three"], {"three": None})
    assert "three:" not in changed
    assert compile_plan(changed, "x.plan.yaml", TOOLS).plan is not None
    kept = TEXT.replace("\n  three:\n    prompt: Say three.\n", "").replace("  three: ${{ tasks.three.output }}\n", "")
    assert changed.replace("\n\n\n", "\n\n").split() == kept.split()


def test_a_plan_without_outputs_gets_some() -> None:
    text = TEXT[: TEXT.index("# what")]
    changed = splice(text, {}, [], {"two": "${{ tasks.two.output }}"})
    assert changed.endswith("    prompt: Say three.\n\noutputs:\n  two: ${{ tasks.two.output }}\n")
    assert splice(text.rstrip("\n"), {}, [], {}) == text.rstrip("\n") + "\n"


@pytest.mark.parametrize("tasks", ["tasks: {a: {prompt: Say.}}", "tasks:\n      a: {prompt: Say.}"])
def test_a_file_that_cannot_be_edited_by_lines_is_refused(tasks: str) -> None:
    with pytest.raises(CannotSplice, match="planc fmt"):
        splice(f"version: 1\nname: x\n{tasks}\n", {"b": new("x")}, [], {})
