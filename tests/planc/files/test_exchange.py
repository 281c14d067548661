"""`planc import` and `planc export` in real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from planc_compiler.source import read

JOBS = """name: Build
jobs:
  test: {needs: build, steps: [{run: pytest -q tests}]}
  build: {steps: [{uses: actions/checkout@v4}, {run: make build}]}
"""
PLAN = """version: 1
name: review
tasks:
  find: {tool: arxiv_search, with: {query: agents}}
  each: {foreach: {in: "${{ tasks.find.output }}", as: paper}, prompt: "About ${{ paper.title }}"}
  ok: {ask: "Good? ${{ tasks.each.output }}", output: boolean}
outputs: {ok: "${{ tasks.ok.output }}"}
"""


def planc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "planc", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_an_imported_plan_passes_the_checker_and_losses_are_told(tmp_path: Path) -> None:
    (tmp_path / "ci.yaml").write_text(JOBS)
    done = planc(tmp_path, "import", "ci.yaml", "-o", "ci.plan.yaml")
    assert done.returncode == 0, done.stderr
    assert "not carried over: build, step 1: uses actions/checkout@v4" in done.stderr
    assert planc(tmp_path, "check", "ci.plan.yaml").returncode == 0
    again = planc(tmp_path, "import", "ci.yaml", "-o", "ci.plan.yaml")
    assert (again.returncode, "--force" in again.stderr) == (2, True)


def test_promptflow_with_its_template_beside_it(tmp_path: Path) -> None:
    (tmp_path / "flow.dag.yaml").write_text(
        "inputs: {q: {type: string}}\noutputs: {a: {reference: '${answer.output}'}}\nnodes:\n"
        "- {name: answer, type: llm, source: {path: answer.jinja2}, inputs: {q: '${inputs.q}'}}\n"
    )
    (tmp_path / "answer.jinja2").write_text("Answer briefly: {{q}}\n")
    done = planc(tmp_path, "import", "flow.dag.yaml", "-o", "flow.plan.yaml")
    assert done.returncode == 0, done.stderr
    assert "Answer briefly: ${{ inputs.q }}" in (tmp_path / "flow.plan.yaml").read_text()
    assert planc(tmp_path, "check", "flow.plan.yaml").returncode == 0


@pytest.mark.parametrize(("content", "words"), [("a: [", "line"), ("a: 1", "jobs"), ("", "cannot be imported")])
def test_what_cannot_be_imported_is_said(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "x.yaml").write_text(content)
    done = planc(tmp_path, "import", "x.yaml")
    assert done.returncode == 3
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["argo", "mermaid", "dot", "svg", "json"])
def test_exports(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.plan.yaml").write_text(PLAN)
    done = planc(tmp_path, "export", "a.plan.yaml", "--to", form)
    assert done.returncode == 0, done.stderr
    if form == "argo":
        root = read(done.stdout, "argo.yaml").root
        assert root is not None
        names = [template["name"] for template in root.to_json()["spec"]["templates"]]
        assert names == ["plan", "find", "each", "ok"]
        assert "not carried over: outputs" in done.stderr
    elif form == "json":
        assert len(json.loads(done.stdout)["edges"]) == 2
    else:
        assert "find" in done.stdout
