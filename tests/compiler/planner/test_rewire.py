from __future__ import annotations

import pytest

from planc_compiler.planner.rewire import rewire
from planc_compiler.planner.splice import CannotSplice

PLAN = """\
# Teas of the world.
version: 1
name: teas
tasks:
  # What is known.
  research:
    description: all of it
    goal: |
      Find out about ${{ inputs.topic }}.

      Be brief.
    # Tools that may be used.
    tools: [arxiv_search]  # no more
    limits:
      calls: 3
      time: 5m
    approve: true
    needs: [first]   # order matters

  first:
    prompt: Hello
"""


def test_the_goal_becomes_a_plan_and_every_other_line_stays() -> None:
    assert (
        rewire(PLAN, "research", "research.plan.yaml", {"query": "${{ inputs.topic }}"})
        == """\
# Teas of the world.
version: 1
name: teas
tasks:
  # What is known.
  research:
    description: all of it
    plan: research.plan.yaml
    with:
      query: ${{ inputs.topic }}
    # Tools that may be used.
    needs: [first]   # order matters

  first:
    prompt: Hello
"""
    )


def test_a_comment_behind_the_goal_is_kept() -> None:
    text = "tasks:\n    a:\n        goal: Do it  # why\n        tools: []\n"
    assert rewire(text, "a", "a.plan.yaml", {}) == "tasks:\n    a:\n        plan: a.plan.yaml  # why\n"


def test_a_task_in_braces_is_written_in_lines_first() -> None:
    text = "version: 1\nname: x\ntasks: {a: {goal: Do it, tools: [t], if: true}}  # here\n"
    done = rewire(text, "a", "a.plan.yaml", {})
    assert "  a:\n    plan: a.plan.yaml\n    if: true\n" in done or "    if: true\n    plan: a.plan.yaml\n" in done
    assert "# here" in done and "goal" not in done


@pytest.mark.parametrize("name", ["first", "nothing"])
def test_only_goals_are_rewired(name: str) -> None:
    with pytest.raises(CannotSplice, match=f"no goal `{name}`"):
        rewire(PLAN, name, "x.plan.yaml", {})
