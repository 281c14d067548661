"""`planc model`: the small models that run in a process of planc's own."""

from __future__ import annotations

import click

from ..group import LazyGroup
from ..table import Entry

TABLE = {
    "ls": Entry("ls", "", "List the embedded models and which are here."),
    "pull": Entry("pull", "", "Fetch an embedded model's weights."),
}


@click.group("model", cls=LazyGroup, package=__name__, table=TABLE)
def command() -> None:
    """Fetch and list embedded models: real, small, and used when no key and no endpoint is configured.

    They are there so that everything can be tried; real work wants a real endpoint.
    """
