from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from planc.config.errors import ConfigError
from planc.tools.toolbox import collect_tools
from planc.tools.trust import Trust

TOOLS = '''
import planc


@planc.tool
def shout(text: str) -> str:
    """Says it loudly."""
    return text.upper()


def helper() -> None:
    """No tool: it is not marked."""
'''


def names(folder: Path, *modules: str) -> tuple[list[str], list[str]]:
    registry, notes = collect_tools(modules, folder, Trust(folder / "trusted.json"), {})
    return [name for name in registry.names() if registry.get(name).source != "built-in"], notes


def test_built_in_tools_are_there_and_a_folders_tools_are_not(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("raise SystemExit('was run')", encoding="utf-8")
    registry, notes = collect_tools((), tmp_path, Trust(tmp_path / "trusted.json"), {})
    assert "arxiv_search" in registry.names()
    assert notes == ["tools.py here is not loaded: look at it, then `planc trust`"]


@pytest.mark.parametrize("module", ["tools.py", "mine"])
def test_a_module_gives_its_marked_functions(tmp_path: Path, module: str) -> None:
    (tmp_path / "tools.py").write_text(TOOLS, encoding="utf-8")
    (tmp_path / "mine.py").write_text(TOOLS, encoding="utf-8")
    found, _ = names(tmp_path, module)
    assert found == ["shout"]


def test_a_trusted_folder_gives_its_tools_until_the_file_changes(tmp_path: Path) -> None:
    tools = tmp_path / "tools.py"
    tools.write_text(TOOLS, encoding="utf-8")
    trust = Trust(tmp_path / "trusted.json")
    trust.add(tmp_path)
    assert names(tmp_path) == (["shout"], [])
    tools.write_text(TOOLS + "\n# changed\n", encoding="utf-8")
    found, notes = names(tmp_path)
    assert found == []
    assert "has changed since it was trusted" in notes[0]
    trust.add(tmp_path)
    assert trust.remove(tmp_path)
    assert trust.standing(tmp_path) == "untrusted"
    assert not trust.remove(tmp_path)


def test_the_record_is_the_operators_alone(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(TOOLS, encoding="utf-8")
    Trust(tmp_path / "deep" / "trusted.json").add(tmp_path)
    assert (tmp_path / "deep" / "trusted.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("x = 1", "has no tools"),
        ("import planc\n@planc.tool\ndef read_file(path: str) -> str:\n    'Reads.'\n    return path\n", "two tools"),
        ("import planc\n@planc.tool\ndef bad(x) -> str:\n    'No hint.'\n    return ''\n", "bad"),
    ],
)
def test_what_is_wrong_with_a_module_is_said(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "broken.py").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        collect_tools(["broken.py"], tmp_path, Trust(tmp_path / "trusted.json"), {})


def test_a_damaged_record_is_an_error_and_trusts_nothing(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(TOOLS, encoding="utf-8")
    (tmp_path / "trusted.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"trusted\.json"):
        names(tmp_path)


def test_one_function_of_a_module(tmp_path: Path) -> None:
    (tmp_path / "several.py").write_text(TOOLS, encoding="utf-8")
    assert names(tmp_path, "several.py:helper")[0] == ["helper"]
    with pytest.raises(ConfigError, match="absent"):
        names(tmp_path, "several.py:absent")


def test_a_folder_of_tools_takes_the_place_of_no_installed_library(tmp_path: Path) -> None:
    (tmp_path / "decoyed.py").write_text(TOOLS, encoding="utf-8")
    (tmp_path / "httpcore2.py").write_text("raise SystemExit('the decoy was run')", encoding="utf-8")
    script = (
        "import sys; from pathlib import Path\n"
        "from planc.tools.toolbox import collect_tools; from planc.tools.trust import Trust\n"
        "folder = Path(sys.argv[1])\n"
        "for module in ('decoyed', 'decoyed.py'): collect_tools([module], folder, Trust(folder / 't.json'), {})\n"
        "import httpcore2; print(httpcore2.__file__)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in done.stdout
