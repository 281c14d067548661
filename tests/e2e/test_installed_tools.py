"""Tools of an installed package: a real distribution, built and installed by pip, found by its entry points."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import planc

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "fruit-tools"
version = "0.3"

[project.entry-points."planc.tools"]
fruit = "fruit_tools"
one = "fruit_tools.single:peel"
broken = "fruit_tools.broken"
double = "fruit_tools.double"

[tool.hatch.build.targets.wheel]
packages = ["fruit_tools"]
"""
MODULES = {
    "__init__": '''
import planc


@planc.tool
async def ripe(fruit: str) -> bool:
    """Tells whether a fruit is ripe."""
    return fruit == "pear"
''',
    "single": '''
def peel(fruit: str) -> str:
    """Peels a fruit; an entry point that names a function needs no decorator."""
    return f"peeled {fruit}"
''',
    "broken": "import a_library_that_is_not_there\n",
    "double": 'import planc\n\n\n@planc.tool\ndef read_file(path: str) -> str:\n    """Reads."""\n    return path\n',
}
PLAN = """\
version: 1
name: fruit
tasks:
  ripe: {tool: ripe, with: {fruit: pear}}
  peel: {if: "${{ tasks.ripe.output }}", tool: peel, with: {fruit: pear}}
outputs: {peeled: "${{ tasks.peel.output }}"}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages."""
    source, target = tmp_path_factory.mktemp("fruit"), tmp_path_factory.mktemp("site")
    (source / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (source / "fruit_tools").mkdir()
    for name, text in MODULES.items():
        (source / "fruit_tools" / f"{name}.py").write_text(text, encoding="utf-8")
    install = ["install", "-q", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(target), str(source)]
    done = subprocess.run([sys.executable, "-m", "pip", *install], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def test_a_plan_uses_them_like_any_other(site: Path, tmp_path: Path) -> None:
    (tmp_path / "fruit.plan.yaml").write_text(PLAN, encoding="utf-8")
    done = planc("execute", "fruit.plan.yaml", folder=tmp_path, PYTHONPATH=str(site))
    assert (done.returncode, done.stdout.strip()) == (0, "peeled pear"), done.stderr
    assert planc("check", "fruit.plan.yaml", folder=tmp_path).returncode == 3, "without the package they are unknown"


def test_they_are_listed_with_the_package_they_come_from(site: Path, tmp_path: Path) -> None:
    listed = json.loads(planc("tools", "ls", "--json", folder=tmp_path, PYTHONPATH=str(site)).stdout)
    sources = {tool["name"]: tool["source"] for tool in listed}
    assert sources["ripe"] == "entry point fruit of fruit-tools 0.3"
    assert sources["peel"] == "entry point one of fruit-tools 0.3"
    assert sources["read_file"] == "built-in", "a package cannot take the place of a built-in tool"


def test_a_package_that_cannot_be_loaded_is_told_and_stops_nobody(site: Path, tmp_path: Path) -> None:
    (tmp_path / "fruit.plan.yaml").write_text(PLAN, encoding="utf-8")
    done = planc("execute", "fruit.plan.yaml", folder=tmp_path, PYTHONPATH=str(site))
    assert "note: left out: the tools of entry point broken of fruit-tools 0.3 cannot be loaded" in done.stderr
    assert "a_library_that_is_not_there" in done.stderr
    assert "two tools are called `read_file`" in done.stderr
