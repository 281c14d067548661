"""A process with an agent in it is killed; the next one goes on in the same turn."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from planc_schemas.values import Json


def process(folder: Path, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.support.agent_process", str(folder), verb, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def killed(folder: Path, *arguments: str) -> None:
    done = process(folder, "execute", *arguments)
    assert done.returncode == -signal.SIGKILL, done.stderr


def resumed(folder: Path, *arguments: str) -> dict[str, Json]:
    done = process(folder, "resume", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Json] = json.loads(done.stdout.splitlines()[-1])
    return found


def marks(folder: Path) -> list[list[str]]:
    return [line.split() for line in (folder / "marks").read_text().splitlines()]


def test_killed_between_calls_it_goes_on_in_its_turn(tmp_path: Path) -> None:
    killed(tmp_path, "--die", "model:4")
    result = resumed(tmp_path)
    assert (result["status"], result["output"]) == ("succeeded", "all done")
    assert result["asked"] == 3, "turns 1 to 3 are not asked again"
    assert result["calls"] == 7, "what was used before the crash counts, the call under way with it"
    assert [number for number, _ in marks(tmp_path)] == ["1", "2", "3", "4", "5"]


def test_killed_inside_a_harmful_call_it_does_not_repeat_it(tmp_path: Path) -> None:
    killed(tmp_path, "--die", "tool:3")
    result = resumed(tmp_path)
    assert result["status"] == "failed"
    assert result["error"]["kind"] == "interrupted"
    assert result["calls"] == 3, "no call of the model was under way"
    assert [number for number, _ in marks(tmp_path)] == ["1", "2", "3"]


@pytest.mark.parametrize("arguments", [["--rerun"], ["--harmless"]])
def test_killed_inside_a_call_that_may_be_repeated_it_repeats_that_one_alone(
    tmp_path: Path, arguments: list[str]
) -> None:
    killed(tmp_path, "--die", "tool:3", *arguments)
    assert resumed(tmp_path, *arguments)["status"] == "succeeded"
    assert [number for number, _ in marks(tmp_path)] == ["1", "2", "3", "3", "4", "5"]
    keys = [key for number, key in marks(tmp_path) if number == "3"]
    assert keys[0] == keys[1], "the second call can be told from a new one"


def test_killed_twice_it_still_goes_on(tmp_path: Path) -> None:
    killed(tmp_path, "--die", "model:2")
    assert process(tmp_path, "resume", "--die", "model:5").returncode == -signal.SIGKILL
    result = resumed(tmp_path)
    assert (result["status"], result["asked"]) == ("succeeded", 2)
    assert [number for number, _ in marks(tmp_path)] == ["1", "2", "3", "4", "5"]
