"""The flag of a call that is no longer wanted: looked at without a lock, waited for by several threads."""

from __future__ import annotations

import threading

from planc_runtime.tools.cancelled import Cancelled


def test_whoever_waits_is_woken_and_whoever_comes_later_does_not_wait() -> None:
    flag = Cancelled()
    assert not flag.is_set()
    assert not flag.wait(0)
    told: list[bool] = []
    waiting = [threading.Thread(target=lambda: told.append(flag.wait(60))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    flag.set()
    for thread in waiting:
        thread.join(60)
    assert told == [True, True, True]
    assert flag.is_set()
    assert flag.wait(60)


def test_a_flag_that_was_set_before_anybody_waited_is_set() -> None:
    flag = Cancelled()
    flag.set()
    assert flag.wait(60)
