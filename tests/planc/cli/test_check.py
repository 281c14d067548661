"""`planc check` over plans that use each other, as a real process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import planc

MAIN = "version: 1\nname: main\ntasks: {one: {plan: parts/part.plan.yaml}}\noutputs: {all: '${{ tasks.one.output }}'}\n"
PART = "version: 1\nname: part\ninputs: {words: {default: 3}}\ntasks:\n  say: {prompt: 'Say ${{ inputs.wordz }}.'}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "main.plan.yaml").write_text(MAIN)
    (tmp_path / "parts" / "part.plan.yaml").write_text(PART + "outputs: {text: '${{ tasks.say.output }}'}\n")
    return tmp_path


def test_a_problem_of_a_sub_plan_is_shown_with_its_line(folder: Path) -> None:
    done = planc("check", "main.plan.yaml", folder=folder)
    assert done.returncode == 3
    assert "--> parts/part.plan.yaml:5:33" in done.stdout
    assert "say: {prompt: 'Say ${{ inputs.wordz }}.'}" in done.stdout
    refused = planc("show", "main.plan.yaml", folder=folder)
    assert "say: {prompt: 'Say ${{ inputs.wordz }}.'}" in refused.stderr


def test_a_problem_of_a_sub_plan_is_reported_once(folder: Path) -> None:
    done = planc("check", ".", "--json", folder=folder)
    assert [found["code"] for found in json.loads(done.stdout)] == ["P202"]
    assert "2 plans checked: 1 error" in done.stderr
