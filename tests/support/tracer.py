"""ptrace(2): a process is stopped at every system call that changes a file, and killed there, or the call fails.

All threads count together: call number 7 is the seventh such call of the whole process, whoever makes it. A process
that is killed at a call has not made it. Works on Linux, on x86-64 and on 64-bit ARM.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NoReturn

_NUMBERS: Final[dict[str, dict[str, int]]] = {
    "x86_64": {
        "write": 1, "pwrite64": 18, "writev": 20, "msync": 26, "sendfile": 40, "fsync": 74, "fdatasync": 75,
        "truncate": 76, "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87,
        "mkdirat": 258, "unlinkat": 263, "renameat": 264, "sync_file_range": 277, "fallocate": 285, "pwritev": 296,
        "renameat2": 316, "copy_file_range": 326,
    },
    "aarch64": {
        "mkdirat": 34, "unlinkat": 35, "renameat": 38, "truncate": 45, "ftruncate": 46, "fallocate": 47, "write": 64,
        "writev": 66, "pwrite64": 68, "pwritev": 70, "sendfile": 71, "fsync": 82, "fdatasync": 83,
        "sync_file_range": 84, "msync": 227, "renameat2": 276, "copy_file_range": 285,
    },
}  # fmt: skip
"""System calls that change files or wait for the disk, by the number the kernel knows them by."""
CALLS: Final = {number: name for name, number in _NUMBERS.get(platform.machine(), {}).items()}

_TRACEME, _POKEUSER, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 6, 24, 0x4200, 0x420E
_GETREGSET, _SETREGSET, _ARM_REGISTERS, _ARM_SYSTEM_CALL = 0x4204, 0x4205, 1, 0x404
_OPTIONS: Final = 0x01 | 0x08 | 0x100000  # stops at calls can be told from SIGTRAP; threads too; killed with the tracer
_WALL: Final = 0x40000000
_AT_CALL: Final = signal.SIGTRAP | 0x80


def missing() -> str | None:
    """Why processes cannot be traced here; None when they can."""
    if sys.platform != "linux" or not CALLS:
        return f"processes are traced on Linux on {' and '.join(_NUMBERS)} only"
    try:
        return None if traced(lambda: os._exit(0)).status == 0 else "processes may not be traced here"
    except OSError as error:
        return f"processes may not be traced here: {error}"


@dataclass(slots=True)
class Fault:
    """What happens at call `number` (from 1) of those whose name is in `names` (empty: all). Without an `error` the
    process is killed; with one (an errno) this call and all later ones fail."""

    number: int
    error: int = 0
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Traced:
    """How the process ended: its exit status, negative for a signal. `calls` are the names of those it came to."""

    status: int = 0
    calls: list[str] = field(default_factory=list)


def traced(start: Callable[[], NoReturn], fault: Fault | None = None) -> Traced:
    """Forks, calls `start` in the child and follows it and its threads to the end. Its own children are let go.

    Raises OSError where the kernel does not allow tracing.
    """
    child = os.fork()
    if child == 0:
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        start()
    os.waitpid(child, 0)
    _ptrace(_SETOPTIONS, child, 0, _OPTIONS)
    _ptrace(_SYSCALL, child)
    return _Tracer(child, fault).follow()


class _Tracer:
    def __init__(self, child: int, fault: Fault | None) -> None:
        self._child = child
        self._fault = fault
        self._hits = 0
        self._failing: set[int] = set()
        self._seen = {child}
        self._result = Traced()

    def follow(self) -> Traced:
        while True:
            thread, status = os.waitpid(-1, _WALL)
            if not os.WIFSTOPPED(status):
                if thread == self._child:
                    self._result.status = os.waitstatus_to_exitcode(status)
                    return self._result
                continue
            number = os.WSTOPSIG(status)
            event = status >> 16
            if number == _AT_CALL:
                self._at_call(thread)
            deliver = 0 if event or number == _AT_CALL or self._is_first_stop(thread, number) else number
            _ptrace(_SYSCALL, thread, 0, deliver, gone_is_fine=True)

    def _is_first_stop(self, thread: int, number: int) -> bool:
        """New threads begin with a SIGSTOP that is the tracer's and not theirs."""
        if number != signal.SIGSTOP or thread in self._seen:
            return False
        self._seen.add(thread)
        return True

    def _at_call(self, thread: int) -> None:
        info = ctypes.create_string_buffer(88)
        if _ptrace(_GET_SYSCALL_INFO, thread, len(info), info, gone_is_fine=True) < 0:
            return
        operation, number = info.raw[0], struct.unpack_from("<Q", info.raw, 24)[0]
        if operation == 2:
            if thread in self._failing and self._fault is not None:
                self._failing.discard(thread)
                _set_result(thread, -self._fault.error)
        elif operation == 1 and (name := CALLS.get(number)) is not None:
            self._result.calls.append(name)
            self._strike(thread, name)

    def _strike(self, thread: int, name: str) -> None:
        fault = self._fault
        if fault is None or (fault.names and name not in fault.names):
            return
        self._hits += 1
        if fault.error and self._hits >= fault.number:
            _skip(thread)
            self._failing.add(thread)
        elif not fault.error and self._hits == fault.number:
            os.kill(self._child, signal.SIGKILL)


def _skip(thread: int) -> None:
    """The kernel does not make the call that the thread has come to."""
    if platform.machine() == "x86_64":
        _ptrace(_POKEUSER, thread, 15 * 8, ctypes.c_long(-1))
    else:
        _set_registers(thread, _ARM_SYSTEM_CALL, ctypes.create_string_buffer(struct.pack("<i", -1), 4))


def _set_result(thread: int, value: int) -> None:
    """What the call that the thread comes back from seems to have given."""
    if platform.machine() == "x86_64":
        _ptrace(_POKEUSER, thread, 10 * 8, ctypes.c_long(value))
        return
    registers = ctypes.create_string_buffer(34 * 8)
    _registers(_GETREGSET, thread, _ARM_REGISTERS, registers)
    struct.pack_into("<q", registers, 0, value)
    _set_registers(thread, _ARM_REGISTERS, registers)


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def _set_registers(thread: int, which: int, buffer: ctypes.Array[ctypes.c_char]) -> None:
    _registers(_SETREGSET, thread, which, buffer)


def _registers(request: int, thread: int, which: int, buffer: ctypes.Array[ctypes.c_char]) -> None:
    vector = _Vector(ctypes.addressof(buffer), len(buffer))
    _ptrace(request, thread, which, ctypes.byref(vector))


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request: int, thread: int, address: int = 0, data: object = 0, *, gone_is_fine: bool = False) -> int:
    """Raises OSError. A thread that was killed meanwhile is no error where that may be."""
    word = ctypes.c_void_p(data) if isinstance(data, int) else data
    result: int = _libc.ptrace(ctypes.c_long(request), ctypes.c_long(thread), ctypes.c_void_p(address), word)
    if result < 0 and not (gone_is_fine and ctypes.get_errno() == 3):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
