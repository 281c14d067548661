"""What can go wrong with a store, each with what, why and what to do.

StoreError                 anything below; `code` is in the register (family R6)
├── JournalDamaged         R601  the file is not a whole database, or its events have a gap
├── FormatUnknown          R602  written by another version of planc
├── StoreLocked            R603  another process holds the file for longer than we waited
├── StoreReadOnly          R604  the folder or file may not be written
├── StoreFull              R605  no space left (nothing was written; the commit may be tried again)
├── StoreIOError           R606  the disk reported an error (the journal takes no more writes)
├── RunHeld                R607  another executor works on this run
├── LeaseLost              R608  this executor was replaced; nothing it writes counts any more
├── RunUnknown             R609  no run has this id or prefix
├── RunAmbiguous           R610  several runs have this prefix
├── ContentDamaged         R611  a spilled output is missing or is not what its digest says
└── RunExists              R612  a run with this id is already there
"""

from __future__ import annotations

from typing import ClassVar


class StoreError(Exception):
    """`what` happened, `why`, and what to do (`help`); `str()` joins them into one line."""

    code: ClassVar[str] = "R606"

    def __init__(self, what: str, why: str = "", help: str = "") -> None:
        super().__init__(": ".join(part for part in (what, why) if part) + (f" ({help})" if help else ""))
        self.what = what
        self.why = why
        self.help = help


class JournalDamaged(StoreError):
    code = "R601"


class FormatUnknown(StoreError):
    code = "R602"


class StoreLocked(StoreError):
    code = "R603"


class StoreReadOnly(StoreError):
    code = "R604"


class StoreFull(StoreError):
    code = "R605"


class StoreIOError(StoreError):
    code = "R606"


class RunHeld(StoreError):
    code = "R607"


class LeaseLost(StoreError):
    code = "R608"


class RunUnknown(StoreError):
    code = "R609"


class RunAmbiguous(StoreError):
    code = "R610"


class ContentDamaged(StoreError):
    code = "R611"


class RunExists(StoreError):
    code = "R612"
