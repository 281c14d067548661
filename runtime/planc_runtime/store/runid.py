"""Run ids: 26 letters and digits that sort by time and can be shortened.

The layout is ULID's (github.com/ulid/spec): 48 bits of milliseconds since the epoch, 80 random bits, Crockford's
base 32, most significant first. Time and randomness are parameters; the front door supplies them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import RunAmbiguous, RunUnknown

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
"""What a store takes as an id: it becomes a folder's name. Ours are 26 characters of the alphabet above."""
LAST = "last"
"""What `Store.resolve` takes for the newest run that has events."""


def new_run_id(milliseconds: int, randomness: bytes) -> str:
    """A run id from a time (0 ≤ milliseconds < 2**48) and 10 random bytes. Raises ValueError for other sizes."""
    if len(randomness) != 10 or not 0 <= milliseconds < 1 << 48:
        raise ValueError("a run id is made of 48 bits of milliseconds and 10 random bytes")
    number = (milliseconds << 80) | int.from_bytes(randomness, "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def resolve(prefix: str, run_ids: Iterable[str]) -> str:
    """The one id that begins with `prefix` (any case).

    Raises RunUnknown and RunAmbiguous; the latter names the candidates.
    """
    known = sorted(run_ids)
    wanted = prefix.upper()
    found = [run_id for run_id in known if wanted and run_id.upper().startswith(wanted)]
    exact = [run_id for run_id in found if run_id.upper() == wanted]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        raise RunUnknown(f"there is no run `{prefix}`", help="`planc runs ls` lists them")
    shown = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
    raise RunAmbiguous(f"`{prefix}` could be any of {len(found)} runs", shown, "give more letters")


def shorten(run_ids: Iterable[str], least: int = 6) -> dict[str, str]:
    """Each id with its shortest prefix (at least `least` letters) that names no other one."""
    known = sorted(set(run_ids))
    short = {}
    for index, run_id in enumerate(known):
        neighbours = known[max(index - 1, 0) : index] + known[index + 1 : index + 2]
        length = least
        while length < len(run_id) and any(other.startswith(run_id[:length]) for other in neighbours):
            length += 1
        short[run_id] = run_id[:length]
    return short
