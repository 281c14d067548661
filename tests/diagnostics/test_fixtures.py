"""Every fixture of this folder shows exactly what it says; see tests/support/fixtures.py.

With PLANC_GOLDEN=write the golden texts are written anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planc_schemas.codes import REGISTER
from tests.support.fixtures import SUFFIX, as_text, compile_fixture, fixture_paths, marks, places

WITHOUT_FIXTURE = {"P002", "P116", "P504", "P505"}
"""Too large for a file: tests/compiler/source, shape, test_limits.py and test_imports.py show them."""
FAMILIES = ("P0", "P1", "P2", "P3", "P4", "P5")


@pytest.mark.parametrize("path", fixture_paths(), ids=lambda path: path.name.removesuffix(SUFFIX))
def test_fixture(path: Path) -> None:
    compilation = compile_fixture(path)
    assert places(compilation.diagnostics, path.name) == marks(path)
    code = path.name[:4]
    assert code in {found.code for found in compilation.diagnostics}
    assert (compilation.plan is None) == any(found.severity == "error" for found in compilation.diagnostics)
    text = as_text(compilation.diagnostics, path.read_text(encoding="utf-8", errors="replace"))
    golden = path.with_name(path.name.removesuffix(SUFFIX) + ".txt")
    if os.environ.get("PLANC_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_code_has_a_fixture_named_after_it() -> None:
    names = {path.name.removesuffix(SUFFIX) for path in fixture_paths()}
    wanted = {f"{code.id}-{code.slug}" for code in REGISTER.values() if code.id[:2] in FAMILIES}
    missing = {name for name in wanted - names if name[:4] not in WITHOUT_FIXTURE}
    assert missing == set()


def test_a_fixture_without_its_mark_fails(tmp_path: Path) -> None:
    text = "version: 1\nname: x\ntasks:\n  a:\n    needs: [b]  # error: P201\n    value: 1\n"
    path = tmp_path / "P201-x.plan.yaml"
    path.write_text(text, encoding="utf-8")
    assert places(compile_fixture(path).diagnostics, path.name) == marks(path) == [(5, "error", "P201")]
    path.write_text(text.replace("# error: P201", ""), encoding="utf-8")
    assert places(compile_fixture(path).diagnostics, path.name) != marks(path)
