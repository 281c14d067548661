from __future__ import annotations

from planc_compiler.exchange.argo import export_argo
from tests.support.plans import compiled

PLAN = """
version: 1
name: to_argo
inputs: {topic: {type: string, default: agents}}
limits: {concurrency: 4, calls: 9}
tasks:
  find_it: {tool: search, with: {query: "${{ inputs.topic }}"}, retry: {max_attempts: 3}, timeout: 30s}
  each: {foreach: {in: "${{ tasks.find_it.output }}", as: paper}, prompt: "About ${{ paper.title }}"}
  notify: {run: always, value: "${{ tasks.each.status }}"}
outputs: {each: "${{ tasks.each.output }}", notify: "${{ tasks.notify.output }}"}
"""


def test_graph_fan_out_retries_and_what_has_no_equal() -> None:
    exported = export_argo(compiled(PLAN), "planc:1")
    spec = exported.document["spec"]
    assert spec["parallelism"] == 4
    assert spec["arguments"] == {"parameters": [{"name": "topic", "value": "agents"}]}
    dag = {task["name"]: task for task in spec["templates"][0]["dag"]["tasks"]}
    assert dag["each"]["depends"] == "find-it"
    assert dag["each"]["withParam"] == "{{tasks.find-it.outputs.parameters.output}}"
    assert dag["notify"]["depends"] == "(each.Succeeded || each.Failed || each.Skipped)"
    templates = {template["name"]: template for template in spec["templates"][1:]}
    assert templates["find-it"]["retryStrategy"]["limit"] == "2"
    assert templates["find-it"]["activeDeadlineSeconds"] == 30
    assert any("limits on calls" in words for words in exported.dropped)


def test_defaults_are_json_and_a_loop_over_an_input_is_a_parameter() -> None:
    text = (
        "version: 1\nname: x\ninputs: {words: {type: array, default: [it's, b]}, n: {default: 1}}\n"
        'tasks:\n  say:\n    foreach: {in: "${{ inputs.words }}"}\n    prompt: "${{ item }}"\n'
    )
    spec = export_argo(compiled(text), "image").document["spec"]
    assert spec["arguments"]["parameters"] == [{"name": "words", "value": '["it\'s","b"]'}, {"name": "n", "value": "1"}]
    assert spec["templates"][0]["dag"]["tasks"][0]["withParam"] == "{{workflow.parameters.words}}"
