"""`planc memory`: what agents remember beyond one run."""

from __future__ import annotations

import click

from ..group import LazyGroup
from ..table import Entry

TABLE = {
    "ls": Entry("ls", "", "List the memories of this folder."),
    "show": Entry("show", "", "Show or search what a memory holds."),
    "forget": Entry("forget", "", "Empty a memory."),
}


@click.group("memory", cls=LazyGroup, package=__name__, table=TABLE)
def command() -> None:
    """List, show and empty what agents of this folder remember beyond one run.

    A memory is called `plan:NAME` (`memory: plan` of the plan NAME) or `store:NAME` (`memory: {scope: store, store:
    NAME}`). What is remembered within a run is shown by the page, and goes with the run.
    """
