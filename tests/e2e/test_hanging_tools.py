"""Tools that do not come back, in a real process: it ends all the same, and says what hung."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.cli import planc, start_planc

TOOLS = """
import pathlib
import time

import planc


@planc.tool
def sleepy() -> str:
    \"\"\"Never comes back, and does not look whether anybody waits.\"\"\"
    if pathlib.Path("started").exists():
        pathlib.Path("started").open("w").close()
    while True:
        time.sleep(600)


@planc.tool(timeout="200ms")
def short() -> str:
    \"\"\"Has a limit of its own.\"\"\"
    while True:
        time.sleep(600)
"""


def write(folder: Path, task: str) -> None:
    (folder / "mine.py").write_text(TOOLS, encoding="utf-8")
    (folder / "a.plan.yaml").write_text(f"version: 1\nname: a\ntasks:\n  a: {{{task}}}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("task", "says"),
    [
        ("tool: sleepy, timeout: 200ms", "did not end within 200ms"),
        ("tool: short", "tool `short` did not finish within 0.2 s"),
    ],
)
def test_a_hanging_function_fails_its_task_and_the_process_ends(tmp_path: Path, task: str, says: str) -> None:
    write(tmp_path, task)
    done = planc("execute", "a.plan.yaml", "--tools", "mine.py", folder=tmp_path)
    assert done.returncode == 1 and says in done.stderr, done.stderr


def test_ctrl_c_twice_ends_a_run_whose_tool_hangs(tmp_path: Path) -> None:
    write(tmp_path, "tool: sleepy")
    os.mkfifo(tmp_path / "started")
    process = start_planc("execute", "a.plan.yaml", "--tools", "mine.py", folder=tmp_path)
    assert process.stderr is not None
    (tmp_path / "started").open().close()  # waits until the tool opens its end
    process.send_signal(signal.SIGINT)
    assert any("stopping" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130 and "planc resume" in stderr, stderr
