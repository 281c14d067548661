"""Events and calls become spans; what reaches a receiver is in tests/e2e/test_traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from planc_runtime.traces import endpoint_of
from planc_runtime.traces.seen import SeenModelCall, SeenToolCall
from planc_schemas.compiled import (
    CompiledPlan,
    CompiledTask,
    GoalWork,
    ModelChoice,
    PlanWork,
    PromptWork,
    ToolWork,
    ValueWork,
)
from planc_schemas.events import Event
from planc_schemas.ports import Message, ModelAnswer, ModelRequest, Usage

pytest.importorskip("opentelemetry.sdk.trace")
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from planc_runtime.traces.spans import SpanWriter

PART = CompiledPlan(
    name="part", digest="p" * 64, tasks=(CompiledTask(id="write", meaning="w", work=PromptWork(prompt=["x"])),)
)
PLAN = CompiledPlan(
    name="demo",
    digest="d" * 64,
    tasks=(
        CompiledTask(id="find", meaning="a", work=ToolWork(tool="arxiv_search", arguments=["obj", {}])),
        CompiledTask(id="parts", meaning="b", work=PlanWork(path="part.plan.yaml", arguments=["const", {}])),
        CompiledTask(id="goal", meaning="c", work=GoalWork(goal=["x"])),
        CompiledTask(id="last", meaning="d", work=ValueWork(value=["const", 1])),
    ),
    imports={"part.plan.yaml": PART},
)
STARTED = Event("run_started", None, {"inputs": {}}, 1, 10.0)


def spans_of(*heard: Event | SeenModelCall | SeenToolCall, status: str = "", **more: Any) -> dict[str, ReadableSpan]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    writer = SpanWriter(provider.get_tracer("test"), "run1", PLAN, **more)
    for each in heard:
        writer.hear([each]) if isinstance(each, Event) else writer.hear_call(each)
    if status:
        writer.close(status)
    return {span.name: span for span in exporter.get_finished_spans()}


def of(span: ReadableSpan) -> Mapping[str, Any]:
    return span.attributes or {}


def under(span: ReadableSpan, parent: ReadableSpan) -> bool:
    return span.parent is not None and parent.context is not None and span.parent.span_id == parent.context.span_id


def model_call(instance: str, began: float, ended: float) -> SeenModelCall:
    request = ModelRequest((Message("user", "hi"),), ModelChoice(provider="hosted", model="m", temperature=0.0))
    answer = ModelAnswer("yo", "m-2026", finish_reason="stop")
    return SeenModelCall(
        instance=instance, began=began, ended=ended, model="m at x", request=request, answer=answer,
        usage=Usage(12, 34, 5, None, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "endpoint"),
    [
        ({}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, "http://x"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "TRUE"}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "b"}, "b"),
    ],
)
def test_off_unless_configured(environment: dict[str, str], endpoint: str) -> None:
    assert endpoint_of(environment) == endpoint


def test_tasks_of_an_imported_plan_stand_under_their_task_with_their_kind() -> None:
    spans = spans_of(
        STARTED,
        Event("task_started", "parts", {"attempt": 1}, 2, 11.0),
        Event("subplan_created", "parts", {"plan_digest": PART.digest}, 3, 11.0),
        Event("task_started", "parts/write", {"attempt": 1, "fingerprint": "f"}, 4, 11.5),
        model_call("parts/write", 12.0, 13.5),
        Event("task_finished", "parts/write", {"attempt": 1, "output": "yo"}, 5, 14.0),
        Event("task_finished", "parts", {"output": {}}, 6, 14.0),
        Event("run_finished", None, {"status": "succeeded", "outputs": {}}, 7, 15.0),
    )
    child = spans["task parts/write"]
    assert under(child, spans["task parts"]) and under(spans["task parts"], spans["invoke_workflow demo"])
    assert of(child)["planc.task.kind"] == "prompt"
    call = spans["chat m"]
    assert under(call, spans["attempt 1"]) and (call.start_time, call.end_time) == (12_000_000_000, 13_500_000_000)
    assert of(call)["gen_ai.provider.name"] == "hosted" and of(call)["gen_ai.response.model"] == "m-2026"
    assert of(call)["gen_ai.usage.cache_read.input_tokens"] == 5


def test_a_resumed_goal_has_a_span_for_its_children_which_are_looked_up_once() -> None:
    asked: list[int] = []

    def made() -> dict[str, CompiledPlan]:
        asked.append(1)
        return {"goal": PART}

    spans = spans_of(
        Event("run_resumed", None, {}, 9, 20.0),
        Event("task_started", "goal/write", {"attempt": 2}, 10, 20.5),
        Event("task_finished", "goal/write", {"attempt": 2, "output": 1}, 11, 21.0),
        Event("task_finished", "goal", {"output": {}}, 12, 21.0),
        status="succeeded",
        plans_made=made,
    )
    assert of(spans["task goal/write"])["planc.task.kind"] == "prompt"
    assert under(spans["task goal/write"], spans["task goal"])
    assert of(spans["attempt 2"])["planc.attempt"] == 2
    assert asked == [1]


def test_an_answer_ends_no_task_and_a_stop_ends_everything() -> None:
    spans = spans_of(
        STARTED,
        Event("task_started", "goal", {"attempt": 1}, 2, 11.0),
        Event("subplan_created", "goal", {"plan_digest": "x", "approve": True}, 3, 12.0),
        Event("task_waiting", "goal", {"question": "May it?"}, 4, 12.0),
        Event("task_answered", "goal", {"answer": True}, 5, 13.0),
        Event("task_started", "find", {"attempt": 1}, 6, 14.0),
        status="interrupted",
    )
    assert "planc.task.status" not in of(spans["task goal"])
    assert {span.end_time for name, span in spans.items() if name.startswith(("task", "invoke"))} == {14_000_000_000}
    assert of(spans["invoke_workflow demo"])["planc.run.status"] == "interrupted"


def test_a_tool_call_names_its_tool_and_its_failure() -> None:
    spans = spans_of(
        STARTED,
        Event("task_started", "find", {"attempt": 1}, 2, 11.0),
        SeenToolCall(
            instance="find", began=11.0, ended=12.0, error="timeout", name="arxiv_search", arguments={"q": 1}, key="k"
        ),
        Event("attempt_failed", "find", {"error": {"kind": "timeout", "message": "slow"}, "retry_in": 1}, 3, 12.0),
        Event("task_reused", "last", {"from_run": "older", "output": 1}, 4, 12.0),
        status="failed",
    )
    tool = spans["execute_tool arxiv_search"]
    assert (of(tool)["error.type"], of(tool)["gen_ai.tool.call.id"]) == ("timeout", "k")
    assert "gen_ai.tool.call.arguments" not in of(tool)
    assert of(spans["attempt 1"])["error.type"] == "timeout" and spans["attempt 1"].status.description is None
    assert of(spans["task last"])["planc.reused_from"] == "older"


def test_planning_a_run_again_is_a_call_of_the_run() -> None:
    spans = spans_of(STARTED, model_call("", 11.0, 12.0), status="failed")
    assert under(spans["chat m"], spans["invoke_workflow demo"])
