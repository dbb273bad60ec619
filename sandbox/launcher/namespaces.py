"""The cage proper: namespaces without a network, without other processes, and with a file system of its own."""

from __future__ import annotations

import os

from . import ground, kernel
from .order import Order

_OTHERS = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
_LOCKABLE = os.ST_RDONLY | os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME


def enter() -> None:
    """Leave the machine's network, processes and mounts. The next child is the first process of the new world.

    Raises:
        OSError: the system forbids it.
    """
    if os.geteuid() == 0:
        try:
            kernel.unshare(_OTHERS)
        except OSError:
            # Root without the right to, as in most containers: it may have what anybody has.
            pass
        else:
            return
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER | _OTHERS)
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def build_root(order: Order, folders: list[str], owner: int, libraries: list[str]) -> None:
    """Make the order's folder a root with what Python needs, read-only, and empty `folders` for the owner; move in.

    Raises:
        OSError: the system forbids it.
    """
    root = order.folder
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    flags = kernel.MS_NOSUID | kernel.MS_NODEV
    kernel.mount("tmpfs", root, "tmpfs", flags, f"size={order.limits.disk},nr_inodes=16384,mode=0755")
    for path in ground.readable(order.python, libraries):
        _show(path, root)
    for device in ground.DEVICES:
        if os.path.exists(device):
            _show(device, root, kernel.MS_NOSUID)
    for path, target in ground.links().items():
        if not os.path.lexists(root + path):
            os.symlink(target, root + path)
    for path in folders:
        os.makedirs(root + path, exist_ok=True)
        os.chown(root + path, owner, -1)
    kernel.change_root(root)


def _show(path: str, root: str, flags: int = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV) -> None:
    """Bind one file or folder into the root, under the same name."""
    target = root + path
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_RDONLY, 0o644))
    kernel.mount(path, target, "", kernel.MS_BIND | kernel.MS_REC)
    # A user namespace may add flags, never take away those that the mount has already.
    kept = os.statvfs(target).f_flag & _LOCKABLE
    kernel.mount("none", target, "", kernel.MS_BIND | kernel.MS_REMOUNT | flags | kept)
