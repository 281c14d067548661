"""What somebody is told who lacks an extra: the command fits where planc came from."""

from __future__ import annotations

import json
import shlex
from importlib.metadata import Distribution, PackageNotFoundError, PathDistribution
from pathlib import Path

import pytest

from planc_runtime.extras import install

COMMIT = "0123456789abcdef"


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (None, ["planc[serve]"]),
        ("no JSON", ["planc[serve]"]),
        (
            {"url": "file:///home/ada/my%20planc", "dir_info": {"editable": True}},
            ["--editable", "/home/ada/my planc[serve]"],
        ),
        ({"url": "file:///src/planc", "dir_info": {}}, ["/src/planc[serve]"]),
        ({"url": "file:///p-1-py3-none-any.whl", "archive_info": {}}, ["planc[serve] @ file:///p-1-py3-none-any.whl"]),
        (
            {"url": "https://git.test/planc", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            [f"planc[serve] @ git+https://git.test/planc@{COMMIT}"],
        ),
    ],
)
def test_the_command_fits_where_planc_came_from(
    origin: object, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if origin is not None:
        text = origin if isinstance(origin, str) else json.dumps(origin)
        (tmp_path / "direct_url.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(Distribution, "from_name", lambda name: PathDistribution(tmp_path))
    assert shlex.split(install("serve")) == ["pip", "install", *words]


def test_without_an_installed_planc_it_is_the_package_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(Distribution, "from_name", missing)
    assert install("local") == "pip install 'planc[local]'"
