"""`planc tools`: what plans can call."""

from __future__ import annotations

import click

from ..group import LazyGroup
from ..table import Entry

TABLE = {
    "ls": Entry("ls", "", "List the tools with what they touch."),
    "show": Entry("show", "", "Show what one tool takes, gives and touches."),
}


@click.group("tools", cls=LazyGroup, package=__name__, table=TABLE)
def command() -> None:
    """List the tools that plans here can call, and what they touch.

    Tools are built in, come from installed packages, from --tools MODULE, or from the tools.py of a trusted folder.
    """
