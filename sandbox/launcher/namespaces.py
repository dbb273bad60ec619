"""Linux namespaces: no network but loopback, no other processes, and a root file system for the run alone."""

from __future__ import annotations

import fcntl
import os
import struct

from . import filesystem_view, kernel
from .protocol import RunRequest

_NAMESPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
_LOCKABLE = os.ST_RDONLY | os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME

_SET_FLAGS, _UP = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP

HOST_NAMES = {"hosts": "127.0.0.1 localhost\n", "nsswitch.conf": "hosts: files\n"}
"""Files of /etc: without them, the name localhost does not resolve."""


def enter(loopback: bool) -> None:
    """Enter new namespaces. The next child is the first process of the new PID namespace.

    With `loopback`, processes in the new network namespace can reach each other, and still nobody else.

    Raises:
        OSError: the system forbids it.
    """
    _unshare()
    if loopback:
        _bring_up_loopback()


def build_root(request: RunRequest, folders: list[str], user: int, libraries: list[str]) -> None:
    """Turn the request's folder into a root file system and enter it.

    It holds what Python needs, read-only, and the empty `folders`, which belong to `user`.

    Raises:
        OSError: the system forbids it.
    """
    root = request.folder
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    flags = kernel.MS_NOSUID | kernel.MS_NODEV
    kernel.mount("tmpfs", root, "tmpfs", flags, f"size={request.limits.disk},nr_inodes=16384,mode=0755")
    for path in filesystem_view.readable_paths(request.python, libraries):
        _bind(path, root)
    for device in filesystem_view.DEVICES:
        if os.path.exists(device):
            _bind(device, root, kernel.MS_NOSUID)
    for path, target in filesystem_view.top_level_links().items():
        if not os.path.lexists(root + path):
            os.symlink(target, root + path)
    for path in folders:
        os.makedirs(root + path, exist_ok=True)
        os.chown(root + path, user, -1)
    kernel.change_root(root)


def make_read_only(folder: str) -> None:
    """Make a folder of the new root unchangeable for everybody who may not mount: also for the owner of its files."""
    _bind(folder, "")


def _unshare() -> None:
    if os.geteuid() == 0:
        try:
            kernel.unshare(_NAMESPACES)
        except OSError:
            # Root without CAP_SYS_ADMIN, as in most containers, tries what any user may.
            pass
        else:
            return
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER | _NAMESPACES)
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _bring_up_loopback() -> None:
    import _socket  # `socket` takes 5 ms to import

    device = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    fcntl.ioctl(device.fileno(), _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
    device.close()


def _bind(path: str, root: str, flags: int = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV) -> None:
    """Bind-mount one file or folder into the root, under the same path."""
    target = root + path
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_RDONLY, 0o644))
    kernel.mount(path, target, "", kernel.MS_BIND | kernel.MS_REC)
    # A user namespace may add flags to a mount, but never clear those that it has.
    kept = os.statvfs(target).f_flag & _LOCKABLE
    kernel.mount("none", target, "", kernel.MS_BIND | kernel.MS_REMOUNT | flags | kept)
