"""Where the shape pass collects its diagnostics, and what it is looking at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from planc_schemas.diagnostics import Diagnostic, Edit, Fix, Label

from ..collected import Collected
from ..model_schema import Path
from ..node import Node
from ..source import Source
from . import words


@dataclass(frozen=True, slots=True)
class Scope:
    """What is being checked: `node` by `model`. `task` is the id if it is a task, None if it is the plan itself."""

    node: Node
    model: type[BaseModel]
    task: str | None = None

    @property
    def owner(self) -> str:
        return "the plan" if self.task is None else f"task `{words.shorten(self.task)}`"

    def place(self, path: Path) -> str:
        """`retry.max_attempts` of task `find`."""
        if not path:
            return self.owner
        return f"`{words.place(path)}`" + ("" if self.task is None else f" of {self.owner}")


class Report:
    """Diagnostics of one file, and the names that later passes should not complain about."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.collected = Collected()
        self.broken: set[str] = set()

    def add(self, code: str, message: str, node: Node, label: str = "", **more: Any) -> None:
        """A diagnostic at `node`; `more` are other fields of Diagnostic, `help` may be one text."""
        self.add_at(code, message, (self.source.label(node, label),), **more)

    def add_at(self, code: str, message: str, labels: tuple[Label, ...], **more: Any) -> None:
        help = more.pop("help", ())
        if isinstance(help, str):
            help = (help,) if help else ()
        self.collected.add(Diagnostic(code, message, labels, help=help, **more))

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return self.collected.found

    def is_full(self, code: str) -> bool:
        """Would another diagnostic of this code be left out?"""
        return self.collected.is_full(code)

    def replace(self, node: Node, text: str | None, title: str = "", *, safe: bool = False) -> tuple[Fix, ...]:
        """The fix that writes `text` where `node` stands; none if there is no text or the node is not in the file."""
        if text is None or not node.written:
            return ()
        edit = Edit(self.source.file, node.span, text)
        return (Fix(title or f"write `{text}`", (edit,), safe=safe),)
