"""Letters to the process that executes a run: one counts as long as its author waits, and nothing else in the folder
does."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from planc_runtime.store.errors import StoreReadOnly
from planc_runtime.store.mailbox import FileMailbox
from planc_schemas.values import MAX_OUTPUT_BYTES
from tests.support.privileges import without_privileges

NAME = "0123456789abcdef" * 2
OTHER = "f" * 32
AUTHOR = """
import sys
from pathlib import Path
from planc_runtime.store.mailbox import FileMailbox
letter = FileMailbox(Path(sys.argv[1])).post(sys.argv[2], b"yes")
print("posted", flush=True)
input()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


def test_a_letter_is_there_until_it_is_dealt_with(folder: Path) -> None:
    mailbox = FileMailbox(folder)
    assert mailbox.names() == [] and not folder.exists()
    letter = mailbox.post(NAME, b"yes")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    assert (mailbox.names(), mailbox.read(NAME), letter.is_gone) == ([NAME], b"yes", False)
    mailbox.remove(NAME)
    assert (mailbox.names(), mailbox.read(NAME), letter.is_gone) == ([], None, True)
    letter.withdraw()


def test_a_letter_that_was_withdrawn_is_gone(folder: Path) -> None:
    mailbox = FileMailbox(folder)
    mailbox.post(NAME, b"yes").withdraw()
    assert (mailbox.names(), mailbox.read(NAME)) == ([], None)
    mailbox.remove(NAME)


def test_a_letter_counts_only_while_its_author_lives(folder: Path) -> None:
    author = subprocess.Popen(
        [sys.executable, "-c", AUTHOR, str(folder), NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert author.stdout is not None and author.stdout.readline() == b"posted\n"
    mailbox = FileMailbox(folder)
    assert mailbox.read(NAME) == b"yes"
    author.send_signal(signal.SIGKILL)
    author.communicate()
    assert (mailbox.names(), mailbox.read(NAME)) == ([NAME], None)


def test_a_file_that_somebody_merely_wrote_is_no_letter(folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(b"yes")
    assert FileMailbox(folder).read(NAME) is None


def test_what_is_no_file_is_no_letter(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    secret = FileMailbox(tmp_path / "elsewhere").post(OTHER, b"yes")
    (folder / NAME).symlink_to(tmp_path / "elsewhere" / OTHER)
    os.mkfifo(folder / ("a" * 32))
    (folder / ("b" * 32)).mkdir()
    (folder / "note.txt").write_bytes(b"")
    mailbox = FileMailbox(folder)
    assert sorted(mailbox.names()) == sorted([NAME, "a" * 32, "b" * 32])
    for name in mailbox.names():
        assert mailbox.read(name) is None
        mailbox.remove(name)
    assert not secret.is_gone
    assert sorted(path.name for path in folder.iterdir()) == ["b" * 32, "note.txt"]
    secret.withdraw()


def test_a_link_in_place_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = FileMailbox(tmp_path / "elsewhere")
    letter = elsewhere.post(NAME, b"yes")
    folder.symlink_to(tmp_path / "elsewhere")
    mailbox = FileMailbox(folder)
    assert (mailbox.names(), mailbox.read(NAME)) == ([], None)
    mailbox.remove(NAME)
    assert not letter.is_gone
    with pytest.raises(StoreReadOnly):
        mailbox.post(OTHER, b"no")
    letter.withdraw()


def test_a_letter_over_the_limit_is_not_read(folder: Path) -> None:
    mailbox = FileMailbox(folder)
    letter = mailbox.post(NAME, b"x" * (MAX_OUTPUT_BYTES + 1))
    assert mailbox.read(NAME) is None
    letter.withdraw()


def test_a_folder_that_may_not_be_written_is_told() -> None:
    with without_privileges() as run:
        folder = run / "inbox"
        folder.mkdir(mode=0o500)
        with pytest.raises(StoreReadOnly, match="inbox cannot be opened or written"):
            FileMailbox(folder).post(NAME, b"yes")
