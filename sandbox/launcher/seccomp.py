"""A filter over system calls: no sockets but pairs, no memory that outlives the run, no tracing, no kernel extras."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import calls, kernel

_MODE_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020080
_AF_UNIX = 1

_Line = tuple[int, int, int, int]
"""What to do, lines to skip when it holds, lines to skip when it does not, and the value."""


class Rules(NamedTuple):
    """What may be left to the children, since something else sees to it: signals; modes, times and owners; truncate."""

    signals: bool
    modes: bool
    truncating: bool


def install(rules: Rules) -> None:
    """Filter this process and all its children.

    `no_new_privs` must be set.

    Raises:
        OSError: the system forbids it, or the machine is not known.
    """
    machine = kernel.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(f"no system call numbers for {machine}")
    program = b"".join(struct.pack("=HBBI", *line) for line in _program(machine, rules))
    filters = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(filters)))
    kernel.prctl(kernel.PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(header))


def _program(machine: str, rules: Rules) -> Iterable[_Line]:
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, _ARCHITECTURES[machine])
    # The calls of 32 bits, among them.
    yield (_RETURN, 0, 0, _KILL)
    yield (_LOAD, 0, 0, _NUMBER)
    if machine == "x86_64":
        # The x32 calls are the same calls under other numbers.
        yield from ((_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL))
    refused = [calls.SOCKETS[machine], calls.SHARED[machine], calls.INTRUSIVE[machine], calls.EVERYWHERE]
    if not rules.signals:
        refused.append(calls.SIGNALS[machine])
    if not rules.modes:
        refused.append(calls.OWNERS[machine])
        for number in calls.MODES[machine].values():
            # Said to be done, and not done: those who copy a file, with its mode, would fail for nothing otherwise.
            yield from ((_EQUAL, 0, 1, number), _refuse(0))
    for table in refused:
        for number in table.values():
            yield from ((_EQUAL, 0, 1, number), _refuse(errno.EPERM))
    if not rules.truncating:
        yield from ((_EQUAL, 0, 1, calls.TRUNCATE[machine]), _refuse(errno.EPERM))
    # clone3 keeps its flags where no filter can see them; told that it is not there, callers fall back to clone.
    yield from ((_EQUAL, 0, 1, calls.CLONE3), _refuse(errno.ENOSYS))
    yield from _judged(calls.CLONE[machine], refuse=[(_low(0), _ANY_BIT, _NEW_NAMESPACES)])
    yield from _judged(calls.SOCKETPAIR[machine], need=[(_low(0), _AF_UNIX)])
    # To whoever is at the other end, and to no address.
    yield from _judged(calls.SENDTO[machine], need=[(_low(4), 0), (_low(4) + 4, 0)])
    for name, number in calls.OWN_ONLY[machine].items():
        yield from _judged(number, need=[(_low(0), 0), *([(_low(1), 0)] if name == "setpriority" else [])])
    for number, values in ((calls.FCNTL[machine], calls.SIGNAL_OWNERS), (calls.IOCTL[machine], calls.TERMINAL_TRICKS)):
        yield from _judged(number, refuse=[(_low(1), _EQUAL, value) for value in values])
    if rules.signals:
        # To their own, but not to this process, which starts them and keeps the score, nor to its group, nor to all.
        own = os.getpid()
        for number in calls.SIGNALS[machine].values():
            yield from _judged(number, refuse=[(_low(0), _EQUAL, pid & 0xFFFFFFFF) for pid in (own, -own, -1)])
    yield (_RETURN, 0, 0, _ALLOW)


def _low(argument: int) -> int:
    """Where the lower half of an argument lies, on machines that put it first, as these do."""
    return _ARGUMENTS + 8 * argument


def _judged(
    number: int, *, need: Sequence[tuple[int, int]] = (), refuse: Sequence[tuple[int, int, int]] = ()
) -> Iterable[_Line]:
    """The call is refused where a word that it `need`s has another value, or a test of `refuse` holds."""
    tests = [(at, _EQUAL, value, False) for at, value in need] + [(at, test, value, True) for at, test, value in refuse]
    yield (_EQUAL, 0, 2 * len(tests) + 2, number)
    for place, (at, test, value, bad) in enumerate(tests):
        to_refusal = 2 * (len(tests) - place) - 1
        yield (_LOAD, 0, 0, at)
        yield (test, to_refusal if bad else 0, 0 if bad else to_refusal, value)
    yield (_RETURN, 0, 0, _ALLOW)
    yield _refuse(errno.EPERM)


def _refuse(error: int) -> _Line:
    return (_RETURN, 0, 0, _ERRNO | error)
