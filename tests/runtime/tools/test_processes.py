"""Child processes: real ones, ended with everything they started."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from planc_runtime.tools import processes
from planc_runtime.tools.processes import Finished, run, scrubbed
from planc_schemas.ports import TaskFailure
from tests.support.processes import is_gone, wait_until

PARENT = """
import signal, subprocess, sys, time
{first}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(child.pid))
{rest}
"""


KILLED = """
import asyncio, os, sys
from pathlib import Path
from planc_runtime.tools.processes import run, scrubbed
asyncio.run(run(sys.argv[1:], folder=Path.cwd(), environment=scrubbed(os.environ), stdin=b"go\\n", max_bytes=1000))
"""


def start(command: Sequence[str], folder: Path, max_bytes: int = 1_000, stdin: bytes = b"") -> Finished:
    return asyncio.run(run(command, folder=folder, environment=scrubbed(os.environ), stdin=stdin, max_bytes=max_bytes))


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_input_folder_and_status(tmp_path: Path) -> None:
    code = "import os, sys; print(sys.stdin.read() + os.getcwd()); print('bad', file=sys.stderr); sys.exit(3)"
    finished = start(python(code), tmp_path, stdin=b"in:")
    assert finished == Finished(3, f"in:{tmp_path}\n", "bad\n", False)


def test_there_is_no_shell(tmp_path: Path) -> None:
    finished = start([*python("import sys; print(sys.argv[1])"), "$(id); * && rm -rf ~"], tmp_path)
    assert finished.output == "$(id); * && rm -rf ~\n"


def test_the_environment_is_scrubbed(tmp_path: Path) -> None:
    environment = {"PATH": "/bin", "OPENAI_API_KEY": "sk", "LANG": "C", "GRANTED": "yes", "PLANC_X": "1"}
    assert scrubbed(environment, ["GRANTED", "ABSENT"]) == {"PATH": "/bin", "LANG": "C", "GRANTED": "yes"}


def test_output_is_bounded_and_the_rest_read_away(tmp_path: Path) -> None:
    finished = start(python("print('x' * 1_000_000)"), tmp_path)
    assert (finished.status, finished.output, finished.truncated) == (0, "x" * 1_000, True)


def test_output_that_is_no_text_is_kept_readable(tmp_path: Path) -> None:
    assert start(python("import sys; sys.stdout.buffer.write(b'a\\xff')"), tmp_path).output == "a�"


def test_a_missing_command(tmp_path: Path) -> None:
    with pytest.raises(TaskFailure) as caught:
        start(["no-such-command-here"], tmp_path)
    assert caught.value.error.code == "R414"


def test_children_of_a_finished_command_are_ended(tmp_path: Path) -> None:
    start([*python(PARENT.format(first="", rest="")), str(tmp_path / "pid")], tmp_path)
    assert is_gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize("stubborn", [False, True])
def test_cancelling_ends_the_whole_group(tmp_path: Path, stubborn: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_GRACE", 0.1)
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)" if stubborn else ""
    code = PARENT.format(first=ignore, rest="time.sleep(600)")
    pid_file = tmp_path / "pid"
    os.mkfifo(pid_file)  # reading it waits for the command to write its child's number
    child: list[int] = []

    async def main() -> None:
        command = [*python(code), str(pid_file)]
        task = asyncio.create_task(
            run(command, folder=tmp_path, environment=scrubbed(os.environ), stdin=b"", max_bytes=100)
        )
        child.append(int(await asyncio.to_thread(pid_file.read_text)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert is_gone(child[0])


def test_a_killed_process_leaves_nothing_that_it_started(tmp_path: Path) -> None:
    """SIGKILL: nobody is left to end the command and what that started in the background. The command begins its work
    when it is told to, so that it is not killed while it is being started."""
    note = tmp_path / "pids"
    command = ["sh", "-c", f"read go; sleep 600 & echo $! $$ > {note}.new && mv {note}.new {note}; sleep 600"]
    with subprocess.Popen([sys.executable, "-c", KILLED, *command], cwd=tmp_path) as killed:
        wait_until(note.exists)
        killed.kill()
    assert all(is_gone(int(pid)) for pid in note.read_text().split())
