"""A filter over system calls: no sockets but pairs, no new namespaces, no tracing, no kernel extras."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from . import kernel

_MODE_FILTER = 2
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# A local socket is refused too: it would reach the servers of this machine. io_uring opens sockets past any filter; the
# others reach into other processes or widen the kernel's attack surface.
_FORBIDDEN = {
    "x86_64": {
        "socket": 41, "connect": 42, "ptrace": 101, "mount": 165, "pivot_root": 155, "unshare": 272, "setns": 308, "process_vm_readv": 310,
        "process_vm_writev": 311, "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "userfaultfd": 323,
        "perf_event_open": 298, "kexec_load": 246, "open_by_handle_at": 304,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "ptrace": 117, "mount": 40, "pivot_root": 41, "unshare": 97, "setns": 268, "process_vm_readv": 270,
        "process_vm_writev": 271, "add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280, "userfaultfd": 282,
        "perf_event_open": 241, "kexec_load": 104, "open_by_handle_at": 265,
    },
}  # fmt: skip
# Newer calls, with the same number on every machine.
_FORBIDDEN_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "pidfd_getfd": 438, "mount_setattr": 442,
}  # fmt: skip
# The first two name their target first; abort() must still reach its own process.
_SIGNALS = {
    "x86_64": {"kill": 62, "tgkill": 234, "tkill": 200, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297},
    "aarch64": {"kill": 129, "tgkill": 131, "tkill": 130, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240},
}


def install(signals: bool) -> None:
    """Filter this process and all its children. `no_new_privs` must be set. Without `signals` it may signal only itself.

    Raises:
        OSError: the system forbids it, or the machine is not known.
    """
    machine = kernel.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(f"no system call numbers for {machine}")
    program = _program(machine, signals)
    filters = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(filters)))
    kernel.prctl(kernel.PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(header))


def _program(machine: str, signals: bool) -> bytes:
    refuse = _ERRNO | errno.EPERM
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        # The x32 calls are the same calls under other numbers.
        lines += [(_JUMP_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for number in [*_FORBIDDEN[machine].values(), *_FORBIDDEN_EVERYWHERE.values()]:
        lines += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    for number in () if signals else _SIGNALS[machine].values():
        lines += [
            (_JUMP_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT),
            (_JUMP_EQUAL, 0, 1, os.getpid()),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, refuse),
        ]
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", code, yes, no, value) for code, yes, no, value in lines)
