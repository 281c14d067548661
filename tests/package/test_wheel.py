"""The built wheel, in a fresh environment, in a folder whose own modules have the names of our source folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"planc", "planc_compiler", "planc_runtime", "planc_schemas"}
pytestmark = pytest.mark.package


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PLANC_"))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment with the wheel and its dependencies, no extras."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)], ROOT)
    python = str(folder / "bin" / "python")
    if subprocess.run([sys.executable, "-m", "uv", "--version"], capture_output=True, check=False).returncode == 0:
        run([sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, str(wheel)], ROOT)
    else:
        run([sys.executable, "-m", "pip", "--python", python, "install", "-q", str(wheel)], ROOT)
    return folder / "bin"


@pytest.fixture
def decoys(tmp_path: Path) -> Path:
    """A user's folder; importing one of its modules by mistake would end the process."""
    for name in ("schemas", "compiler", "runtime", "plans", "tools", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text('raise SystemExit("a user\'s module was imported")\n', encoding="utf-8")
    (tmp_path / ".env").write_text("PLANC_TOOLS=tools\n", encoding="utf-8")
    return tmp_path


def test_the_wheel_holds_the_packages_with_their_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == PACKAGES
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    for data in (
        "planc/templates/hello.plan.yaml",
        "planc_schemas/plan.v1.schema.json",
        "planc_runtime/store/queries.sql",
        "planc_runtime/tools/feed/records.json",
    ):
        assert data in names
    assert not [name for name in names if "tests/" in name or name.endswith((".pyc", ".env"))]


def test_the_installed_wheel_runs_a_plan_beside_decoys(installed: Path, decoys: Path) -> None:
    planc = str(installed / "planc")
    run([planc, "init"], decoys)
    run([planc, "check", "hello.plan.yaml"], decoys)
    done = run([planc, "execute", "hello.plan.yaml", "--json"], decoys)
    assert json.loads(done.stdout)["outputs"]["letter"] == {"count": 2, "text": "Hello, Ada! Hello, Grace!"}
    listed = json.loads(run([planc, "runs", "ls", "--json"], decoys).stdout)
    assert [run["status"] for run in listed] == ["succeeded"]


def test_users_own_modules_are_used_when_they_ask(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "schemas.py").write_text("WORD = 'mine'\n", encoding="utf-8")
    (tmp_path / "tools.py").write_text(
        "import planc\nfrom schemas import WORD\n\n\n"
        '@planc.tool\ndef word() -> str:\n    """Gives a word."""\n    return WORD\n',
        encoding="utf-8",
    )
    (tmp_path / "a.plan.yaml").write_text(
        "version: 1\nname: a\ntasks:\n  say: {tool: word}\noutputs: {word: '${{ tasks.say.output }}'}\n",
        encoding="utf-8",
    )
    command = [str(installed / "planc"), "execute", "a.plan.yaml", "--tools", "tools.py", "--json"]
    assert json.loads(run(command, tmp_path).stdout)["outputs"] == {"word": "mine"}
