"""Traces of real runs reach a real OTLP receiver, with the hierarchy and the names of the conventions.

The model's words are made up; the command, the endpoint and the receiver are real.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.test_planning import settings, step
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.otlp import Receiver, Sent
from tests.support.replies import Error, Reply, data, text, tool_call
from tests.support.served import Server

pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")

CLIENT, INTERNAL = 3, 1
CAPTURE = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
AGENT = """\
version: 1
name: look
tasks:
  work:
    agent: Read the secret note.
    tools: [read_file]
    retry: {max_attempts: 2, initial_delay: 10ms, retry_on: [server_error]}
  last:
    if: ${{ 1 > 2 }}
    prompt: never
outputs:
  answer: ${{ tasks.work.output }}
"""
GOAL = """\
version: 1
name: later
tasks:
  work:
    goal: Write a rhyme.
outputs:
  result: ${{ tasks.work.output.rhyme }}
"""


def agent_script() -> list[Reply]:
    return [tool_call("read_file", {"path": "note.txt"}), Error(503), text("It says hush-hush.")]


def run(folder: Path, receiver: Receiver, plan: str, endpoint: Endpoint, *flags: str, **more: str) -> int:
    (folder / "a.plan.yaml").write_text(plan, encoding="utf-8")
    environment = {**settings(endpoint), "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, **more}
    done = planc("execute", "a.plan.yaml", *flags, folder=folder, **environment)
    assert "Traceback" not in done.stderr
    return done.returncode


def traced_agent(folder: Path, **more: str) -> list[Sent]:
    (folder / "note.txt").write_text("hush-hush", encoding="utf-8")
    with Receiver() as receiver, Endpoint(agent_script()) as endpoint:
        assert run(folder, receiver, AGENT, endpoint, "--allow-read", ".", **more) == 0
        assert set(receiver.paths) == {"/v1/traces"} and receiver.services == {"planc"}
        return receiver.spans


def test_an_agents_run_its_attempts_and_each_of_its_calls(tmp_path: Path) -> None:
    spans = traced_agent(tmp_path)
    assert sorted((span.name, span.parent) for span in spans) == [
        ("chat scripted", "invoke_agent work"),
        ("chat scripted", "invoke_agent work"),
        ("chat scripted", "invoke_agent work"),
        ("execute_tool read_file", "invoke_agent work"),
        ("invoke_agent work", "task work"),
        ("invoke_agent work", "task work"),
        ("invoke_workflow look", ""),
        ("task last", "invoke_workflow look"),
        ("task work", "invoke_workflow look"),
    ]
    assert len({span.trace for span in spans}) == 1
    by_name = {span.name: span for span in spans}
    run_span, tool = by_name["invoke_workflow look"], by_name["execute_tool read_file"]
    assert run_span.attributes["planc.run.status"] == "succeeded" and not run_span.error
    assert tool.kind == INTERNAL and tool.attributes["gen_ai.tool.type"] == "function"
    assert tool.attributes["gen_ai.tool.name"] == "read_file" and tool.attributes["gen_ai.tool.call.id"]
    assert by_name["task last"].attributes["planc.skip_reason"] == "condition"
    first, failed, last = [span for span in spans if span.name == "chat scripted"]
    assert (first.kind, first.attributes["gen_ai.operation.name"]) == (CLIENT, "chat")
    assert first.attributes["gen_ai.provider.name"] == "openai"
    assert first.attributes["gen_ai.response.finish_reasons"] == ["tool_calls"]
    assert first.attributes["gen_ai.usage.input_tokens"] > 0
    assert "planc.usage.usd" not in first.attributes, "an unknown price is absent, never 0"
    assert failed.error and failed.attributes["error.type"] == "server_error"
    assert not last.error
    attempts = [span for span in spans if span.name == "invoke_agent work"]
    assert [(span.attributes["planc.attempt"], span.error) for span in attempts] == [(1, True), (2, False)]
    assert first.began <= first.ended <= tool.began <= tool.ended <= failed.began, "each call has its own time"


def test_content_is_off_by_default_and_on_when_asked(tmp_path: Path) -> None:
    spans = traced_agent(tmp_path)
    said = json.dumps([(span.message, dict(span.attributes)) for span in spans])
    assert "hush" not in said and "secret note" not in said and "note.txt" not in said
    (tmp_path / "more").mkdir()
    chats = [span for span in traced_agent(tmp_path / "more", **CAPTURE) if span.name.startswith("chat")]
    (spoken,) = json.loads(chats[0].attributes["gen_ai.input.messages"])
    assert spoken == {"role": "user", "parts": [{"type": "text", "content": "Read the secret note."}]}
    (answer,) = json.loads(chats[-1].attributes["gen_ai.output.messages"])
    assert answer["parts"] == [{"type": "text", "content": "It says hush-hush."}]
    assert answer["finish_reason"] == "stop"


def test_secrets_are_masked_in_content(tmp_path: Path) -> None:
    plan = "version: 1\nname: p\ntasks:\n  a: {prompt: 'The key is s3cr3t-value, the word is open.'}\n"
    with Receiver() as receiver, Endpoint(text("I say s3cr3t-value.")) as endpoint:
        flags = ("--allow-secret", "KEY")
        assert run(tmp_path, receiver, plan, endpoint, *flags, KEY="s3cr3t-value", **CAPTURE) == 0
        said = str([dict(span.attributes) for span in receiver.spans])
    assert "the word is open" in said and "s3cr3t-value" not in said


def test_tasks_of_a_plan_made_for_a_goal_stand_under_the_goal(tmp_path: Path) -> None:
    draft = {"name": "rhyme", "steps": [step("rhyme", text="Write a rhyme.")]}

    def answer(request: Request) -> Reply:
        return data(draft) if "steps" in (request.schema or {}).get("properties", {}) else text("A cat in a hat.")

    with Receiver() as receiver, Endpoint(answer) as endpoint:
        assert run(tmp_path, receiver, GOAL, endpoint) == 0
        child = receiver.one("task work/rhyme")
        assert (child.parent, child.attributes["planc.task.kind"]) == ("task work", "prompt")
        assert receiver.one("task work").ended >= child.ended
        planning, writing = receiver.named("chat scripted")
        assert planning.attributes["gen_ai.output.type"] == "json"
        assert (planning.attributes["planc.task.id"], writing.attributes["planc.task.id"]) == ("work", "work/rhyme")


def test_a_goal_that_is_planned_and_executed_in_one_go_is_one_trace(tmp_path: Path) -> None:
    draft = {"name": "rhyme", "steps": [step("rhyme", text="Write a rhyme."), step("better", text="Improve it.")]}

    def answer(request: Request) -> Reply:
        return data(draft) if "steps" in (request.schema or {}).get("properties", {}) else text("A cat in a hat.")

    with Receiver() as receiver, Endpoint(answer) as endpoint:
        given = {**settings(endpoint), "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}
        done = planc("run", "Write a rhyme and improve it.", "-o", "a.plan.yaml", folder=tmp_path, **given)
        assert done.returncode == 0, done.stderr
        assert len({span.trace for span in receiver.spans}) == 1
        assert receiver.one("invoke_workflow rhyme").attributes["planc.run.status"] == "succeeded"
        assert {receiver.one(f"task {name}").parent for name in ("rhyme", "better")} == {"invoke_workflow rhyme"}
        chats = [(span.parent, span.attributes["gen_ai.output.type"]) for span in receiver.named("chat scripted")]
        assert sorted(chats) == [("attempt 1", "text"), ("attempt 1", "text"), ("invoke_workflow rhyme", "json")]


def test_a_planning_is_a_trace_of_the_planner_and_its_calls(tmp_path: Path) -> None:
    draft = {"name": "rhyme", "steps": [step("rhyme", text="Write a rhyme about the moon.")]}
    with Receiver() as receiver, Endpoint([data(draft), Error(401)]) as endpoint:
        given = {**settings(endpoint), "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}
        assert planc("plan", "Write a rhyme about the moon.", folder=tmp_path, **given).returncode == 0
        (planner, call) = receiver.one("invoke_agent planner"), receiver.one("chat scripted")
        assert (planner.parent, call.parent, planner.error, call.error) == ("", "invoke_agent planner", False, False)
        assert planner.began <= call.began <= call.ended <= planner.ended
        assert call.attributes["gen_ai.output.type"] == "json" and "moon" not in str(receiver.spans)
        assert planc("plan", "Write a rhyme about the sun.", folder=tmp_path, **given).returncode == 1
        planner, call = receiver.named("invoke_agent planner")[1], receiver.named("chat scripted")[1]
        assert (planner.attributes["error.type"], call.attributes["error.type"]) == ("model", "auth")


def test_a_failed_run_and_a_run_that_waits_say_so(tmp_path: Path) -> None:
    ask = "version: 1\nname: q\ntasks:\n  q: {ask: May I?}\noutputs: {answer: '${{ tasks.q.output }}'}\n"
    with Receiver() as receiver, Endpoint(Error(400, "too long a wish")) as endpoint:
        assert run(tmp_path, receiver, ask, endpoint) == 6
        assert receiver.one("invoke_workflow q").attributes["planc.run.status"] == "waiting"
        assert run(tmp_path, receiver, "version: 1\nname: p\ntasks:\n  a: {prompt: Go}\n", endpoint) == 1
        failed = receiver.one("invoke_workflow p")
        assert failed.error and failed.attributes["planc.run.status"] == "failed"
        task = receiver.one("task a")
        assert task.error and task.attributes["error.type"] == "bad_request" and "wish" not in task.message


def test_the_trace_goes_on_where_the_caller_says(tmp_path: Path) -> None:
    with Receiver() as receiver, Endpoint(text("Hello.")) as endpoint:
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        assert (
            run(tmp_path, receiver, "version: 1\nname: p\ntasks:\n  a: {prompt: Go}\n", endpoint, TRACEPARENT=parent)
            == 0
        )
        assert {span.trace for span in receiver.spans} == {"0af7651916cd43dd8448eb211c80319c"}
        assert receiver.one("invoke_workflow p").parent == "somewhere else"


def test_a_collector_that_is_not_there_is_a_note_and_no_failure(tmp_path: Path) -> None:
    plan = "version: 1\nname: p\ntasks:\n  a: {value: 1}\noutputs: {a: '${{ tasks.a.output }}'}\n"
    (tmp_path / "a.plan.yaml").write_text(plan, encoding="utf-8")
    address = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    done = planc("execute", "a.plan.yaml", folder=tmp_path, **address)
    assert (done.returncode, done.stdout.strip()) == (0, "1")
    assert "traces could not be sent to http://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr and "Max retries" not in done.stderr


def test_runs_of_the_server_are_traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.plan.yaml").write_text("version: 1\nname: p\ntasks:\n  a: {prompt: Go}\n", encoding="utf-8")
    with Receiver() as receiver, Endpoint(text("Hello.")) as endpoint:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        with Server(tmp_path, base_url=endpoint.base_url) as server:
            run_id = server.post("/api/runs", {"path": "a.plan.yaml"})["run_id"]
            assert server.finished(run_id)["data"]["status"] == "succeeded"
        assert receiver.one("invoke_workflow p").attributes["planc.run.id"] == run_id
        (call,) = [span for span in receiver.spans if span.name.startswith("chat")]
        assert call.parent == "attempt 1"


def test_without_a_configured_endpoint_nothing_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.plan.yaml").write_text("version: 1\nname: p\ntasks:\n  a: {value: 1}\n", encoding="utf-8")
    script = (
        "import sys; from planc.__main__ import main\n"
        "sys.argv = ['planc', 'execute', 'a.plan.yaml']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    import subprocess
    import sys

    from tests.support.cli import clean_environment

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stdout + done.stderr
