"""The snapshot format of the pytest plugin: one `.plan.yaml` file a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from planc.config.settings import load_settings
from planc.files.plans import compile_text
from planc.project import Project


class PlanSnapshotExtension(SingleFileSnapshotExtension):
    """Texts of plans as they are. Raises PlanInvalid for a text that is no valid plan."""

    _write_mode = WriteMode.TEXT
    file_extension = "plan.yaml"

    def serialize(self, data: Any, **_: Any) -> str:
        """`data` is a plan's text or the path of a plan file."""
        name = data.as_posix() if isinstance(data, Path) else "snapshot.plan.yaml"
        text = data.read_text(encoding="utf-8") if isinstance(data, Path) else data
        if not isinstance(text, str):
            raise TypeError(f"plan_snapshot compares a plan's text or a Path, not {type(data).__name__}")
        compile_text(text, name, Project(load_settings()).tools).plan()
        return text
