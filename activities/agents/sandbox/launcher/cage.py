"""Inside the cage: give up everything that is not needed, one right after the other."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator

from . import ground, kernel, landlock, seccomp
from .order import Limits, Order

_LAST_CAPABILITY = 40
# A user id that nobody has, other for each run: then no other process counts against the limit, and none is in reach.
_FIRST_STRANGER = 1_900_000_000
_NOBODY = 65534


def choose_owner(order: Order, own_root: bool) -> int:
    """The user that the tests run as; `order.folder` is given to it.

    Root becomes a stranger, unless a stranger could not read this Python (and there is no root of our own to show it).
    """
    if os.geteuid() != 0:
        return os.geteuid()
    if not own_root and not all(map(ground.reachable, (order.python, os.__file__, os.path.dirname(order.folder)))):
        return 0
    for user in (_FIRST_STRANGER + os.getpid(), _NOBODY):
        try:
            os.chown(order.folder, user, -1)
        except OSError:
            # Inside a container's user namespace most ids do not exist.
            continue
        return user
    return 0


def confine(order: Order, folders: tuple[str, ...], owner: int, own_root: bool) -> Iterator[str]:
    """Give up rights for good; of each part, tells what came of it. Afterwards only `folders` can be written.

    Raises:
        OSError: a limit that must hold could not be set.
    """
    apart = own_root or owner != os.geteuid()
    _limit(order.limits, 0 if apart else _tasks_of_user())
    yield f"user: {_become(owner)}"
    sealed = _done(lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1))
    version = landlock.version() if sealed and "landlock" not in order.without else 0
    readable = [*ground.readable(order.python), *filter(os.path.exists, ground.links())]
    writable = [*folders, *filter(os.path.exists, ground.DEVICES)]
    locked = version > 0 and _done(lambda: landlock.restrict(readable, writable))
    signals = apart or (locked and version >= 6)
    filtered = sealed and "seccomp" not in order.without and _done(lambda: seccomp.install(signals))
    yield f"files: {_means((own_root, 'own root'), (locked, 'Landlock'))}"
    yield f"network: {_means((own_root, 'namespace'), (filtered, 'seccomp'), (locked and version >= 4, 'Landlock'))}"
    yield f"processes: {_means((own_root, 'namespace'), (signals or filtered, 'no signals out'))}"


def _means(*means: tuple[bool, str]) -> str:
    used = ", ".join(name for holds, name in means if holds)
    return f"isolated ({used})" if used else "not isolated on this system"


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
