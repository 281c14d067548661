"""The embedded engine through the command line: a real model in a process of its own, its words real if not wise."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import planc

pytestmark = pytest.mark.embedded

PLAN = """\
version: 1
name: embedded
tasks:
  pick:
    foreach: {in: [sky, grass], as: thing}
    prompt: "What colour has the ${{ thing }}? Answer with JSON."
    output:
      type: object
      properties: {colour: {type: string, enum: [green, blue]}}
      required: [colour]
      additionalProperties: false
    timeout: 10m
outputs:
  colours: ${{ tasks.pick.output }}
"""


def test_the_embedded_model_answers_through_the_whole_path(tmp_path: Path) -> None:
    pulled = planc("model", "pull", "test", folder=tmp_path, timeout=600)
    assert pulled.returncode == 0, pulled.stderr
    (tmp_path / "a.plan.yaml").write_text(PLAN, encoding="utf-8")
    done = planc("execute", "a.plan.yaml", "--model-size", "test", "--json", folder=tmp_path, timeout=900)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert [answer["colour"] in ("green", "blue") for answer in result["outputs"]["colours"]] == [True, True]
    assert result["usage"]["calls"] == 2
    assert result["usage"]["output_tokens"] > 2
    assert not engines_in(tmp_path)


def engines_in(folder: Path) -> list[str]:
    """Engine processes that were started in `folder` and still live."""
    processes = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    found = []
    for line in processes.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        cwd = Path(f"/proc/{pid}/cwd")
        if "planc_runtime.models.embedded.serve" in arguments and cwd.exists() and cwd.resolve() == folder.resolve():
            found.append(line)
    return found
