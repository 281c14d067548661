"""Options that several commands have, so that they mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Size: TypeAlias = Literal["default", "small", "test"]
"""The same as planc_runtime.models.base.ModelSize, without importing it."""

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
STORE = click.option("--store", metavar="FOLDER", help="Where runs are kept [default: .planc here].")
MODEL = click.option("--model", metavar="NAME", help="Model, provider or provider/model; goes before what plans name.")
SIZE = click.option(
    "--model-size",
    "size",
    type=click.Choice(["default", "small", "test"]),
    help="Which embedded model, where the embedded one is used.",
)
TOOLS = click.option(
    "--tools", "tools", multiple=True, metavar="MODULE", help="Load tools from a Python module or .py file; repeatable."
)
