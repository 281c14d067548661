"""493 plans as two models really wrote them: never a crash, and every known defect is named with its task.

The defects of the data are in its own terms; some are none in this language, because data dependencies are read from
the expressions and the order of tasks has no meaning (`ref_without_edge`, `forward_reference`).
"""

from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.pipeline import compile_plan
from planc_schemas.diagnostics import Diagnostic
from tests.support.taskbench import sample, slug, to_plan_text, tools_of

HEALED = {"ref_without_edge", "forward_reference"}
"""No defects here: a reference is the edge, and a task may stand anywhere."""


def diagnostics(record: dict[str, Any]) -> list[Diagnostic]:
    return compile_plan(to_plan_text(record), f"{record['id']}.plan.yaml", tools_of(record["id"])).diagnostics


def errors(record: dict[str, Any]) -> list[Diagnostic]:
    return [item for item in diagnostics(record) if item.severity == "error"]


CODES = {
    "unknown_tool": {"P212"},
    "self_reference": {"P302"},
    "self_edge": {"P302"},
    "edge_to_undeclared": {"P201", "P106"},
    "ref_out_of_range": {"P201"},
    "duplicate_task_name": {"P006"},
    "cycle": {"P301", "P302", "P006"},  # two tasks of one name: one of them is refused, and with it the circle
    "link_malformed": {"P106"},
}
CYCLES_THE_DATA_DOES_NOT_NAME = {
    "huggingface/mistral-7b/21289988",
    "huggingface/mistral-7b/16309918",
    "huggingface/mistral-7b/88993035",
    "huggingface/mistral-7b/12727096",
}
"""A forward reference against the direction of a link: together they are a circle, which only the compiler sees."""


def test_a_plan_without_known_defects_compiles_but_for_circles_the_data_does_not_name() -> None:
    sound = [record for record in sample()["plans"] if not set(record["defects"]) - HEALED]
    refused = {record["id"]: {item.code for item in errors(record)} for record in sound if errors(record)}
    assert refused == {name: {"P301"} for name in CYCLES_THE_DATA_DOES_NOT_NAME}
    assert len(sound) > 200


@pytest.mark.parametrize("defect", sorted(CODES))
def test_every_known_defect_is_found(defect: str) -> None:
    records = [record for record in sample()["plans"] if defect in record["defects"]]
    missed = [record["id"] for record in records if not CODES[defect] & {item.code for item in errors(record)}]
    assert (missed, bool(records)) == ([], True)


def test_every_unknown_tool_is_named_with_its_task() -> None:
    for record in sample()["plans"]:
        nodes = [slug(str(node.get("task", ""))) for node in record["plan"]["task_nodes"]]
        if len(set(nodes)) < len(nodes):
            continue
        unknown = {name for name in nodes if tools_of(record["id"]).get(name) is None}
        assert {item.task for item in diagnostics(record) if item.code == "P212"} == unknown, record["id"]


def test_unknown_but_near_tool_names_are_offered_as_fixes() -> None:
    found = [item for record in sample()["plans"] for item in diagnostics(record) if item.code == "P212"]
    offered = [item for item in found if item.fixes]
    assert len(offered) > 30
    for item in offered:
        assert item.fixes[0].edits[0].text in item.help[0]


def test_positions_are_inside_the_file() -> None:
    for record in sample()["plans"]:
        lines = to_plan_text(record).split("\n")
        for item in diagnostics(record):
            for label in item.labels:
                assert 1 <= label.span.line <= len(lines)
                assert 1 <= label.span.column <= len(lines[label.span.line - 1]) + 1
