"""read_file, write_file and list_files as plans use them."""

from __future__ import annotations

from pathlib import Path

from planc_runtime.tools.builtin.list_files import list_files
from planc_runtime.tools.builtin.read_file import read_file
from planc_runtime.tools.builtin.write_file import write_file
from tests.support.tooling import call, error_of, grants


def test_write_then_read_then_list(tmp_path: Path) -> None:
    given = grants(tmp_path, read=["reports"], write=["reports"])
    written = call(write_file, {"path": "reports/ü.md", "text": "Größe ✓\n"}, given)
    assert written == {"path": str(tmp_path / "reports" / "ü.md"), "bytes": 12}
    assert call(read_file, {"path": "reports/ü.md"}, given) == "Größe ✓\n"
    assert call(list_files, {"path": "reports"}, given) == [{"path": "ü.md", "type": "file", "size": 12}]


def test_each_needs_its_right_and_names_the_flag(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    for function, arguments, flag in (
        (read_file, {"path": "notes/a.md"}, "--allow-read=notes"),
        (write_file, {"path": "notes/a.md", "text": ""}, "--allow-write=notes"),
        (list_files, {"path": "notes"}, "--allow-read="),
        (list_files, {}, "--allow-read=."),
    ):
        error = error_of(function, arguments, grants(tmp_path))
        assert (error.kind, error.code) == ("denied", "R401")
        assert flag in error.help
    assert list((tmp_path / "notes").iterdir()) == []


def test_reading_is_not_writing(tmp_path: Path) -> None:
    assert error_of(write_file, {"path": "a", "text": ""}, grants(tmp_path, read=["."])).kind == "denied"
    assert error_of(read_file, {"path": "a"}, grants(tmp_path, write=["."])).kind == "denied"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"\x89PNG\xff")
    assert "not UTF-8" in error_of(read_file, {"path": "image"}, grants(tmp_path, read=["."])).message


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbfhello")
    assert call(read_file, {"path": "bom"}, grants(tmp_path, read=["."])) == "hello"


def test_listing_by_pattern_and_its_bound(tmp_path: Path) -> None:
    for name in ("a.md", "b.txt", "sub/c.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    given = grants(tmp_path, read=["."])
    found = call(list_files, {"pattern": "*.md", "recursive": True}, given)
    assert [entry["path"] for entry in found] == ["a.md", "sub/c.md"]
    assert error_of(list_files, {"recursive": True, "limit": 2}, given).code == "R405"
