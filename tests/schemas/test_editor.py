"""What an editor says about a plan file: the real yaml-language-server, with the schema that the first line names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from planc_schemas.json_schema import FILE
from tests.support.language_server import LanguageServer, find_server

pytestmark = pytest.mark.editor

MODELINE = f"# yaml-language-server: $schema={FILE.name}\n"
PLANS = Path(__file__).parents[2] / "plans"
HEAD = "version: 1\nname: x\ntasks:\n"
WRONG = {
    "a misspelt kind": ("  a:\n    promt: x\n", 4, "prompt"),
    "a field of another kind": ("  a:\n    tool: x\n    system: y\n", 6, "system"),
    "no unit": ("  a:\n    prompt: x\n    timeout: 30\n", 6, "string"),
    "out of range": ("  a:\n    prompt: x\n    retry: {max_attempts: 0}\n", 6, "minimum"),
    "two kinds": ("  a:\n    prompt: x\n    tool: y\n", 6, "tool"),
    "a bad id": ("  a-b:\n    value: 1\n", 4, "a-b"),
    "an unknown section": ("  a:\n    value: 1\nlimts: {}\n", 6, "limts"),
}


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[LanguageServer]:
    cache = request.config.cache
    assert cache is not None
    command, why = find_server(cache.mkdir("yaml-language-server"))
    if command is None:
        pytest.skip(why)
    with LanguageServer(command) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(FILE, tmp_path / FILE.name)
    return tmp_path


@pytest.mark.parametrize("plan", sorted(PLANS.glob("*.plan.yaml")), ids=lambda path: path.name)
def test_the_plans_of_this_project_are_right(server: LanguageServer, folder: Path, plan: Path) -> None:
    text = MODELINE + plan.read_text(encoding="utf-8")
    assert server.open(folder / plan.name, text) == []
    assert server.open(folder / f"damaged-{plan.name}", text.replace("tasks:", "taskz:")) != []


@pytest.mark.parametrize(("tasks", "line", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_marked_on_its_line(
    server: LanguageServer, folder: Path, tasks: str, line: int, words: str
) -> None:
    problems = server.open(folder / "wrong.plan.yaml", MODELINE + HEAD + tasks)
    assert any(words in problem["message"] for problem in problems)
    assert line in {problem["range"]["start"]["line"] for problem in problems}, problems


def test_a_task_without_anything_is_offered_its_kinds(server: LanguageServer, folder: Path) -> None:
    path = folder / "empty.plan.yaml"
    server.open(path, MODELINE + HEAD + "  a:\n    \n")
    offered = [item["label"] for item in server.at("completion", path, 5, 4)["items"]]
    assert offered == ["prompt", "tool", "agent", "goal", "plan", "ask", "value"]


def test_a_field_explains_itself(server: LanguageServer, folder: Path) -> None:
    path = folder / "hover.plan.yaml"
    server.open(path, MODELINE + HEAD + "  a:\n    prompt: x\n    on_interrupt: fail\n")
    assert "When the process died" in server.at("hover", path, 6, 8)["contents"]["value"]
