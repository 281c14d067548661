"""Files under rights: the path is resolved, checked, and then opened without following any link.

A path is first made real (links followed) and the real path must be granted. It is then opened component by component
from `/` with O_NOFOLLOW, so that a link put in between the check and the opening makes the opening fail instead of
leading out. Only regular files are read and written. POSIX only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planc_schemas.ports import TaskError, TaskFailure

from .rights import Grants, Right, denied

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_STEP = _FOLDER | getattr(os, "O_PATH", 0)
"""On the way down a folder need only be searchable, where the system knows O_PATH."""
_MODE = 0o666


def refused(message: str, help_: str = "") -> TaskFailure:
    """A path that may not be used (R408)."""
    return TaskFailure(TaskError("denied", message, "R408", help_))


def failed(path: str, error: OSError) -> TaskFailure:
    """What the operating system said, as a task's failure."""
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return refused(f"{path}: a symbolic link took the place of a checked folder or file")
    return TaskFailure(TaskError("tool_error", f"{path}: {error.strerror or error}", "R403"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder below a listed one. `size` is in bytes."""

    path: str
    folder: bool
    size: int


def real(path: str, kind: str, grants: Grants, who: str) -> Path:
    """The real path behind `path`, which must be granted for `kind` ("read" or "write").

    Raises TaskFailure: bad_request for an impossible path, denied (R401) if the path as written is not granted,
    denied (R408) if only its real place is not.
    """
    if not path or "\0" in path:
        raise TaskFailure(TaskError("bad_request", f"{path!r} is not a path", "R402"))
    place = os.path.realpath(grants.folder / path)
    if not grants.allows(Right(kind, place)):
        raise denied(Right(kind, path), who, grants)
    return Path(place)


@contextlib.contextmanager
def opened_folder(folder: Path, path: str, *, create: bool = False) -> Iterator[int]:
    """A descriptor of a real folder, reached without following links; `create` makes missing folders."""
    descriptor = os.open("/", _FOLDER)
    try:
        for part in folder.parts[1:]:
            following = _step(part, descriptor, create)
            os.close(descriptor)
            descriptor = following
        readable = os.open(".", _FOLDER, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = readable
        yield descriptor
    except OSError as error:
        raise failed(path, error) from None
    finally:
        os.close(descriptor)


def _step(part: str, folder: int, create: bool) -> int:
    try:
        return os.open(part, _STEP, dir_fd=folder)
    except FileNotFoundError:
        if not create:
            raise
    with contextlib.suppress(FileExistsError):
        os.mkdir(part, dir_fd=folder)
    return os.open(part, _STEP, dir_fd=folder)


def read_bytes(path: str, grants: Grants, who: str, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes. Raises TaskFailure."""
    place = real(path, "read", grants, who)
    with opened_folder(place.parent, path) as folder:
        descriptor = os.open(
            place.name or ".", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder
        )
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise refused(f"{path} is not a regular file")
            content = file.read(limit + 1)
    if len(content) > limit:
        raise TaskFailure(TaskError("tool_error", f"{path} is larger than {limit} bytes", "R405"))
    return content


def write_bytes(path: str, content: bytes, grants: Grants, who: str, *, overwrite: bool = True) -> Path:
    """Puts a file in place at once: a temporary file, fsync, then a rename (or a link, if it must be new).

    A crash leaves the old file or the new one, never a part. Missing folders are made. Raises TaskFailure.
    """
    place = real(path, "write", grants, who)
    temporary = f".{place.name[:100]}.{secrets.token_hex(6)}.tmp"
    with opened_folder(place.parent, path, create=True) as folder:
        mode = _mode_of_file(place.name, folder, path)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if mode is not None:
                    os.fchmod(descriptor, mode)
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            if overwrite:
                os.rename(temporary, place.name, src_dir_fd=folder, dst_dir_fd=folder)
            else:
                os.link(temporary, place.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
        os.fsync(folder)
    return place


def _mode_of_file(name: str, folder: int, path: str) -> int | None:
    """The permissions of the file that will be replaced, None if there is none yet."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise refused(f"{path} exists and is not a regular file")
    return stat.S_IMODE(mode)


def entries(path: str, grants: Grants, who: str, *, recursive: bool, limit: int) -> tuple[list[Entry], bool]:
    """What lies in a folder, sorted by path relative to it, and whether more than `limit` entries were found.

    Links are neither listed nor followed; nor is what a deny rule covers. Raises TaskFailure.
    """
    place = real(path, "read", grants, who)
    found: list[Entry] = []
    waiting = [""]
    while waiting and len(found) <= limit:
        below = waiting.pop()
        for entry in _inside(place, below, path, grants):
            found.append(entry)
            if entry.folder and recursive:
                waiting.append(f"{entry.path}/")
            if len(found) > limit:
                break
    return sorted(found, key=lambda entry: entry.path)[:limit], len(found) > limit


def _inside(place: Path, below: str, path: str, grants: Grants) -> Iterator[Entry]:
    with opened_folder(place / below, path) as folder, os.scandir(folder) as items:
        for item in items:
            relative = f"{below}{item.name}"
            if item.is_symlink() or not grants.allows(Right("read", str(place / relative))):
                continue
            is_folder = item.is_dir(follow_symlinks=False)
            yield Entry(relative, is_folder, 0 if is_folder else item.stat(follow_symlinks=False).st_size)
