"""The writer: the same plan gives the same bytes, and reading them gives the same plan."""

from __future__ import annotations

import pytest

from planc_compiler.fmt import format_text
from planc_compiler.shape import parse
from planc_compiler.source import read
from planc_compiler.write import MODELINE, SCHEMA, write_plan
from planc_schemas.plan import Plan

EXAMPLE = """\
# yaml-language-server: $schema=../schemas/planc_schemas/plan.v1.schema.json
version: 1
name: llm4se-review
goal: Find recent papers, summarise each, write a brief review.

inputs:
  topic: {type: string, default: software engineering}
  count: {type: integer, default: 5, minimum: 1}

limits: {concurrency: 8, calls: 20, usd: 0.5}

tasks:
  find:
    tool: arxiv_search
    with:
      query: ${{ inputs.topic }}
      max_results: ${{ inputs.count }}
    retry: {max_attempts: 4, retry_on: [timeout, rate_limit]}

  summarise:
    needs: [find]
    foreach:
      in: ${{ tasks.find.output }}
      as: paper
      on_error: collect
    prompt: |
      Summarise this paper.
      Title: ${{ paper.title }}
    timeout: 60s

outputs:
  papers: ${{ tasks.find.output }}
"""


def plan_of(text: str) -> Plan:
    shaped = parse(read(text, "f"))
    assert shaped.diagnostics == [] and shaped.plan is not None, shaped.diagnostics
    return shaped.plan


def test_the_canonical_text_of_a_plan() -> None:
    assert write_plan(plan_of(EXAMPLE)) == EXAMPLE
    assert format_text(EXAMPLE) == EXAMPLE


def test_defaults_are_left_out() -> None:
    plan = plan_of("version: 1\nname: x\ntasks: {a: {value: null, on_error: fail, needs: [], cache: true}}\n")
    assert write_plan(plan, schema="") == "version: 1\nname: x\n\ntasks:\n  a:\n    value: null\n    cache: true\n"


def test_the_first_line_tells_editors() -> None:
    plan = plan_of("version: 1\nname: x\ntasks: {a: {value: 1}}\n")
    assert write_plan(plan).split("\n")[0] == MODELINE + SCHEMA
    assert write_plan(plan, schema="a.json").split("\n")[0] == MODELINE + "a.json"


def test_blanks_at_line_ends_go_from_texts_and_stay_in_data() -> None:
    plan = plan_of('version: 1\nname: x\ntasks: {a: {prompt: "a  \\nb "}, b: {value: "a  \\nb "}}\n')
    again = plan_of(write_plan(plan))
    assert again.tasks["a"].model_dump()["prompt"] == "a\nb"
    assert again.tasks["b"].model_dump()["value"] == "a  \nb "


def test_a_number_that_json_does_not_have() -> None:
    plan = Plan.model_validate({"version": 1, "name": "x", "tasks": {"a": {"value": float("nan")}}})
    with pytest.raises(ValueError, match="JSON"):
        write_plan(plan)
