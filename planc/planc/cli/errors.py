"""How the command line ends: the only place that makes exit codes and turns errors into messages.

| code | meaning |
|---|---|
| 0 | ok |
| 1 | a task failed |
| 2 | usage: an unknown command, option or run, an input of the wrong type, a missing file |
| 3 | the plan is not valid |
| 4 | configuration: settings, models, rights, approvals, the store |
| 5 | the budget is used up |
| 6 | waiting for a person |
| 130 | interrupted |
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum

import click

from planc.counted import counted
from planc.escape import visible


class Exit(IntEnum):
    """The exit codes; see the module's table."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    CONFIGURATION = 4
    BUDGET = 5
    WAITING = 6
    INTERRUPTED = 130


class Stop(Exception):
    """Ends the command with `code`. A message, if there is one, goes to stderr as `error: …` with its help lines."""

    def __init__(self, code: Exit, message: str = "", *help: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = tuple(line for line in help if line)


def run_to_exit_code(run: Callable[[], object], *, debug: bool) -> int:
    """Runs a command and gives its exit code, with every failure told in words. A traceback only with `debug`."""
    try:
        run()
    except Exception as error:  # noqa: BLE001  # the one place where every failure is put into words
        if debug:
            traceback.print_exc()
        return _told(error)
    except KeyboardInterrupt:
        if debug:
            traceback.print_exc()
        _say("interrupted")
        return Exit.INTERRUPTED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else Exit.OK
    return Exit.OK


def _told(error: Exception) -> int:
    match error:
        case Stop():
            if error.message and error.code is Exit.OK:
                _say(error.message)
            elif error.message:
                _error(error.message, *error.help)
            return error.code
        case click.exceptions.Exit():
            return error.exit_code
        case click.Abort():
            _say("interrupted")
            return Exit.INTERRUPTED
        case click.exceptions.NoArgsIsHelpError():
            _say(error.format_message())
            return Exit.USAGE
        case click.UsageError():
            return _usage(error)
        case click.ClickException():
            _error(error.format_message())
            return Exit.USAGE
        case BrokenPipeError():  # the reader of our output has gone: nothing to tell
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  # for the interpreter's last flush
            return Exit.OK
    return _library(error)


def _library(error: Exception) -> int:
    """Errors of our own libraries: each of them carries what, why and what to do."""
    from planc.failures import describe

    if "planc.errors" in sys.modules and isinstance(error, sys.modules["planc.errors"].PlanInvalid):
        return _invalid(error)
    told = describe(error)
    if told is not None:
        _error(told.message, *told.help)
        return _CODES[told.blame]
    _error(
        f"{type(error).__name__}: {error}",
        "this is a defect of planc: please report it with the output of the same command after `planc --debug`",
    )
    return Exit.FAILED


def _invalid(error: Exception) -> int:
    """A plan with errors: all of them as `planc check` shows them."""
    from planc.diagnostics import render
    from planc.errors import PlanInvalid

    assert isinstance(error, PlanInvalid)
    click.echo(render("text", error.diagnostics, error.sources, colour=sys.stderr.isatty()), err=True)
    count = sum(diagnostic.severity == "error" for diagnostic in error.diagnostics)
    _error(f"{error.file} is not a valid plan: {counted(count, 'error')}")
    return Exit.INVALID


_CODES = {"usage": Exit.USAGE, "plan": Exit.INVALID, "configuration": Exit.CONFIGURATION, "task": Exit.FAILED}


def _usage(error: click.UsageError) -> int:
    message = error.format_message()
    path = error.ctx.command_path if error.ctx is not None else "planc"
    _error(message, f"`{path} --help` lists what there is")
    return Exit.USAGE


def _error(message: str, *help: str) -> None:
    _say(f"error: {message}")
    for line in help:
        _say(f"  help: {line}")


def _say(text: str) -> None:
    click.echo(visible(text), err=True)
