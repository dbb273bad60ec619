"""A filter over system calls: no sockets but pairs, no new namespaces, no tracing, no kernel extras."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

from . import calls, kernel

_MODE_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020080

_Line = tuple[int, int, int, int]
"""What to do, lines to skip when it holds, lines to skip when it does not, and the value."""


def install(signals: bool) -> None:
    """Filter this process and all its children; without `signals`, it may signal only itself.

    `no_new_privs` must be set.

    Raises:
        OSError: the system forbids it, or the machine is not known.
    """
    machine = kernel.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(f"no system call numbers for {machine}")
    program = b"".join(struct.pack("=HBBI", *line) for line in _program(machine, signals))
    filters = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(filters)))
    kernel.prctl(kernel.PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(header))


def _program(machine: str, signals: bool) -> Iterable[_Line]:
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, _ARCHITECTURES[machine])
    yield (_RETURN, 0, 0, _KILL)
    yield (_LOAD, 0, 0, _NUMBER)
    if machine == "x86_64":
        # The x32 calls are the same calls under other numbers.
        yield from ((_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL))
    for table in (calls.SOCKETS[machine], calls.INTRUSIVE[machine], calls.INTRUSIVE_EVERYWHERE):
        for number in table.values():
            yield from ((_EQUAL, 0, 1, number), _refuse(errno.EPERM))
    # clone3 keeps its flags where no filter can see them; told that it is not there, callers fall back to clone.
    yield from ((_EQUAL, 0, 1, calls.CLONE3), _refuse(errno.ENOSYS))
    yield from _by_first_argument(calls.CLONE[machine], (_ANY_BIT, 1, 0, _NEW_NAMESPACES))
    if not signals:
        for number in calls.SIGNALS[machine].values():
            yield from _by_first_argument(number, (_EQUAL, 0, 1, os.getpid()))
    yield (_RETURN, 0, 0, _ALLOW)


def _by_first_argument(number: int, test: _Line) -> Iterable[_Line]:
    """The call is decided by a test of its first argument, which skips the first of two lines: allow, refuse."""
    yield (_EQUAL, 0, 4, number)
    yield (_LOAD, 0, 0, _FIRST_ARGUMENT)
    yield test
    yield (_RETURN, 0, 0, _ALLOW)
    yield _refuse(errno.EPERM)


def _refuse(error: int) -> _Line:
    return (_RETURN, 0, 0, _ERRNO | error)
