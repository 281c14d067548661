"""The commands that look things up, as a newcomer uses them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.cli import planc
from tests.support.endpoint import Endpoint

PROMPT = "version: 1\nname: a\ntasks:\n  a: {prompt: Say hello}\n"


def test_without_arguments_there_is_help_and_no_error(tmp_path: Path) -> None:
    done = planc(folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: planc")


def test_a_first_plan_is_made_checked_and_run(tmp_path: Path) -> None:
    assert planc("init", folder=tmp_path).returncode == 0
    assert planc("fmt", "--check", folder=tmp_path).returncode == 0
    done = planc("execute", "hello.plan.yaml", "-i", 'names=["Ada"]', folder=tmp_path)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"count": 1, "text": "Hello, Ada!"})
    shown = planc("runs", "show", "last", "--json", folder=tmp_path)
    run = json.loads(shown.stdout)
    assert (run["status"], run["tasks"]["greet"]["succeeded"]) == ("succeeded", 1)
    assert json.loads(planc("runs", "show", "--task", "greet", "--json", folder=tmp_path).stdout) == ["Hello, Ada!"]
    lines = planc("runs", "events", folder=tmp_path).stdout.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    exported = planc("runs", "export", "last", "-o", "run.jsonl", folder=tmp_path)
    assert exported.returncode == 0
    assert len((tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()) == len(lines) + 1
    assert planc("runs", "rm", "last", folder=tmp_path).returncode == 0
    assert json.loads(planc("runs", "ls", "--json", folder=tmp_path).stdout) == []


def test_check_repairs_what_is_safe(tmp_path: Path) -> None:
    plan = "version: 1\nname: a\ntasks:\n  fetch: {value: 1}\n  tell: {value: '${{ tasks.fetsh.output }}'}\n"
    path = tmp_path / "a.plan.yaml"
    path.write_text(plan, encoding="utf-8")
    before = planc("check", "--json", folder=tmp_path)
    assert before.returncode == 3
    assert json.loads(before.stdout)[0]["code"] == "P201"
    sarif = json.loads(planc("check", "--format", "sarif", folder=tmp_path).stdout)
    assert sarif["version"] == "2.1.0"
    mended = planc("check", "--fix", folder=tmp_path)
    assert mended.returncode == 0, mended.stdout
    assert "fixed a.plan.yaml" in mended.stderr
    assert path.read_text(encoding="utf-8") == plan.replace("fetsh", "fetch")


def test_an_older_plan_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "old.plan.yaml"
    path.write_text('version: 0\nname: old\nsteps:\n- id: a\n  prompt: "hi"\n', encoding="utf-8")
    assert planc("migrate", "--check", "old.plan.yaml", folder=tmp_path).returncode == 3
    assert planc("migrate", "old.plan.yaml", folder=tmp_path).returncode == 0
    assert path.read_text(encoding="utf-8").startswith("version: 1\n")
    assert planc("check", folder=tmp_path).returncode == 0


def test_doctor_names_sources_and_asks_the_endpoint(tmp_path: Path) -> None:
    with Endpoint(api_key="sesame-key") as endpoint:
        (tmp_path / ".env").write_text(f"OPENAI_BASE_URL={endpoint.base_url}\nOPENAI_API_KEY=sesame-key\n", "utf-8")
        done = planc("doctor", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{endpoint.base_url}, with a key (from .env)" in done.stdout
    assert "ok  structured: by json_schema" in done.stdout
    assert "sesame-key" not in done.stdout + done.stderr


def test_doctor_says_when_the_endpoint_does_not_answer(tmp_path: Path) -> None:
    done = planc("doctor", "--json", folder=tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 4
    failed = [check for each in json.loads(done.stdout) for check in each["checks"] if not check["ok"]]
    assert any("127.0.0.1:9" in check["message"] for check in failed)


def test_missing_weights_are_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "a.plan.yaml").write_text(PROMPT, encoding="utf-8")
    for arguments in (["execute", "a.plan.yaml"], ["plan", "Say hello"]):
        done = planc(*arguments, folder=tmp_path, PLANC_CACHE_DIR=str(tmp_path / "empty"))
        assert done.returncode == 4, done.stderr
        assert "planc model pull" in done.stderr
    assert not (tmp_path / ".planc").exists()


def test_doctor_says_where_traces_go(tmp_path: Path) -> None:
    assert "OpenTelemetry: off" in planc("doctor", "--offline", folder=tmp_path).stdout
    said = planc("doctor", "--offline", folder=tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9").stdout
    assert "OpenTelemetry: http://127.0.0.1:9, without what is said" in said


def test_models_and_tools_are_listed(tmp_path: Path) -> None:
    models = json.loads(planc("model", "ls", "--json", folder=tmp_path).stdout)
    assert {model["size"] for model in models} == {"default", "small", "test"}
    tools = json.loads(planc("tools", "ls", "--json", folder=tmp_path).stdout)
    assert "arxiv_search" in [tool["name"] for tool in tools]
    shown = planc("tools", "show", "arxiv_search", folder=tmp_path).stdout
    assert "net:export.arxiv.org" in shown and "max_results: integer from 1 to 100, default 5" in shown
    assert "gives:      list of {id, title, authors" in shown
    assert json.loads(planc("schema", folder=tmp_path).stdout)["title"].startswith("planc plan")


def test_a_damaged_model_file_is_refused_with_both_hashes(tmp_path: Path) -> None:
    (tmp_path / "wrong.gguf").write_bytes(b"GGUF" + bytes(100))
    done = planc(
        "model", "pull", "test", "--file", "wrong.gguf", folder=tmp_path, PLANC_CACHE_DIR=str(tmp_path / "cache")
    )
    assert done.returncode == 4
    assert "SHA-256" in done.stderr
    assert "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53" in done.stderr
    assert not list((tmp_path / "cache").rglob("*.gguf"))


def test_runs_are_listed_shown_exported_and_removed(tmp_path: Path) -> None:
    plan = tmp_path / "v.plan.yaml"
    plan.write_text("version: 1\nname: v\ntasks:\n  a: {value: 1}\noutputs: {a: '${{ tasks.a.output }}'}\n")
    for _ in range(2):
        assert planc("execute", "v.plan.yaml", folder=tmp_path).returncode == 0
    listed = json.loads(planc("runs", "ls", "--json", folder=tmp_path).stdout)
    assert [run["status"] for run in listed] == ["succeeded", "succeeded"]
    told = planc("runs", "gc", "--keep", "1", "--dry-run", "--json", folder=tmp_path)
    assert json.loads(told.stdout) == {"would_remove": [listed[1]["run"]]}
    exported = planc("runs", "export", "last", folder=tmp_path).stdout.splitlines()
    assert len(exported) > 3 and all(json.loads(line) for line in exported)
    assert planc("runs", "gc", "--keep", "1", folder=tmp_path).returncode == 0
    assert planc("runs", "show", listed[1]["run"], folder=tmp_path).returncode == 2
    assert planc("runs", "rm", "last", folder=tmp_path).returncode == 0
    assert json.loads(planc("runs", "ls", "--json", folder=tmp_path).stdout) == []
