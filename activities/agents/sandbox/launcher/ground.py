"""What a Python without site-packages needs to see of the file system: to read, and nothing else."""

from __future__ import annotations

import os
import stat
import sys

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

# The dynamic loader, the C library, and where some systems keep both.
_SYSTEM = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/nix/store")


def readable(python: str) -> list[str]:
    """Files and folders, real paths, none inside another."""
    library = os.path.join(sys.base_prefix, sys.platlibdir)
    wanted = [python, os.path.dirname(os.__file__), library, f"{sys.base_prefix}/lib", "/etc/ld.so.cache", *_SYSTEM]
    real = sorted({os.path.realpath(path) for path in wanted if os.path.exists(path)})
    return [path for path in real if not any(path.startswith(f"{other}/") for other in real)]


def links() -> dict[str, str]:
    """The top-level links that make /lib be /usr/lib, by name."""
    return {path: os.readlink(path) for path in _SYSTEM if os.path.islink(path)}


def reachable(path: str) -> bool:
    """Whether a stranger may walk to a path and read it."""
    try:
        if not os.stat(path).st_mode & stat.S_IROTH:
            return False
        while path != "/":
            path = os.path.dirname(path)
            if not os.stat(path).st_mode & stat.S_IXOTH:
                return False
    except OSError:
        return False
    return True
