"""Become another program that cannot outlive its parent, as another user if asked.

Run as a script, without site-packages: `python -I -S leash.py PARENT SIGNAL USER REACH command...`. PARENT is the pid
of the process to follow into death, SIGNAL what to die of, USER a `uid:gid` or `-`, and REACH `reach` to keep the right
to pass closed directories across the change of user, or `-`.

A script of its own and not subprocess's `preexec_fn`, because Python code between fork and exec can deadlock in a
process with threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522


def die_with(parent: int, death: int) -> None:
    """Have the kernel send `death` to this process when the thread that started it ends; a no-op but on Linux."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask
        os.kill(os.getpid(), signal.SIGKILL)


def _capabilities() -> tuple[ctypes.Array[ctypes.c_uint32], ctypes.Array[ctypes.c_uint32]]:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the same for capabilities over 31
    ctypes.CDLL(None).capget(header, sets)
    return header, sets


def change_user(uid: int, gid: int, reach: bool) -> None:
    """Drop root for `uid`; with `reach`, keep the one capability that lets it through directories closed to others."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _capabilities()
    kept = [cap for cap in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if sets[1] & 1 << cap][:1] if reach else []
    libc.prctl(PR_SET_KEEPCAPS, len(kept), 0, 0, 0)
    os.setgroups([gid])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    for cap in kept:
        libc.capset(header, (ctypes.c_uint32 * 6)(1 << cap, 1 << cap, 1 << cap, 0, 0, 0))
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0)


def main() -> None:
    parent, death, user, reach, *command = sys.argv[1:]
    if user != "-":
        uid, gid = map(int, user.split(":"))
        change_user(uid, gid, reach == "reach")
    die_with(int(parent), int(death))  # after the change of user, which would clear it
    os.execvp(command[0], command)  # noqa: S606 - to become it, as it is, is the point


if __name__ == "__main__":
    main()
