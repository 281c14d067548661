"""The command line: thin commands over library functions, one module each.

stdout is data, stderr is for people. Exit codes are made in `errors`, and only there.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

import click

from .errors import run_to_exit_code
from .group import LazyGroup
from .table import COMMANDS

HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(
    cls=LazyGroup,
    package=__name__,
    table=COMMANDS,
    context_settings=HELP_NAMES,
    epilog="Exit codes: 0 ok, 1 a task failed, 2 usage, 3 invalid plan, 4 configuration, 5 budget, "
    "6 waiting for a person, 130 interrupted.",
)
@click.version_option(package_name="planc", message="planc %(version)s")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
def planc(debug: bool) -> None:
    """A goal becomes a plan file; the file is checked, executed in parallel, and gives a result.

    New here: `planc demo` does the whole thing for real, without a key.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the `planc` command: runs it and exits with its code."""
    # What is loaded is never garbage: looking through it again and again takes a tenth of the start, looking once 4 %.
    gc.set_threshold(100_000, 20, 20)
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(
        run_to_exit_code(
            lambda: planc.main(args=given, prog_name="planc", standalone_mode=False), debug="--debug" in given[:1]
        )
    )
