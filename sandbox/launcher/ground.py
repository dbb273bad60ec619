"""What a Python without site-packages needs to see of the file system: to read, and nothing else."""

from __future__ import annotations

import mmap
import os
import stat
import sys

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

# The dynamic loader, the C library, and where some systems keep both.
_SYSTEM = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/nix/store")


def readable(python: str, more: list[str]) -> list[str]:
    """Files and folders, real paths, none inside another: what Python needs, and `more`."""
    libraries = [f"{prefix}/{name}" for prefix in _prefixes() for name in (sys.platlibdir, "lib")]
    wanted = [python, os.path.dirname(os.__file__), *libraries, "/etc/ld.so.cache", *_SYSTEM, *more]
    real = sorted({os.path.realpath(path) for path in wanted if os.path.exists(path)})
    return [path for path in real if not any(path.startswith(f"{other}/") for other in real)]


def links() -> dict[str, str]:
    """The top-level links that make /lib be /usr/lib, by name."""
    return {path: os.readlink(path) for path in _SYSTEM if os.path.islink(path)}


def libraries() -> list[str]:
    """The shared libraries that this very process was loaded with from outside the system's folders.

    A Python that is found where it was unpacked (conda, uv) names its own by `$ORIGIN`; what that is the dynamic loader
    reads in /proc, which is not in the cage.
    """
    found = set()
    try:
        with open("/proc/self/maps", "rb") as file:
            for line in file:
                path = os.fsdecode(line.rstrip(b"\n").split(None, 5)[-1])
                if ".so" in os.path.basename(path) and os.path.isfile(path):
                    found.add(path)
    except OSError:
        return []
    system = tuple(f"{os.path.realpath(folder)}/" for folder in _SYSTEM)
    modules = tuple(f"{path}/" for path in sys.path if path.startswith("/"))
    return sorted(path for path in found if not path.startswith((*system, *modules)))


def environment(python: str, libraries: list[str]) -> dict[str, str]:
    """The variables without which a Python does not start."""
    lost = libraries and ("LD_LIBRARY_PATH" in os.environ or _by_origin(python))
    folders = sorted({os.path.dirname(path) for path in libraries}) if lost else []
    home = {"PYTHONHOME": os.environ["PYTHONHOME"]} if os.environ.get("PYTHONHOME") else {}
    return {**home, **({"LD_LIBRARY_PATH": ":".join(folders)} if folders else {})}


def _by_origin(program: str) -> bool:
    try:
        with open(program, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(b"$ORIGIN") >= 0 or content.find(b"${ORIGIN}") >= 0
    except (OSError, ValueError):
        return False


def reachable(path: str, top: str = "/") -> bool:
    """Whether a stranger may walk from a folder to a path below it and read that."""
    try:
        if not os.stat(path).st_mode & stat.S_IROTH:
            return False
        while path not in (top, "/"):
            path = os.path.dirname(path)
            if not os.stat(path).st_mode & stat.S_IXOTH:
                return False
    except OSError:
        return False
    return True


def _prefixes() -> list[str]:
    return [sys.base_prefix, sys.base_exec_prefix]
