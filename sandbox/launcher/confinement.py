"""Confines the current process: sets limits and drops every right that the tests do not need."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable

from . import filesystem_view, kernel, landlock, process_tree, seccomp
from .protocol import Limits, RunRequest

_LAST_CAPABILITY = 40
_NOBODY = 65534


def choose_user(request: RunRequest, own_root: bool, libraries: list[str]) -> int:
    """Return the user id that the tests run as, after making it the owner of `request.folder`.

    Root switches to an unprivileged user, unless that user could not read this Python.
    """
    if os.geteuid() != 0:
        return os.geteuid()
    needed = [request.python, os.__file__, *libraries]
    if own_root:
        # The run's root has only these mounts: the permissions of the folders above them do not matter.
        tops = filesystem_view.readable_paths(request.python, libraries)
        under = [(os.path.realpath(path), top) for path in needed for top in tops]
        readable = [
            filesystem_view.is_world_readable(path, top)
            for path, top in under
            if path == top or path.startswith(f"{top}/")
        ]
    else:
        readable = [filesystem_view.is_world_readable(path) for path in (*needed, os.path.dirname(request.folder))]
    for user in (process_tree.FIRST_SANDBOX_UID + os.getpid(), _NOBODY) if all(readable) else ():
        try:
            os.chown(request.folder, user, -1)
        except OSError:
            # In a container's user namespace most ids do not exist.
            continue
        return user
    return 0


def confine(
    request: RunRequest, readable: list[str], writable: list[str], user: int, own_root: bool, loopback: bool
) -> tuple[list[str], bool]:
    """Irrevocably drop all rights, except to read what Python needs and `readable`, to change `writable`, and to use
    the run's own network if `loopback`.

    Returns one line a part saying how it is isolated, and whether both files and the network are.

    Raises:
        OSError: a limit that must hold could not be set.
    """
    own = os.geteuid()
    # The account "nobody" may run other processes, too.
    unique_user = user != own and user >= process_tree.FIRST_SANDBOX_UID
    _set_limits(request.limits, 0 if own_root or unique_user else _tasks_of_user())
    description = _drop_privileges(user)
    sealed = _succeeds(lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1))
    version = landlock.version() if sealed and "landlock" not in request.without else 0
    links = filter(os.path.exists, filesystem_view.top_level_links())
    read = [*filesystem_view.readable_paths(request.python, readable), *links]
    write = [*writable, *filter(os.path.exists, filesystem_view.DEVICES)]
    locked = version > 0 and _succeeds(lambda: landlock.restrict(read, write, tcp=loopback))
    signals = own_root or unique_user or (locked and version >= 6)
    modes = own_root or user != own
    rules = seccomp.Rules(signals, modes, truncating=own_root or version >= 3, sockets=loopback)
    filtered = sealed and "seccomp" not in request.without and _succeeds(lambda: seccomp.install(rules))
    namespace = (own_root, "namespace")
    network = "isolated (namespace; loopback only)" if loopback else _isolated_by(namespace, (filtered, "seccomp"))
    isolation = [
        f"user: {description}",
        f"files: {_isolated_by((own_root, 'own root'), (locked, 'Landlock'))}",
        f"network: {network}",
        f"processes: {_isolated_by(namespace, (unique_user, 'own user id'), (filtered, 'seccomp'))}",
    ]
    return isolation, (own_root or locked) and (own_root or filtered)


def _isolated_by(*means: tuple[bool, str]) -> str:
    used = ", ".join(name for holds, name in means if holds)
    return f"isolated ({used})" if used else "NOT ISOLATED on this system"


def _set_limits(limits: Limits, existing_tasks: int) -> None:
    _set(resource.RLIMIT_CORE, 0)
    # SIGXCPU ends the process and names the reason; SIGKILL follows a second later.
    _set(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)
    _set(resource.RLIMIT_FSIZE, limits.file_size)
    _set(resource.RLIMIT_NOFILE, limits.open_files)
    _set(resource.RLIMIT_NPROC, limits.processes + existing_tasks)
    # macOS knows the limit and refuses to set it.
    _succeeds(lambda: _set(resource.RLIMIT_AS, limits.memory))


def _set(limit: int, soft: int, hard: int | None = None) -> None:
    _, highest = resource.getrlimit(limit)
    wanted = (soft, soft if hard is None else hard)
    resource.setrlimit(
        limit, wanted if highest == resource.RLIM_INFINITY else (min(soft, highest), min(wanted[1], highest))
    )


def _drop_privileges(user: int) -> str:
    """Drop capabilities, and root where possible; return a description of the user that is left."""
    bare = _succeeds(_drop_capabilities)
    if user != os.geteuid():
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        return "an unprivileged user id"
    if user:
        return "the worker's own, without capabilities"
    return "root without capabilities" if bare else "root"


def _drop_capabilities() -> None:
    for capability in range(_LAST_CAPABILITY + 1):
        kernel.prctl(kernel.PR_CAPBSET_DROP, capability)


def _tasks_of_user() -> int:
    """Return how many processes and threads the user has: RLIMIT_NPROC counts them too."""
    return sum(map(_tasks_if_own, filter(str.isdigit, os.listdir("/proc")))) if os.path.isdir("/proc/self") else 0


def _tasks_if_own(pid: str) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task")) if os.stat(f"/proc/{pid}").st_uid == os.getuid() else 0
    except OSError:
        return 0


def _succeeds(act: Callable[[], None]) -> bool:
    try:
        act()
    except (OSError, ValueError):
        return False
    return True
