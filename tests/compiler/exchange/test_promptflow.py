from __future__ import annotations

import pytest

from planc_compiler.exchange.imported import CannotImport
from planc_compiler.exchange.promptflow import import_promptflow
from planc_compiler.source import read

FLOW = """
inputs:
  Question: {type: string, default: What is a DAG?}
  shots: {type: int}
outputs:
  answer: {type: string, reference: "${answer.output}"}
nodes:
- name: fetch-text
  type: python
  source: {type: code, path: fetch.py}
  inputs: {url: "https://example.com/${inputs.Question}"}
- name: answer
  type: llm
  source: {type: code, path: answer.jinja2}
  inputs: {question: "${inputs.Question}", text: "${fetch-text.output.body}", temperature: 0.2, deployment_name: gpt}
  connection: azure
  activate: {when: "${inputs.shots}", is: 3}
"""


def imported(load_text: str | None = "system:\nBe brief. {{question}} {{ text }} {{missing}}") -> object:
    root = read(FLOW, "flow.dag.yaml").root
    assert root is not None
    return import_promptflow(root.to_json(), "My Flow", lambda path: load_text)


def test_nodes_references_conditions_and_outputs_carry_over() -> None:
    result = imported()
    plan = result.plan  # type: ignore[attr-defined]
    assert plan["name"] == "my-flow"
    assert plan["inputs"]["question"] == {"type": "string", "default": "What is a DAG?"}
    assert plan["tasks"]["fetch_text"] == {
        "tool": "fetch_text",
        "with": {"url": "https://example.com/${{ inputs.question }}"},
    }
    answer = plan["tasks"]["answer"]
    assert answer["if"] == "${{ inputs.shots == 3 }}"
    assert "${{ inputs.question }} ${{ tasks.fetch_text.output.body }}" in answer["prompt"]
    assert answer["temperature"] == 0.2
    assert plan["outputs"] == {"answer": "${{ tasks.answer.output }}"}


def test_what_does_not_carry_over_is_said() -> None:
    words = " | ".join(imported().dropped)  # type: ignore[attr-defined]
    for part in ("fetch-text: python code", "connection and deployment", "chat roles", "variable missing has no input"):
        assert part in words
    assert "was not found" in " | ".join(imported(None).dropped)  # type: ignore[attr-defined]


@pytest.mark.parametrize("flow", [None, [], {}, {"nodes": 3}])
def test_another_file_is_refused_with_what_was_expected(flow: object) -> None:
    with pytest.raises(CannotImport, match="nodes"):
        import_promptflow(flow, "x", lambda path: None)
