"""What is vendored is what the packages published: every file has its hash, its licence and its version."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "runtime/planc_runtime/server/page/vendor", ROOT / "tests/vendor")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_vendored_file_is_named_with_its_hash(folder: Path) -> None:
    entries = json.loads((folder / "vendor.json").read_text())["files"]
    for entry in entries:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert all(entry[key] for key in ("package", "version", "licence", "integrity"))
    named = {entry["file"] for entry in entries}
    assert {path.name for path in folder.glob("*.js")} == named
    assert list(folder.glob("LICENSE.*")), "licence texts lie beside the files"
