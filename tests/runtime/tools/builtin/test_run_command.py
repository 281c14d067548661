"""run_command as plans use it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from planc_runtime.tools.builtin.run_command import run_command
from planc_runtime.tools.secrets import Secrets
from tests.support.tooling import call, error_of, grants


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_granted_command_runs_in_the_working_folder(tmp_path: Path) -> None:
    result = call(
        run_command, {"command": python("import os; print(os.getcwd())")}, grants(tmp_path, run=[sys.executable])
    )
    assert result == {"exit_code": 0, "stdout": f"{tmp_path}\n", "stderr": "", "truncated": False}


def test_other_commands_are_refused() -> None:
    error = error_of(run_command, {"command": ["rm", "-rf", "x"]}, grants(run=["git"]))
    assert (error.kind, error.help) == ("denied", "if you want this, run again with --allow-run=rm")
    assert error_of(run_command, {"command": []}).code == "R402"
    assert error_of(run_command, {"command": "ls -l"}).code == "R402"


def test_a_failing_command_is_an_error_with_its_words(tmp_path: Path) -> None:
    command = python("import sys; print('out of paper', file=sys.stderr); sys.exit(2)")
    given = grants(tmp_path, run=[sys.executable])
    error = error_of(run_command, {"command": command}, given)
    assert (error.kind, error.code) == ("tool_error", "R414")
    assert "status 2: out of paper" in error.message
    assert call(run_command, {"command": command, "check": False}, given)["exit_code"] == 2


def test_environment_variables_need_a_grant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANC_TEST_VARIABLE", "seen")
    code = "import os; print(os.environ.get('PLANC_TEST_VARIABLE', 'not seen'))"
    only_run = grants(tmp_path, run=[sys.executable])
    assert call(run_command, {"command": python(code)}, only_run)["stdout"] == "not seen\n"
    asked = {"command": python(code), "env": ["PLANC_TEST_VARIABLE"]}
    assert "--allow-env=PLANC_TEST_VARIABLE" in error_of(run_command, asked, only_run).help
    given = grants(tmp_path, run=[sys.executable], env=["PLANC_TEST_VARIABLE"])
    assert call(run_command, asked, given)["stdout"] == "seen\n"


def test_a_secret_in_cut_output_does_not_show_its_beginning(tmp_path: Path) -> None:
    secrets = Secrets({"KEY": "s3cr3t-value"})
    asked = {"command": python("print('key: s3cr3t-value')"), "max_bytes": 10}
    result = call(run_command, asked, grants(tmp_path, run=[sys.executable]), secrets=secrets)
    assert result["stdout"] == "key: •••"


def test_a_hanging_command_times_out(tmp_path: Path) -> None:
    asked = {"command": python("import time; time.sleep(600)")}
    assert error_of(run_command, asked, grants(tmp_path, run=[sys.executable]), timeout=0.2).kind == "timeout"
