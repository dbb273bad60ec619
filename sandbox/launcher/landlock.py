"""Landlock: restricts the process and its children to given files, without TCP. Needs no privilege (Linux 5.13)."""

from __future__ import annotations

import ctypes
import os
import struct

from . import kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
# The rights of the first version of the interface, and those that later versions added.
_FIRST = (1 << 13) - 1
_ADDED = {2: 1 << 13, 3: _TRUNCATE, 5: 1 << 15}
_DEVICE_NODES = (1 << 6) | (1 << 11)
_ALL_TCP = 0b11
_ALL_SCOPES = 0b11


def version() -> int:
    """Return the version of the interface, or 0 if the system has none."""
    try:
        return kernel.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except OSError:
        return 0


def restrict(read: list[str], write: list[str], *, tcp: bool) -> None:
    """Restrict this process to reading `read` and changing what is below `write`.

    Since version 4 it also loses TCP unless `tcp`, since 6 it cannot signal processes outside. `no_new_privs` must be
    set.

    Raises:
        OSError: the system forbids it.
    """
    known = version()
    handled = _FIRST | sum(right for since, right in _ADDED.items() if known >= since)
    attributes = struct.pack("=QQQ", handled, 0 if tcp else _ALL_TCP, _ALL_SCOPES)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    rules = kernel.syscall(_CREATE_RULESET, attributes[:size], ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path in read:
            _allow(rules, path, handled & (_EXECUTE | _READ_FILE | _READ_DIR))
        for path in write:
            _allow(rules, path, handled & ~_EXECUTE & ~_DEVICE_NODES)
        kernel.syscall(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            rights &= _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = struct.pack("=Qi", rights, descriptor)
        kernel.syscall(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)
