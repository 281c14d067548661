"""What the server's desk tells of plan files."""

from __future__ import annotations

from pathlib import Path

import pytest

from planc.project import Project
from planc.serving.desk import Desk
from planc.serving.shared import SharedModels
from planc_runtime.executor.options import Options


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("a.plan.yaml", "a.plan.yaml"),
        ("{folder}/plans/a.plan.yaml", "plans/a.plan.yaml"),
        ("plans/../a.plan.yaml", "a.plan.yaml"),
        ("{folder}/../other/a.plan.yaml", "a.plan.yaml"),
        ("../other/a.plan.yaml", "a.plan.yaml"),
        ("/elsewhere/a.plan.yaml", "a.plan.yaml"),
        ("", ""),
    ],
)
def test_a_file_is_named_from_the_folder_and_no_other_folder_is_told(tmp_path: Path, file: str, shown: str) -> None:
    project = Project.here(tmp_path)
    desk = Desk(project, SharedModels(project.models()), Options(), only_approved=False)
    assert desk.named(file.format(folder=tmp_path)) == shown
