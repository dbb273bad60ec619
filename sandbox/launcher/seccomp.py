"""A seccomp filter: no sockets except pairs, or TCP and UDP in an own network; no memory that outlives the run, no
tracing, no rare kernel interfaces."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import kernel, syscalls

_MODE_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020080
_AF_UNIX = 1
_ALL = 0xFFFFFFFF
_AF_UNSPEC, _AF_INET, _AF_ATMPVC, _AF_INET6 = 0, 2, 8, 10
_OTHER_TYPES = 0b1100
"""Bits of all types of sockets but streams, datagrams, and raw ones, for which a capability is needed."""
_TCP, _UDP = 6, 17

_Line = tuple[int, int, int, int]
"""A BPF instruction: opcode, lines to skip if true, lines to skip if false, operand."""


class Rules(NamedTuple):
    """What the filter may allow, because something else confines it: signals; modes, times and owners; truncate; TCP
    and UDP."""

    signals: bool
    modes: bool
    truncating: bool
    sockets: bool = False


def install(rules: Rules) -> None:
    """Filter this process and all its children.

    `no_new_privs` must be set.

    Raises:
        OSError: the system forbids it, or the architecture is not known.
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
    # Other architectures, 32-bit calls among them.
    yield (_RETURN, 0, 0, _KILL)
    yield (_LOAD, 0, 0, _NUMBER)
    if machine == "x86_64":
        # x32 calls are the same calls under other numbers.
        yield from ((_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL))
    refused = [syscalls.SHARED[machine], syscalls.INTRUSIVE[machine], syscalls.EVERYWHERE]
    if not rules.sockets:
        refused.append(syscalls.SOCKETS[machine])
    if not rules.signals:
        refused.append(syscalls.SIGNALS[machine])
    if not rules.modes:
        refused.append(syscalls.OWNERS[machine])
        for number in syscalls.MODES[machine].values():
            # Reported as done, without being done: copying a file with its mode would fail otherwise.
            yield from ((_EQUAL, 0, 1, number), _refuse(0))
    for table in refused:
        for number in table.values():
            yield from ((_EQUAL, 0, 1, number), _refuse(errno.EPERM))
    if not rules.truncating:
        yield from ((_EQUAL, 0, 1, syscalls.TRUNCATE[machine]), _refuse(errno.EPERM))
    # clone3 keeps its flags where no filter can see them; on ENOSYS, callers fall back to clone.
    yield from ((_EQUAL, 0, 1, syscalls.CLONE3), _refuse(errno.ENOSYS))
    yield from _checked(syscalls.CLONE[machine], refuse=[(_low_word(0), _ANY_BIT, _NEW_NAMESPACES)])
    yield from _checked(syscalls.SOCKETPAIR[machine], need=[(_low_word(0), _AF_UNIX)])
    if rules.sockets:
        yield from _checked(syscalls.SOCKETS[machine]["socket"], refuse=_UNUSUAL_SOCKETS)
    else:
        # Only to the connected peer, without an address.
        yield from _checked(syscalls.SENDTO[machine], need=[(_low_word(4), 0), (_low_word(4) + 4, 0)])
    for name, number in syscalls.OWN_ONLY[machine].items():
        yield from _checked(number, need=[(_low_word(0), 0), *([(_low_word(1), 0)] if name == "setpriority" else [])])
    for number, values in (
        (syscalls.FCNTL[machine], syscalls.SIGNAL_OWNERS),
        (syscalls.IOCTL[machine], syscalls.TERMINAL_TRICKS),
    ):
        yield from _checked(number, refuse=[(_low_word(1), _EQUAL, value) for value in values])
    if rules.signals:
        # Not to the runner, which starts the tests and records their outcomes, nor to its group, nor to all processes.
        own = os.getpid()
        for number in syscalls.SIGNALS[machine].values():
            yield from _checked(number, refuse=[(_low_word(0), _EQUAL, pid & 0xFFFFFFFF) for pid in (own, -own, -1)])
    yield (_RETURN, 0, 0, _ALLOW)


def _low_word(argument: int) -> int:
    """Return the offset of the lower half of an argument (little-endian)."""
    return _ARGUMENTS + 8 * argument


def _checked(
    number: int, *, need: Sequence[tuple[int, int]] = (), refuse: Sequence[tuple[int, int, int]] = ()
) -> Iterable[_Line]:
    """Allow the call only if every word of `need` has its value and no test of `refuse` holds."""
    tests = [(at, _EQUAL, value, False) for at, value in need] + [(at, test, value, True) for at, test, value in refuse]
    yield (_EQUAL, 0, 2 * len(tests) + 2, number)
    for place, (at, test, value, bad) in enumerate(tests):
        to_refusal = 2 * (len(tests) - place) - 1
        yield (_LOAD, 0, 0, at)
        yield (test, to_refusal if bad else 0, 0 if bad else to_refusal, value)
    yield (_RETURN, 0, 0, _ALLOW)
    yield _refuse(errno.EPERM)


_UNUSUAL_SOCKETS = [
    # A family must be one of the two that share these bits and are neither of the other two that do.
    (_low_word(0), _ANY_BIT, _ALL ^ (_AF_INET | _AF_INET6)),
    (_low_word(0), _EQUAL, _AF_UNSPEC),
    (_low_word(0), _EQUAL, _AF_ATMPVC),
    (_low_word(1), _ANY_BIT, _OTHER_TYPES),
    (_low_word(2), _ANY_BIT, _ALL ^ (_TCP | _UDP)),
]
"""What would make a socket that is neither TCP nor UDP."""


def _refuse(error: int) -> _Line:
    return (_RETURN, 0, 0, _ERRNO | error)
