"""Pass 2: an older version's tree → this version's, in memory, one function a step.

v0  the drafts of version 0: a list of `steps`, `{{ … }}`

Positions stay those of the file. What a step does not know passes through, so that the shape pass reports it: nothing
is dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable

from planc_schemas.diagnostics import Diagnostic, Label
from planc_schemas.plan import VERSION

from ..node import Node
from ..source import Source
from . import v0

STEPS: dict[int, Callable[[Node], Node]] = {0: v0.to_1}
"""Version → the step to the next one."""


def version_of(root: Node) -> int | None:
    """The version that a file says, 0 for a draft that says none; None if it says nothing or no number."""
    node = root.get("version")
    if node is None:
        return 0 if v0.is_draft(root) else None
    value = node.value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def upgrade(source: Source) -> Source:
    """The source with its tree in this version's form; the same one if it already is.

    An older version adds a warning (P111). A newer one is refused by number (P110): `root` is None then.
    """
    root = source.root
    version = version_of(root) if root is not None and root.kind == "map" else None
    if root is None or version is None or version == VERSION or (version < VERSION and version not in STEPS):
        return source
    place = source.label(root.key("version") or root.entries[0][0], f"version {version}")
    if version > VERSION:
        return Source(source.file, source.text, None, [*source.diagnostics, _newer(version, place)])
    for step in range(version, VERSION):
        root = STEPS[step](root)
    return Source(source.file, source.text, root, [*source.diagnostics, _older(version, place)])


def _newer(version: int, place: Label) -> Diagnostic:
    return Diagnostic(
        "P110",
        f"this plan is of version {version}, and this planc reads versions up to {VERSION}",
        (place,),
        help=("update planc, or ask for the plan in an older version",),
    )


def _older(version: int, place: Label) -> Diagnostic:
    return Diagnostic(
        "P111",
        f"this plan is of version {version}; it is read as version {VERSION}",
        (place,),
        severity="warning",
        help=("`planc migrate FILE` rewrites it",),
    )
