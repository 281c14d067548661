"""A compiled plan survives being written to JSON and read back: the journal keeps it so."""

from __future__ import annotations

import pytest

from planc_schemas import compiled
from planc_schemas.compiled import (
    AgentWork,
    AskWork,
    CompiledPlan,
    CompiledTask,
    GoalWork,
    PlanWork,
    PromptWork,
    ToolWork,
    ValueWork,
    Work,
)

WORKS: list[Work] = [
    PromptWork(prompt=["x"]),
    ToolWork(tool="t", arguments=["json", {}]),
    AgentWork(prompt=["x"]),
    AgentWork(prompt=["x"], tools=("a",), definitions=("d",)),
    GoalWork(goal=["x"]),
    PlanWork(path="p.plan.yaml", arguments=["json", {}]),
    AskWork(text=["x"]),
    ValueWork(value=["json", 1]),
]


@pytest.mark.parametrize("work", WORKS, ids=lambda work: type(work).__name__)
def test_every_kind_of_work_comes_back_as_itself(work: Work) -> None:
    plan = CompiledPlan(name="p", digest="d", tasks=(CompiledTask(id="a", work=work, meaning="m"),))
    assert compiled.from_json(compiled.to_json(plan)) == plan
