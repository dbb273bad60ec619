"""Become another program that cannot outlive its parent, under another identity if asked.

Run as a script, without site-packages: `python -I -S leash.py PARENT SIGNAL IDENTITY command...`. PARENT is the pid of
the process to follow into death, SIGNAL what to die of, IDENTITY `KIND:UID:GID` (see `account.Account`) or `-`.
Instead of a command, `--reaches PATH...` asks whether that identity can be had and reaches all paths: exit code 0, or 1
and a line that says why not.

A script of its own and not subprocess's `preexec_fn`, because Python code between fork and exec can deadlock in a
process with threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_GET_SECUREBITS, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 27, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522
CLONE_NEWUSER = 0x10000000


def die_with(parent: int, death: int) -> None:
    """Have the kernel send `death` to this process when the thread that started it ends; a no-op but on Linux."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask
        os.kill(os.getpid(), signal.SIGKILL)


def become(kind: str, uid: int, gid: int) -> None:
    """Take on an identity.

    Raises:
        OSError: the kernel does not let us.
    """
    if kind == "namespace":
        enter_namespace(uid, gid)
    else:
        change_user(uid, gid, reach=kind == "reaching-user")


def enter_namespace(uid: int, gid: int) -> None:
    """Be called `uid` and `gid` from now on, in a user namespace of our own; outside, and on disk, we stay who we are.

    Needs no privilege. What is executed next has no capabilities, as `uid` is not root.
    """
    outside = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")  # else the kernel refuses a map of groups from an ordinary user
    Path("/proc/self/uid_map").write_text(f"{uid} {outside[0]} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {outside[1]} 1")


def change_user(uid: int, gid: int, reach: bool) -> None:
    """Drop root for `uid`; with `reach`, keep the one capability that lets it through directories closed to others."""
    kept = 0
    if reach:
        kept = _one_of(CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
        # Without this bit access(2), by which PostgreSQL judges its own program, would not count the capability.
        bits = _call("prctl", PR_GET_SECUREBITS, 0, 0, 0, 0)
        _call("prctl", PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)
    if reach:
        _capabilities("capset", 1 << kept, 1 << kept, 1 << kept)  # the bit has kept all the others, too
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0)


def _one_of(*wanted: int) -> int:
    permitted = _capabilities("capget")[1]
    for capability in wanted:
        if permitted & 1 << capability:
            return capability
    raise PermissionError("root has no capability to pass closed directories here")


def _capabilities(call: str, *low: int) -> ctypes.Array[ctypes.c_uint32]:
    """Effective, permitted and inheritable capabilities under 32, then those above, which we never keep."""
    header, sets = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)(*low)
    _call(call, header, sets)
    return sets


def _call(name: str, *arguments: object) -> int:
    plain = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    result: int = getattr(ctypes.CDLL(None, use_errno=True), name)(*plain)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def main() -> None:
    parent, death, identity, *command = sys.argv[1:]
    if identity != "-":
        kind, uid, gid = identity.split(":")
        try:
            become(kind, int(uid), int(gid))
        except (OSError, AttributeError) as refused:  # the latter where the C library does not know the call
            sys.exit(f"{kind}: {refused}")
    die_with(int(parent), int(death))  # after the change of user, which would clear it
    if command[0] == "--reaches":
        closed = [path for path in command[1:] if not os.access(path, os.X_OK)]
        sys.exit(f"{kind}: cannot reach {closed[0]}" if closed else 0)
    os.execvp(command[0], command)  # noqa: S606 - to become it, as it is, is the point


if __name__ == "__main__":
    main()
