from __future__ import annotations

from collections.abc import Callable

import click
import pytest

from planc.cli.errors import Exit, Stop, run_to_exit_code
from planc.config.errors import ConfigError
from planc_runtime.store.errors import RunUnknown, StoreFull
from planc_schemas.ports import TaskError, TaskFailure


def raising(error: BaseException) -> Callable[[], None]:
    def run() -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "message", "help"),
    [
        (Stop(Exit.BUDGET, "the money is gone", "bring more"), 5, "the money is gone", "bring more"),
        (Stop(Exit.WAITING), 6, "", ""),
        (click.UsageError("no such thing"), 2, "no such thing", "--help"),
        (ConfigError("bad setting", "mend it"), 4, "bad setting", "mend it"),
        (RunUnknown("no run X", "it was never here", "`planc runs ls`"), 2, "no run X: it was never", "planc runs ls"),
        (StoreFull("no space", "", "make room"), 4, "no space", "make room"),
        (TaskFailure(TaskError("auth", "the key is wrong", help="set it")), 4, "the key is wrong", "set it"),
        (TaskFailure(TaskError("server_error", "status 500")), 1, "status 500", ""),
        (FileNotFoundError(2, "No such file or directory", "x.plan.yaml"), 2, "x.plan.yaml: No such file", ""),
        (OSError(28, "No space left on device"), 4, "No space left", "make room"),
        (KeyboardInterrupt(), 130, "interrupted", ""),
        (ZeroDivisionError("division by zero"), 1, "ZeroDivisionError", "defect of planc"),
    ],
)
def test_every_failure_ends_in_words_and_a_code(
    error: BaseException, code: int, message: str, help: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_to_exit_code(raising(error), debug=False) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert help in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    run_to_exit_code(raising(ZeroDivisionError("x")), debug=True)
    assert "Traceback" in capsys.readouterr().err


def test_messages_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run_to_exit_code(raising(Stop(Exit.FAILED, "bad \x1b[2J output")), debug=False)
    assert "\\x1b[2J" in capsys.readouterr().err
