"""The public API as a user's program has it."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import planc
from tests.support.endpoint import Endpoint
from tests.support.replies import Error, text

PLAN = """\
version: 1
name: sums
inputs:
  numbers: {type: array, items: {type: integer}, default: [1, 2]}
tasks:
  double:
    foreach: {in: "${{ inputs.numbers }}", as: n}
    value: ${{ n * 2 }}
outputs:
  total: ${{ tasks.double.output | sum }}
"""


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    path = tmp_path / "sums.plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_a_plan_is_compiled_and_executed(plan_file: Path) -> None:
    plan = planc.compile(plan_file)
    assert (plan.name, [task.id for task in plan.tasks]) == ("sums", ["double"])
    heard: list[planc.Event] = []
    result = asyncio.run(
        planc.execute(plan, inputs={"numbers": [1, 2, 3]}, folder=plan_file.parent, on_events=heard.extend)
    )
    assert (result.status, result.outputs) == ("succeeded", {"total": 12})
    assert heard[0].type == "run_started"
    assert (plan_file.parent / ".planc" / "runs" / result.run_id).is_dir()


def test_a_path_is_enough(plan_file: Path) -> None:
    assert asyncio.run(planc.execute(str(plan_file), folder=plan_file.parent)).outputs == {"total": 6}


def test_a_bad_plan_raises_with_its_diagnostics(plan_file: Path) -> None:
    plan_file.write_text(PLAN.replace("tasks.double", "tasks.duoble"), encoding="utf-8")
    with pytest.raises(planc.PlanInvalid) as raised:
        planc.compile(plan_file)
    assert [found.code for found in raised.value.diagnostics if found.severity == "error"] == ["P201"]


def test_inputs_that_do_not_fit_raise_before_anything_is_written(plan_file: Path) -> None:
    with pytest.raises(planc.TaskFailure, match="numbers"):
        asyncio.run(planc.execute(plan_file, inputs={"numbers": "many"}, folder=plan_file.parent))
    assert not (plan_file.parent / ".planc").exists()


def test_nothing_is_allowed_unless_it_is(plan_file: Path) -> None:
    (plan_file.parent / "note.txt").write_text("hello", encoding="utf-8")
    plan_file.write_text(
        "version: 1\nname: r\ntasks:\n  r: {tool: read_file, with: {path: note.txt}}\n"
        "outputs: {text: '${{ tasks.r.output }}'}\n",
        encoding="utf-8",
    )
    refused = asyncio.run(planc.execute(plan_file, folder=plan_file.parent))
    assert refused.status == "failed"
    assert refused.failures[0].error.kind == "denied"
    allowed = asyncio.run(planc.execute(plan_file, folder=plan_file.parent, allow={"read": ["."]}))
    assert (allowed.status, allowed.outputs) == ("succeeded", {"text": "hello"})


def test_the_stub_and_the_module_name_the_same() -> None:
    stub = Path(planc.__file__).with_name("__init__.pyi").read_text(encoding="utf-8")
    named = {
        alias.asname for node in ast.walk(ast.parse(stub)) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert named == set(planc.__all__)
    for name in planc.__all__:
        assert getattr(planc, name).__doc__, name


def test_importing_planc_costs_nothing() -> None:
    code = "import sys, planc; print([m for m in ('pydantic', 'yaml', 'asyncio', 'click') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = planc.nonsense  # type: ignore[attr-defined]


HAIKU = """\
version: 1
name: haiku
tasks:
  haiku:
    value: an old silent pond
outputs:
  haiku: ${{ tasks.haiku.output }}
"""


async def my_planner(request: planc.PlanRequest) -> str:
    """A planner of the user's own; that it fits `planc.Planner` is checked with the types of these tests."""
    return HAIKU if "haiku" in request.goal else "no plan"


def test_another_planner_plans_a_goal_and_the_goals_of_a_run(tmp_path: Path) -> None:
    planner: planc.Planner = my_planner
    planned = asyncio.run(planc.plan("Write a haiku.", planner=planner, folder=tmp_path))
    assert planned.failure is None and planned.plan is not None
    assert planned.plan.goal == "Write a haiku."
    refused = asyncio.run(planc.plan("Write a sonnet.", planner=planner, folder=tmp_path))
    assert refused.failure is not None and refused.failure.reason == "stalled"
    path = tmp_path / "poems.plan.yaml"
    path.write_text(
        "version: 1\nname: poems\ntasks:\n  poem:\n    goal: Write a haiku.\n"
        "outputs:\n  poem: ${{ tasks.poem.output }}\n",
        encoding="utf-8",
    )
    result = asyncio.run(planc.execute(path, planner=planner, folder=tmp_path))
    assert (result.status, result.outputs) == ("succeeded", {"poem": {"haiku": "an old silent pond"}})


