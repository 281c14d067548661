from __future__ import annotations

from pathlib import Path

import pytest

from planc.errors import PlanInvalid
from planc.files.plans import compile_file, find_plans, project_root
from planc.project import ProjectError
from planc_schemas.ports import NoTools

PLAN = "version: 1\nname: a\ntasks:\n  one: {value: 1}\n"
IMPORTER = "version: 1\nname: b\ntasks:\n  sub: {{plan: {path}}}\n"


def test_folders_are_searched_and_hidden_ones_left_out(tmp_path: Path) -> None:
    for name in ("b.plan.yaml", "sub/a.plan.yaml", ".hidden/c.plan.yaml", "node_modules/d.plan.yaml", "other.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PLAN, encoding="utf-8")
    found = find_plans([tmp_path, tmp_path / "other.yaml", tmp_path / "b.plan.yaml"])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "b.plan.yaml",
        "sub/a.plan.yaml",
        "other.yaml",
    ]


def test_a_missing_file_names_a_near_one(tmp_path: Path) -> None:
    (tmp_path / "review.plan.yaml").write_text(PLAN, encoding="utf-8")
    with pytest.raises(ProjectError) as raised:
        compile_file(tmp_path / "review", NoTools())
    assert "did you mean" in raised.value.help
    with pytest.raises(ProjectError) as raised:
        find_plans([tmp_path / "nothing"])
    assert "review.plan.yaml" in raised.value.help


def test_a_plan_with_errors_raises_with_its_diagnostics(tmp_path: Path) -> None:
    path = tmp_path / "a.plan.yaml"
    path.write_text(PLAN.replace("value: 1", "value: '${{ tasks.two.output }}'"), encoding="utf-8")
    file = compile_file(path, NoTools())
    with pytest.raises(PlanInvalid, match="P201") as raised:
        file.plan()
    assert raised.value.diagnostics == tuple(file.diagnostics)


def test_imports_stay_inside_the_project(tmp_path: Path) -> None:
    inside, outside = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (inside / "deep", outside):
        folder.mkdir(parents=True)
    (inside / "a.plan.yaml").write_text(PLAN, encoding="utf-8")
    (outside / "a.plan.yaml").write_text(PLAN, encoding="utf-8")
    (inside / "link.plan.yaml").symlink_to(outside / "a.plan.yaml")
    importer = inside / "deep" / "b.plan.yaml"
    for path, fine in (
        ("../a.plan.yaml", True),
        ("../../elsewhere/a.plan.yaml", False),
        ("../link.plan.yaml", False),
        (str(outside / "a.plan.yaml"), False),
    ):
        importer.write_text(IMPORTER.format(path=path), encoding="utf-8")
        assert (compile_file(importer, NoTools(), folder=inside).compilation.plan is not None) is fine, path


def test_a_plan_outside_the_working_directory_has_its_own_folder_as_project(tmp_path: Path) -> None:
    assert project_root(tmp_path / "x" / "a.plan.yaml", tmp_path) == tmp_path
    assert project_root(tmp_path / "x" / "a.plan.yaml", tmp_path / "y") == tmp_path / "x"
