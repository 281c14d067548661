"""What happens where one may not write: root may everywhere, so the tests become somebody else for a while."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY_ID = 65534


@contextmanager
def without_privileges() -> Iterator[Path]:
    """A folder of an ordinary user, and that user's rights: root could write everywhere."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY_ID, NOBODY_ID)
        os.seteuid(NOBODY_ID)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)
