"""Inside the cage: give up everything that is not needed, one right after the other."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable

from . import ground, kernel, landlock, seccomp, sweep
from .order import Limits, Order

_LAST_CAPABILITY = 40
_NOBODY = 65534


def choose_owner(order: Order, own_root: bool, libraries: list[str]) -> int:
    """The user that the tests run as; `order.folder` is given to it.

    Root becomes a stranger, unless a stranger could not read this Python.
    """
    if os.geteuid() != 0:
        return os.geteuid()
    needed = [order.python, os.__file__, *libraries]
    if own_root:
        # What is shown in the root of its own is shown from there on, whatever the way there is here.
        tops = ground.readable(order.python, libraries)
        below = [(os.path.realpath(path), top) for path in needed for top in tops]
        seen = [ground.reachable(path, top) for path, top in below if path == top or path.startswith(f"{top}/")]
    else:
        seen = [ground.reachable(path) for path in (*needed, os.path.dirname(order.folder))]
    for user in (sweep.STRANGERS + os.getpid(), _NOBODY) if all(seen) else ():
        try:
            os.chown(order.folder, user, -1)
        except OSError:
            # Inside a container's user namespace most ids do not exist.
            continue
        return user
    return 0


def confine(
    order: Order, readable: list[str], writable: list[str], owner: int, own_root: bool
) -> tuple[list[str], bool]:
    """Give up rights for good, all but those to read what Python needs and `readable`, and to change `writable`.

    Returns what came of each part, and whether neither files nor a network outside are in reach.

    Raises:
        OSError: a limit that must hold could not be set.
    """
    own = os.geteuid()
    # Nobody may be somebody else's user, too.
    stranger = owner != own and owner >= sweep.STRANGERS
    _limit(order.limits, 0 if own_root or stranger else _tasks_of_user())
    user = _become(owner)
    sealed = _done(lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1))
    version = landlock.version() if sealed and "landlock" not in order.without else 0
    needed = [*ground.readable(order.python, readable), *filter(os.path.exists, ground.links())]
    changed = [*writable, *filter(os.path.exists, ground.DEVICES)]
    locked = version > 0 and _done(lambda: landlock.restrict(needed, changed))
    signals = own_root or stranger or (locked and version >= 6)
    rules = seccomp.Rules(signals=signals, modes=own_root or owner != own, truncating=own_root or version >= 3)
    filtered = sealed and "seccomp" not in order.without and _done(lambda: seccomp.install(rules))
    namespace = (own_root, "namespace")
    told = [
        f"user: {user}",
        f"files: {_means((own_root, 'own root'), (locked, 'Landlock'))}",
        f"network: {_means(namespace, (filtered, 'seccomp'))}",
        f"processes: {_means(namespace, (stranger, 'a user of their own'), (filtered, 'no signals out'))}",
    ]
    return told, (own_root or locked) and (own_root or filtered)


def _means(*means: tuple[bool, str]) -> str:
    used = ", ".join(name for holds, name in means if holds)
    return f"isolated ({used})" if used else "NOT ISOLATED on this system"


def _limit(limits: Limits, tasks_already: int) -> None:
    _set(resource.RLIMIT_CORE, 0)
    # A second between the warning, which ends the process and tells why, and the kill.
    _set(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)
    _set(resource.RLIMIT_FSIZE, limits.file_size)
    _set(resource.RLIMIT_NOFILE, limits.open_files)
    _set(resource.RLIMIT_NPROC, limits.processes + tasks_already)
    # macOS knows the limit and refuses to set it.
    _done(lambda: _set(resource.RLIMIT_AS, limits.memory))


def _set(limit: int, soft: int, hard: int | None = None) -> None:
    _, highest = resource.getrlimit(limit)
    wanted = (soft, soft if hard is None else hard)
    resource.setrlimit(
        limit, wanted if highest == resource.RLIM_INFINITY else (min(soft, highest), min(wanted[1], highest))
    )


def _become(owner: int) -> str:
    """Drop capabilities, and root where it can be dropped; what we are now."""
    bare = _done(_drop_capabilities)
    if owner != os.geteuid():
        os.setgroups([])
        os.setresgid(owner, owner, owner)
        os.setresuid(owner, owner, owner)
        return "a stranger without rights"
    if owner:
        return "the worker's own, without capabilities"
    return "root without capabilities" if bare else "root"


def _drop_capabilities() -> None:
    for capability in range(_LAST_CAPABILITY + 1):
        kernel.prctl(kernel.PR_CAPBSET_DROP, capability)


def _tasks_of_user() -> int:
    """Processes and threads that the user has already: the system's limit counts them too."""
    return sum(map(_tasks_if_own, filter(str.isdigit, os.listdir("/proc")))) if os.path.isdir("/proc/self") else 0


def _tasks_if_own(pid: str) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task")) if os.stat(f"/proc/{pid}").st_uid == os.getuid() else 0
    except OSError:
        return 0


def _done(act: Callable[[], None]) -> bool:
    try:
        act()
    except (OSError, ValueError):
        return False
    return True
