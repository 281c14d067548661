from __future__ import annotations

import pytest

from planc_compiler.shape import Shaped, parse
from planc_compiler.source import read
from planc_schemas.plan import AgentTask, AskTask, GoalTask, PlanTask, PromptTask, ToolTask, ValueTask
from planc_schemas.values import MAX_TASKS

HEAD = "version: 1\nname: x\ntasks:\n"


def shaped(text: str) -> Shaped:
    return parse(read(text, "f"))


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in shaped(text).diagnostics]


def test_every_kind() -> None:
    text = """\
  a: {prompt: x, system: y, model: fast, temperature: 1, max_tokens: 5}
  b: {tool: t, with: {x: 1}, retry: {max_attempts: 2}, cache: {ttl: 1d}}
  c: {agent: x, tools: [t], max_turns: 3, memory: {scope: store, store: m}}
  d: {goal: x, tools: [t], limits: {calls: 3, depth: 1}, approve: true}
  e: {plan: other.plan.yaml, with: {y: 2}}
  f: {ask: "May I?", output: boolean, timeout: 2d}
  g: {value: [1, {x: null}], if: "${{ true }}", on_error: {value: 0}, needs: [a], run: always}
  h: {prompt: x, foreach: {in: [1], as: one, max_concurrency: 2, on_error: collect}, on_error: skip}
  i: {prompt: x, repeat: {until: "${{ true }}", max: 3, on_exhausted: keep}, if: false, cache: false}
"""
    found = shaped(HEAD + text)
    assert found.diagnostics == [] and found.broken == frozenset()
    assert found.plan is not None
    kinds = [PromptTask, ToolTask, AgentTask, GoalTask, PlanTask, AskTask, ValueTask, PromptTask, PromptTask]
    assert [type(task) for task in found.plan.tasks.values()] == kinds


def test_nothing_to_go_on_with() -> None:
    for text in ("", "- a", "a: b: c", "version: 9\nname: x\ntasks: {a: {value: 1}}", "3", HEAD):
        assert shaped(text).plan is None, text


def test_bad_tasks_are_broken_and_the_others_go_on() -> None:
    text = HEAD + "  a: {prompt: x, tool: y}\n  b: {}\n  c: 3\n  d: {value: 1}\n  e: {prompt: 5}\n"
    found = shaped(text)
    assert found.plan is not None and list(found.plan.tasks) == ["d"]
    assert found.broken == {"a", "b", "c", "e"}


def test_a_bad_setting_is_left_out_of_plan_and_tree() -> None:
    text = HEAD + "  a: {prompt: x, timeout: 12:30, retry: {max_attempts: 0, backoff: 3}, promptt: 1}\n"
    found = shaped(text)
    assert found.plan is not None and found.source.root is not None
    task = found.plan.tasks["a"]
    assert task.timeout is None and task.retry is not None and task.retry.max_attempts == 3
    assert task.retry.backoff == 3
    assert found.source.root.to_json()["tasks"] == {"a": {"prompt": "x", "retry": {"backoff": 3}}}


@pytest.mark.parametrize(
    "field", ["foreach: {as: x}", "output: 3", "repeat: {max: 0, until: x}", "foreach: x", "forech: {in: 1}"]
)
def test_without_its_loop_or_output_a_task_is_broken(field: str) -> None:
    found = shaped(HEAD + "  a: {prompt: x, " + field + "}\n  b: {value: 1}\n")
    assert len(found.diagnostics) == 1
    assert found.broken == {"a"}


def test_a_misspelt_kind_is_read_on() -> None:
    found = shaped(HEAD + "  a: {promt: hello, timeout: x}\n")
    assert [d.code for d in found.diagnostics] == ["P102", "P109"]
    assert found.plan is not None and isinstance(found.plan.tasks["a"], PromptTask)
    assert found.source.root is not None
    assert found.source.root.to_json()["tasks"] == {"a": {"prompt": "hello"}}


def test_bad_sections_are_left_out() -> None:
    text = (
        "version: 1\nname: My Plan\nlimits: {calls: 0, usd: 1}\ninputs: {a: 3, b: string}\n"
        "models: {fast: {}, best: {model: m}}\noutputs: [x]\ndefaults: {timeout: 5, model: fast}\n"
        "tasks: {t: {value: 1}}\n"
    )
    found = shaped(text)
    assert sorted(d.code for d in found.diagnostics) == ["P101", "P103", "P103", "P105", "P106", "P109"]
    plan = found.plan
    assert plan is not None and plan.limits is not None and plan.defaults is not None
    assert (plan.limits.calls, plan.limits.usd) == (None, 1)
    assert list(plan.inputs) == ["b"] and list(plan.models) == ["best"] and plan.outputs == {}
    assert (plan.defaults.timeout, plan.defaults.model) == (None, "fast")
    assert "a" in found.broken and "b" not in found.broken


def test_python_names_of_fields_are_no_keys() -> None:
    assert codes(HEAD + "  a: {tool: t, with_: {}}\n") == ["P102"]
    assert codes(HEAD + "  a: {value: 1, if_: true}\n") == ["P102"]
    assert codes(HEAD + "  a: {value: 1, foreach: {in_: [1]}}\n") == ["P102"]


def test_no_word_of_pydantic_is_shown() -> None:
    text = """\
  a: {prompt: 5, needs: {x: 1}, if: 3, run: x, foreach: 3, repeat: 3, output: [], retry: [], timeout: [], cache: 5}
  b: {agent: x, tools: 3, max_turns: 99, memory: x, temperature: x, on_error: 3, on_interrupt: x, max_tokens: 1.5}
  c: {goal: x, approve: 3, limits: {calls: x, depth: 0, y: 1}}
  d: {tool: 3, with: []}
  e: {value: 1, on_error: {valu: 1}, cache: {tll: 1d}, description: []}
limits: {models: {x: {rpm: x}}, tools: [], concurrency: -1}
defaults: {retry: {jitter: 1, retry_on: [x], initial_delay: 5}}
inputs: []
models: {x: 3, y: {model: 3, seed: x, reasoning_effort: x}}
outputs: {X-y: 1}
"""
    found = shaped(HEAD + text)
    assert len(found.diagnostics) > 30
    for diagnostic in found.diagnostics:
        words = " ".join([diagnostic.message, *diagnostic.help, *(label.text for label in diagnostic.labels)]).lower()
        for leak in (
            "input should",
            "field required",
            "extra inputs",
            "valid dictionary",
            "str_",
            "pydantic",
            "none",
            "literal",
        ):
            assert leak not in words, words
    places = [diagnostic.place.span for diagnostic in found.diagnostics]
    assert len(places) == len(set(places)), "one report for one place"


def test_too_many_tasks() -> None:
    text = HEAD + "".join(f"  t{n}: {{value: 1}}\n" for n in range(MAX_TASKS + 1))
    found = shaped(text)
    assert [d.code for d in found.diagnostics] == ["P116"]
    assert found.diagnostics[0].place.span.line == MAX_TASKS + 4


@pytest.mark.parametrize("version", ["true", "1.0", '"1"', "null", "[1]"])
def test_a_version_is_the_number_one(version: str) -> None:
    text = HEAD.replace("version: 1", f"version: {version}") + "  a: {value: 1}\n"
    found = shaped(text)
    assert [d.code for d in found.diagnostics] == ["P103"]
    assert found.plan is not None and found.plan.version == 1
