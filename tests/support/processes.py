"""Looking at other processes, without sleeping."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable


def is_gone(pid: int, patience: float = 120) -> bool:
    """Has the process ended, or does it end within `patience` seconds (a killed orphan takes a moment)?"""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], patience)[0])
    finally:
        os.close(descriptor)


def wait_until(true: Callable[[], bool], patience: float = 120) -> None:
    """Gives the processor away until the condition holds. AssertionError after `patience` seconds."""
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, "it did not come true in time"
        os.sched_yield()
