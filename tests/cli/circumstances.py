"""Other people's machines, for one process: another user, the only user of a namespace, a container without namespaces.

Run as a script: `python circumstances.py [without-namespaces] IDENTITY command...`, IDENTITY as `leash` reads it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from cli.stack.leash import become

UNSHARE = {"x86_64": 272, "aarch64": 97}


def deny_namespaces() -> None:
    """Have `unshare` fail from now on, as a container's filter of system calls does."""
    number = UNSHARE[platform.machine()]
    steps = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno.EPERM), (0x06, 0, 0, 0x7FFF0000)]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    if libc.prctl(22, 2, struct.pack("@HP", len(steps), ctypes.addressof(filters))):  # PR_SET_SECCOMP
        raise OSError(ctypes.get_errno(), "seccomp")


def main() -> None:
    denied = sys.argv[1] == "without-namespaces"
    identity, *command = sys.argv[1 + denied :]
    if identity != "-":
        kind, uid, gid = identity.split(":")
        become(kind, int(uid), int(gid))
    if denied:
        deny_namespaces()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
