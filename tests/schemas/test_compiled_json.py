"""A compiled plan survives being written to JSON and read back: the journal keeps it so."""

from __future__ import annotations

import json
from itertools import chain

import pytest
from pydantic import ValidationError

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
from planc_schemas.diagnostics import Span

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


@pytest.mark.parametrize("count", [0, 1, 500, 1_001])
def test_a_large_plan_is_written_in_lines_and_comes_back_in_order(count: int) -> None:
    work = ValueWork(value=["json", "a\nb\u2028c"])
    tasks = tuple(CompiledTask(id=f"t{number}", work=work, meaning="m") for number in range(count))
    plan = CompiledPlan(name="p", digest="d", tasks=tasks, outputs={"o": ["json", 1]})
    text = compiled.to_json(plan)
    assert len(text.split(b"\n")) == (1 if count <= 500 else 1 + (count + 499) // 500)
    assert compiled.from_json(text) == plan


def test_a_small_plan_in_lines_and_a_large_one_in_one_line_are_read_too() -> None:
    """Other versions wrote them so."""
    work = ValueWork(value=["json", 1])
    for count in (1, 501):
        tasks = tuple(CompiledTask(id=f"t{number}", work=work, meaning="m") for number in range(count))
        plan = CompiledPlan(name="p", digest="d", tasks=tasks)
        first, *rest = map(json.loads, compiled.to_json(plan).split(b"\n"))
        whole = [*first["tasks"], *chain.from_iterable(rest)]
        assert compiled.from_json(_lines(first | {"tasks": []}, whole)) == plan
        assert compiled.from_json(_lines(first | {"tasks": whole})) == plan


def _lines(*values: object) -> bytes:
    return b"\n".join(json.dumps(value).encode() for value in values)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"name":"p","digest":"d","tasks":[]}\n[{}]'])
def test_what_is_no_plan_is_refused(text: bytes) -> None:
    with pytest.raises(ValidationError):
        compiled.from_json(text)


def test_equal_names_are_one_object_when_a_plan_is_read() -> None:
    work = ToolWork(tool="search", arguments=["json", {}], definition="d" * 64)
    tasks = (
        CompiledTask(id="a", work=work, meaning="m", span=Span(300, 1, 300, 9)),
        CompiledTask(id="b", work=work, meaning="m", waits_for=("a",), reads=("a",)),
    )
    one, other = compiled.from_json(compiled.to_json(CompiledPlan(name="p", digest="d", tasks=tasks))).tasks
    assert isinstance(one.work, ToolWork)
    assert isinstance(other.work, ToolWork)
    assert one.work.definition is other.work.definition
    assert one.id is other.reads[0]
    assert one.span.line is one.span.end_line
