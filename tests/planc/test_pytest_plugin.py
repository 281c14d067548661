"""The plugin in a real pytest run of its own, as a user's CI has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.endpoint import Endpoint
from tests.support.replies import text

PLAN = """\
version: 1
name: small
tasks:
  one: {value: 1}
outputs:
  one: ${{ tasks.one.output }}
"""
TEST = """
from pathlib import Path

def test_plan(plan_snapshot):
    assert Path("small.plan.yaml") == plan_snapshot
"""


ASKING = """\
version: 1
name: asking
inputs: {who: {type: string, default: Ada}}
tasks:
  greet: {prompt: "Greet ${{ inputs.who }}."}
  note: {tool: read_file, with: {path: note.txt}}
outputs:
  said: ${{ tasks.greet.output }}
  note: ${{ tasks.note.output }}
"""
REPLAY = """
def test_greeting(plan_replay):
    result = plan_replay("asking.plan.yaml", allow={"read": ["note.txt"]})
    assert result.status == "succeeded", result.failures
    assert result.outputs == {"said": "Hello Ada", "note": "remember"}

def test_greeting_somebody_else(plan_replay):
    cassette = "__cassettes__/test_it/test_greeting.yaml"
    result = plan_replay("asking.plan.yaml", inputs={"who": "Grace"}, cassette=cassette)
    assert "Greet Ada" in result.failures[0].error.message
"""


def run_pytest(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | more
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_snapshot_is_a_real_plan_file_and_a_change_fails(tmp_path: Path) -> None:
    (tmp_path / "small.plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    missing = run_pytest(tmp_path)
    assert missing.returncode == 1, missing.stdout

    written = run_pytest(tmp_path, "--snapshot-update")
    assert written.returncode == 0, written.stdout + written.stderr
    snapshot = tmp_path / "__snapshots__" / "test_it" / "test_plan.plan.yaml"
    assert snapshot.read_text(encoding="utf-8") == PLAN
    assert run_pytest(tmp_path).returncode == 0

    (tmp_path / "small.plan.yaml").write_text(PLAN.replace("value: 1", "value: 2"), encoding="utf-8")
    changed = run_pytest(tmp_path)
    assert changed.returncode == 1
    assert "value: 2" in changed.stdout


def test_a_plan_with_errors_fails_with_its_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "small.plan.yaml").write_text(PLAN.replace("tasks.one.output", "tasks.two.output"), encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    done = run_pytest(tmp_path, "--snapshot-update")
    assert done.returncode == 1
    assert "P201" in done.stdout
    assert not (tmp_path / "__snapshots__").exists()


def test_the_plugin_itself_imports_nothing_heavy() -> None:
    code = "import sys, planc.pytest_plugin; print([m for m in ('pydantic', 'yaml', 'syrupy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_is_recorded_once_and_then_answered_without_a_call_or_a_right(tmp_path: Path) -> None:
    (tmp_path / "asking.plan.yaml").write_text(ASKING, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(REPLAY, encoding="utf-8")
    note = tmp_path / "note.txt"
    note.write_text("remember", encoding="utf-8")
    missing = run_pytest(tmp_path, "-k", "test_greeting")
    assert missing.returncode == 1
    assert "run pytest --planc-record once" in missing.stdout
    with Endpoint(text("Hello Ada")) as endpoint:
        recorded = run_pytest(tmp_path, "--planc-record", "-k", "test_greeting and not else", **endpoint_of(endpoint))
        assert recorded.returncode == 0, recorded.stdout
        assert len(endpoint.requests) == 1
    note.unlink()
    replayed = run_pytest(tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9", OPENAI_API_KEY="k")
    assert replayed.returncode == 0, replayed.stdout
    assert not (tmp_path / ".planc").exists(), "a test's runs are kept in a folder of its own"


def endpoint_of(endpoint: Endpoint) -> dict[str, str]:
    return {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": "k"}
