"""Large outputs, each a file named by the SHA-256 of its bytes, beside the run's journal.

Written to a temporary name, synced, renamed, the folder synced: a name that exists is a whole file. Checked again on
reading, because a disk may lie.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from planc_schemas.values import Json

from .encode import Content
from .errors import ContentDamaged
from .files import sync_folder


class ContentStore:
    """The folder `content/` of one run; made when the first large output comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: Content) -> None:
        """Durable when this returns; the same bytes are stored once. Raises OSError."""
        path = self._folder / content.sha256
        if path.exists():
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content.text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(self._folder)
        sync_folder(self._folder.parent)

    def get(self, ref: Json) -> Json:
        """The JSON value behind {"sha256", "bytes"}. Raises ContentDamaged."""
        digest = str(ref["sha256"])
        path = self._folder / digest
        if not digest.isalnum():
            raise ContentDamaged(f"`{digest}` is not the name of a stored output")
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise ContentDamaged(f"the stored output {path} cannot be read", error.strerror or "", _HELP) from error
        return check(raw, ref, str(path))


def check(raw: bytes, ref: Json, where: str) -> Json:
    """The JSON value of these bytes, if they are the ones `ref` names. Raises ContentDamaged."""
    if hashlib.sha256(raw).hexdigest() != ref["sha256"]:
        raise ContentDamaged(f"the stored output {where} is damaged", "its bytes do not match its digest", _HELP)
    return json.loads(raw)


_HELP = "restore the file from a copy, or run the task again with `planc resume RUN --fresh TASK`"