ASKING = """\
version: 1
name: asking
tasks:
  a: {prompt: Say hello}
  b: {prompt: "And now: ${{ tasks.a.output }}"}
outputs: {said: "${{ tasks.b.output }}"}
"""


def endpoint_in(folder: Path, base_url: str) -> None:
    (folder / ".env").write_text(f"OPENAI_BASE_URL={base_url}\nOPENAI_API_KEY=k\n", encoding="utf-8")


def test_a_question_is_answered_and_the_run_goes_on(tmp_path: Path) -> None:
    text = "version: 1\nname: q\ntasks:\n  q: {ask: May I?, output: boolean}\noutputs: {may: '${{ tasks.q.output }}'}\n"
    (tmp_path / "q.plan.yaml").write_text(text, encoding="utf-8")
    waiting = asyncio.run(planc.execute(tmp_path / "q.plan.yaml", folder=tmp_path))
    (question,) = waiting.questions
    assert (waiting.status, question.question) == ("waiting", "May I?")
    with pytest.raises(planc.AnswerRefused, match="does not fit"):
        planc.answer("last", "q", "perhaps", folder=tmp_path)
    with pytest.raises(planc.AnswerRefused, match="has changed"):
        planc.answer("last", "q", True, digest="another", folder=tmp_path)
    assert planc.answer(waiting.run_id, "q", True, digest=question.digest, by="Ada", folder=tmp_path) is False
    done = asyncio.run(planc.resume("last", folder=tmp_path))
    assert (done.status, done.outputs) == ("succeeded", {"may": True})


def test_a_failed_run_is_resumed_with_what_is_done(tmp_path: Path) -> None:
    plan = tmp_path / "asking.plan.yaml"
    plan.write_text(ASKING, encoding="utf-8")
    with Endpoint([text("hello"), Error(422, "no"), text("again")]) as endpoint:
        endpoint_in(tmp_path, endpoint.base_url)
        failed = asyncio.run(planc.execute(plan, folder=tmp_path))
        assert (failed.status, [failure.instance for failure in failed.failures]) == ("failed", ["b"])
        done = asyncio.run(planc.resume("last", folder=tmp_path))
        assert (done.run_id, done.status, done.outputs) == (failed.run_id, "succeeded", {"said": "again"})
        assert len(endpoint.requests) == 3
        assert asyncio.run(planc.resume(done.run_id[:8], folder=tmp_path)).outputs == {"said": "again"}


def test_calls_are_recorded_and_answered_from_the_recording(tmp_path: Path) -> None:
    plan, cassette = tmp_path / "asking.plan.yaml", tmp_path / "asking.cassette.yaml"
    plan.write_text(ASKING, encoding="utf-8")
    with Endpoint([text("hello"), text("again")]) as endpoint:
        endpoint_in(tmp_path, endpoint.base_url)
        asyncio.run(planc.execute(plan, folder=tmp_path, record=cassette))
    endpoint_in(tmp_path, "http://127.0.0.1:9")
    replayed = asyncio.run(planc.execute(plan, folder=tmp_path, replay=cassette))
    assert replayed.outputs == {"said": "again"}
    with pytest.raises(ValueError, match="not both"):
        asyncio.run(planc.execute(plan, folder=tmp_path, record=cassette, replay=cassette))


def test_a_limit_in_dollars_knows_the_prices(tmp_path: Path) -> None:
    plan = tmp_path / "asking.plan.yaml"
    plan.write_text(ASKING, encoding="utf-8")
    (tmp_path / "config.toml").write_text("[prices.scripted]\ninput = 1.0\noutput = 1.0\n", encoding="utf-8")
    with Endpoint([text("hello"), text("again")]) as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANC_CONFIG", str(tmp_path / "config.toml"))
        endpoint_in(tmp_path, endpoint.base_url)
        result = asyncio.run(planc.execute(plan, folder=tmp_path, limits=planc.RunLimits(usd=1.0), model="scripted"))
    assert (result.status, result.outputs) == ("succeeded", {"said": "again"})
