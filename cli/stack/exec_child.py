"""Exec another program that cannot outlive its parent, optionally under another identity.

Run as a script, without site-packages: `python -I -S exec_child.py PARENT SIGNAL IDENTITY command...`. PARENT is the
parent's pid, SIGNAL the signal that the program receives when the parent dies, IDENTITY `KIND:UID:GID` (see
`account.Account`) or `-`. Instead of a command, `--reaches PATH...` checks whether that identity is available and can
reach all paths: exit code 0, or 1 and a line that says why not.

A separate script rather than subprocess's `preexec_fn`, because Python code between fork and exec can deadlock in a
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


def set_parent_death_signal(parent: int, death: int) -> None:
    """Have the kernel send `death` to this process when the thread that started it ends; a no-op except on Linux."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death, 0, 0, 0)
    if os.getppid() != parent:  # it died before the call
        os.kill(os.getpid(), signal.SIGKILL)


def assume_identity(kind: str, uid: int, gid: int) -> None:
    """Change this process's identity.

    Raises:
        OSError: the kernel does not permit it.
    """
    if kind == "namespace":
        enter_namespace(uid, gid)
    else:
        change_user(uid, gid, reach=kind == "reaching-user")


def enter_namespace(uid: int, gid: int) -> None:
    """Enter a new user namespace as `uid` and `gid`; outside it, and on disk, the user stays the same.

    Needs no privilege. The next program has no capabilities, since `uid` is not root.
    """
    outside = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")  # otherwise the kernel refuses a group map from an ordinary user
    Path("/proc/self/uid_map").write_text(f"{uid} {outside[0]} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {outside[1]} 1")


def change_user(uid: int, gid: int, reach: bool) -> None:
    """Switch from root to `uid`; with `reach`, keep the one capability that passes directories closed to others."""
    kept = 0
    if reach:
        kept = _first_permitted(CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
        # Without this bit, access(2), with which PostgreSQL checks its own program, ignores the capability.
        bits = _call("prctl", PR_GET_SECUREBITS, 0, 0, 0, 0)
        _call("prctl", PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)
    if reach:
        _capabilities("capset", 1 << kept, 1 << kept, 1 << kept)  # the bit has kept all other capabilities, too
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0)


def _first_permitted(*candidates: int) -> int:
    permitted = _capabilities("capget")[1]
    for capability in candidates:
        if permitted & 1 << capability:
            return capability
    raise PermissionError("root lacks the capability to pass closed directories here")


def _capabilities(call: str, *low: int) -> ctypes.Array[ctypes.c_uint32]:
    """Call capget or capset. Return effective, permitted and inheritable capabilities below 32, then those above."""
    header, sets = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)(*low)
    _call(call, header, sets)
    return sets


def _call(name: str, *arguments: object) -> int:
    plain = [ctypes.c_ulong(argument) if isinstance(argument, int) else argument for argument in arguments]
    result: int = getattr(ctypes.CDLL(None, use_errno=True), name)(*plain)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def main() -> None:
    parent, death, identity, *command = sys.argv[1:]
    if identity != "-":
        kind, uid, gid = identity.split(":")
        try:
            assume_identity(kind, int(uid), int(gid))
        except (OSError, AttributeError) as error:  # AttributeError if the C library lacks the call
            sys.exit(f"{kind}: {error}")
    set_parent_death_signal(int(parent), int(death))  # after the change of user, which clears it
    if command[0] == "--reaches":
        closed = [path for path in command[1:] if not os.access(path, os.X_OK)]
        sys.exit(f"{kind}: cannot reach {closed[0]}" if closed else 0)
    os.execvp(command[0], command)  # noqa: S606 - replacing this process is the purpose


if __name__ == "__main__":
    main()
