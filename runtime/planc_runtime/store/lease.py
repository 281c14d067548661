"""Who holds a run, and whether that process still lives.

Three lines of defence, from the cheapest: an OS lock on the run's `lock` file (`lock.py`) that dies with its process;
this lease, kept in the journal, which names the holder and covers file systems without locks; and the fencing number
in the lease, which every write checks, for a holder that was declared dead and is not.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from .base import Holder

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease as the journal keeps it. `holder` is None after it was given back; times are epoch seconds."""

    fence: int
    holder: Holder | None
    taken_at: float = 0.0
    expires_at: float = 0.0


def standing(lease: Lease, now: float) -> Literal["free", "dead", "held"]:
    """Whether a run may be taken.

    Where the holder's process can be seen it decides, not the clock: a suspended machine must not lose its run, and
    a killed process must not keep it. Elsewhere the expiry decides.
    """
    if lease.holder is None:
        return "free"
    if lease.holder.space == _space():
        return "held" if _is_alive(lease.holder) else "dead"
    return "held" if now < lease.expires_at else "dead"


@cache
def _this_process(pid: int) -> Holder:
    return Holder(host=socket.gethostname(), pid=pid, space=_space(), started=_start_of(pid) or 0)


def this_process() -> Holder:
    """The calling process as a holder."""
    return _this_process(os.getpid())


def _is_alive(holder: Holder) -> bool:
    started = _start_of(holder.pid)
    if started is not None:
        return started == holder.started
    if (_PROC / "self").exists():
        return False
    return _answers(holder.pid)


def _start_of(pid: int) -> int | None:
    """Start of a living process in clock ticks since boot: field 22 of /proc/PID/stat (proc_pid_stat(5)).
    None when it is gone, is a zombie, or this system has no /proc."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], int(fields[19])
    return None if state in "ZX" else started


def _answers(pid: int) -> bool:
    """Without /proc: whether some process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@cache
def _space() -> str:
    """Boot and process namespace: equal on both sides exactly when process numbers mean the same there."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return socket.gethostname()
    return f"{boot} {namespace}"
