"""Runs a command as another user, as the only user of a namespace, or in a container without namespaces.

Run as a script: `python run_as.py [without-namespaces] IDENTITY command...`, with IDENTITY as `exec_child` parses it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from cli.stack.exec_child import assume_identity

UNSHARE = {"x86_64": 272, "aarch64": 97}


def deny_namespaces() -> None:
    """Make `unshare` fail from now on, as a container's system call filter does."""
    number = UNSHARE[platform.machine()]
    steps = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno.EPERM), (0x06, 0, 0, 0x7FFF0000)]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    if libc.prctl(22, 2, struct.pack("@HP", len(steps), ctypes.addressof(filters))):  # PR_SET_SECCOMP
        raise OSError(ctypes.get_errno(), "seccomp")


def main() -> None:
    is_denied = sys.argv[1] == "without-namespaces"
    identity, *command = sys.argv[1 + is_denied :]
    if identity != "-":
        kind, uid, gid = identity.split(":")
        assume_identity(kind, int(uid), int(gid))
    if is_denied:
        deny_namespaces()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
