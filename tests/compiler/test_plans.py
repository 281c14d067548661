"""The numbered example plans: each compiles without a word of complaint and is written in canonical form."""

from __future__ import annotations

from pathlib import Path

import pytest

from planc_compiler import Compilation, compile_plan
from planc_compiler.fmt import format_text
from planc_compiler.planner.templates import match_template
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.plan import TASK_MODELS, ToolTask
from tests.support.planning import REVIEW_GOAL

PLANS = Path(__file__).parents[2] / "plans"
FILES = sorted(PLANS.rglob("*.plan.yaml"))
TOOLS = ToolRegistry(builtin_tools({}))


def compiled(path: Path) -> Compilation:
    def load(name: str) -> str | None:
        other = PLANS / name
        return other.read_text(encoding="utf-8") if other.is_file() else None

    return compile_plan(path.read_text(encoding="utf-8"), path.relative_to(PLANS).as_posix(), TOOLS, load=load)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_compiles_without_complaint(path: Path) -> None:
    compilation = compiled(path)
    assert [(found.code, found.message) for found in compilation.diagnostics] == []
    assert compilation.plan is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_is_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_text(text) == text


def test_numbers_are_used_once_and_in_a_row() -> None:
    numbers = [int(path.name[:2]) for path in FILES if path.parent == PLANS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_together_they_show_every_kind_of_task_and_every_feature() -> None:
    plans = [compilation.model for compilation in map(compiled, FILES) if compilation.model is not None]
    tasks = [task for plan in plans for task in plan.tasks.values()]
    assert {task.kind for task in tasks} == set(TASK_MODELS)
    for feature in ("if_", "needs", "foreach", "repeat", "output", "retry", "timeout", "cache", "run", "on_interrupt"):
        assert any(getattr(task, feature) for task in tasks), feature
    assert any(task.on_error != "fail" for task in tasks)
    for feature in ("inputs", "models", "limits", "defaults", "outputs"):
        assert any(getattr(plan, feature) for plan in plans), feature
    assert any(isinstance(task, ToolTask) and task.foreach for task in tasks)


def test_the_flagship_serves_its_own_goal_and_others_like_it() -> None:
    plan = compiled(PLANS / "01-llm4se-review.plan.yaml").model
    assert plan is not None
    exact = match_template(REVIEW_GOAL, {"01": plan})
    assert exact is not None and exact.exact
    goal = REVIEW_GOAL.replace("Applications of Large Language Models in Software Engineering", "Fuzzing of Compilers")
    other = match_template(goal.replace("the 5 most", "the 9 most"), {"01": plan})
    assert other is not None and other.inputs == {"topic": "Fuzzing of Compilers", "count": 9}
