from __future__ import annotations

import pytest

from planc_compiler.canonical.order import ordered, plan_place, task_order
from planc_compiler.source import read
from planc_schemas.plan import TASK_MODELS, Plan


@pytest.mark.parametrize("kind", TASK_MODELS)
def test_every_field_of_a_task_has_its_place(kind: str) -> None:
    order = task_order(kind)
    fields = [info.alias or name for name, info in TASK_MODELS[kind].model_fields.items()]
    assert sorted(order) == sorted(fields)
    assert order.index("foreach") < order.index(kind) < order.index("timeout")


def test_every_section_has_its_place() -> None:
    assert plan_place().fields == tuple(Plan.model_fields)
    limits = plan_place().at("limits")
    assert limits is not None
    assert sorted(limits.fields) == ["calls", "concurrency", "models", "time", "tokens", "tools", "usd"]


def names(text: str, *path: str) -> list[str]:
    """The keys of the mapping at `path` in canonical order."""
    root, place = read(text, "f").root, plan_place()
    assert root is not None
    node, here = root, place.of(root)
    for step in path:
        inner, below = node.get(step), here.at(step)
        assert inner is not None
        if below is None:
            return [str(key.value) for key, _ in ordered(inner, None)]
        node, here = inner, below.of(inner)
    return [str(key.value) for key, _ in ordered(node, here)]


def test_order() -> None:
    text = """\
zzz: 1
tasks:
  b: {timeout: 1s, prompt: x, needs: [a], retry: {backoff: 2, max_attempts: 3}, zzz: 1, if: true}
  a: {with: {z: 1, a: 2}, tool: t, on_error: {value: 1}}
limits: {tools: {t: {tpm: 1, rpm: 1, concurrency: 1}}, usd: 1, calls: 2}
version: 1
models: {m: {seed: 1, model: x}}
name: x
"""
    assert names(text) == ["version", "name", "models", "limits", "tasks", "zzz"]
    assert names(text, "tasks") == ["b", "a"]
    assert names(text, "tasks", "b") == ["needs", "if", "prompt", "retry", "timeout", "zzz"]
    assert names(text, "tasks", "b", "retry") == ["max_attempts", "backoff"]
    assert names(text, "tasks", "a") == ["tool", "with", "on_error"]
    assert names(text, "tasks", "a", "with") == ["z", "a"]
    assert names(text, "limits", "tools", "t") == ["concurrency", "rpm", "tpm"]
    assert names(text, "models", "m") == ["model", "seed"]
