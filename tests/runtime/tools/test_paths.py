"""Files under rights: real files, real links, real races."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planc_runtime.tools import paths
from planc_runtime.tools.paths import entries, opened_folder, read_bytes, write_bytes
from planc_schemas.ports import TaskError, TaskFailure
from tests.support.tooling import grants

WHO = "the test"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.txt").write_text("a")
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "key").write_text("private")
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused_read(project: Path, path: str) -> TaskError:
    with pytest.raises(TaskFailure) as caught:
        read_bytes(path, grants(project, read=["open"]), WHO, 100)
    return caught.value.error


def refused_write(project: Path, path: str, **more: bool) -> TaskError:
    with pytest.raises(TaskFailure) as caught:
        write_bytes(path, b"new", grants(project, write=["open"]), WHO, **more)
    return caught.value.error


def test_a_granted_file_is_read(project: Path) -> None:
    given = grants(project, read=["open"])
    assert read_bytes("open/a.txt", given, WHO, 100) == b"a"
    assert read_bytes(str(project / "open" / "a.txt"), given, WHO, 100) == b"a"


@pytest.mark.parametrize(
    "path", ["closed/key", "open/../closed/key", "../x", "/etc/passwd", "open/a.txt/../../closed/key"]
)
def test_other_files_are_not(project: Path, path: str) -> None:
    assert refused_read(project, path).kind == "denied"


@pytest.mark.parametrize("path", ["", "open/a\0b"])
def test_what_is_no_path_is_refused(project: Path, path: str) -> None:
    assert refused_read(project, path).kind == "bad_request"


def test_a_link_inside_is_followed_and_one_that_leads_out_is_not(project: Path) -> None:
    (project / "open" / "inner").symlink_to("a.txt")
    (project / "open" / "outer").symlink_to("../closed/key")
    (project / "open" / "folder").symlink_to("../closed")
    assert read_bytes("open/inner", grants(project, read=["open"]), WHO, 100) == b"a"
    for path in ("open/outer", "open/folder/key"):
        assert refused_read(project, path).code == "R408"
    assert refused_write(project, "open/outer").code == "R408"
    assert refused_write(project, "open/folder/new").code == "R408"
    assert (project / "closed" / "key").read_text() == "private"


def test_a_link_put_in_after_the_check_is_not_followed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race: what was a folder when it was checked is a link when it is opened."""
    (project / "open" / "deep").mkdir()
    (project / "open" / "deep" / "key").write_text("fine")
    check = paths.real

    def check_then_swap(*arguments: object) -> Path:
        place = check(*arguments)  # type: ignore[arg-type]  # passed on as they are
        (project / "open" / "deep").rename(project / "open" / "moved")
        (project / "open" / "deep").symlink_to(project / "closed")
        return place

    monkeypatch.setattr(paths, "real", check_then_swap)
    error = refused_read(project, "open/deep/key")
    assert error.kind in ("denied", "tool_error")
    assert "private" not in error.message


def test_only_regular_files(project: Path) -> None:
    os.mkfifo(project / "open" / "pipe")
    assert refused_read(project, "open/pipe").code == "R408"
    assert refused_read(project, "open").kind in ("denied", "tool_error")
    assert refused_write(project, "open/pipe").code == "R408"


def test_errors_say_what_the_system_said(project: Path) -> None:
    error = refused_read(project, "open/missing.txt")
    assert (error.kind, error.message) == ("tool_error", "open/missing.txt: No such file or directory")


def test_a_large_file_is_an_error(project: Path) -> None:
    (project / "open" / "big").write_bytes(b"x" * 101)
    assert refused_read(project, "open/big").code == "R405"


def test_writing_makes_folders_and_leaves_no_traces(project: Path) -> None:
    place = write_bytes("open/new/deep/b.txt", b"text", grants(project, write=["open"]), WHO)
    assert place == project / "open" / "new" / "deep" / "b.txt"
    assert place.read_bytes() == b"text"
    assert names(place.parent) == ["b.txt"]


def test_replacing_keeps_permissions(project: Path) -> None:
    script = project / "open" / "a.txt"
    script.chmod(0o750)
    write_bytes("open/a.txt", b"new", grants(project, write=["open"]), WHO)
    assert script.read_bytes() == b"new"
    assert script.stat().st_mode & 0o777 == 0o750


def test_an_existing_file_may_be_protected(project: Path) -> None:
    assert "File exists" in refused_write(project, "open/a.txt", overwrite=False).message
    assert (project / "open" / "a.txt").read_text() == "a"
    assert names(project / "open") == ["a.txt"]


def test_a_failed_write_leaves_the_old_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths.os, "fsync", full_disk)
    assert "No space left" in refused_write(project, "open/a.txt").message
    assert (project / "open" / "a.txt").read_text() == "a"
    assert names(project / "open") == ["a.txt"]


def test_listing_leaves_out_links_and_denied_places(project: Path) -> None:
    (project / "open" / "link").symlink_to("/etc")
    (project / "open" / "sub").mkdir()
    (project / "open" / "sub" / "c.txt").write_text("ccc")
    (project / "open" / "private").mkdir()
    given = grants(project, read=["open"], deny={"read": ["open/private"]})
    with pytest.raises(TaskFailure):
        entries("open", given, WHO, recursive=True, limit=10)
    given = grants(project, read=["open"])
    found, more = entries("open", given, WHO, recursive=True, limit=10)
    assert [(entry.path, entry.size) for entry in found] == [("a.txt", 1), ("private", 0), ("sub", 0), ("sub/c.txt", 3)]
    assert not more
    assert entries("open", given, WHO, recursive=True, limit=2)[1]


def test_no_descriptor_is_left_open(project: Path) -> None:
    before = len(names(Path("/dev/fd")))
    for _ in range(3):
        with opened_folder(project / "open", "open"):
            pass
        refused_read(project, "open/missing.txt")
        read_bytes("open/a.txt", grants(project, read=["open"]), WHO, 100)
    assert len(names(Path("/dev/fd"))) == before
