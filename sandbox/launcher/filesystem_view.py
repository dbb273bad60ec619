"""The part of the file system that a Python without site-packages needs: readable, and nothing else."""

from __future__ import annotations

import mmap
import os
import stat
import sys

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

# The dynamic loader, the C library, and where some systems keep both.
_SYSTEM_FOLDERS = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/nix/store")


def readable_paths(python: str, more: list[str]) -> list[str]:
    """Return the files and folders that Python needs, and `more`: real paths, none inside another."""
    libraries = [f"{prefix}/{name}" for prefix in _prefixes() for name in (sys.platlibdir, "lib")]
    wanted = [python, os.path.dirname(os.__file__), *libraries, "/etc/ld.so.cache", *_SYSTEM_FOLDERS, *more]
    real = sorted({os.path.realpath(path) for path in wanted if os.path.exists(path)})
    return [path for path in real if not any(path.startswith(f"{other}/") for other in real)]


def top_level_links() -> dict[str, str]:
    """Return the targets of top-level symbolic links such as /lib -> usr/lib, by path."""
    return {path: os.readlink(path) for path in _SYSTEM_FOLDERS if os.path.islink(path)}


def loaded_libraries() -> list[str]:
    """Return the shared libraries outside the system's folders that this process has loaded.

    A relocatable Python (conda, uv) finds its libraries through `$ORIGIN`, which the dynamic loader resolves through
    /proc; the sandbox has no /proc.
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
    system = tuple(f"{os.path.realpath(folder)}/" for folder in _SYSTEM_FOLDERS)
    modules = tuple(f"{path}/" for path in sys.path if path.startswith("/"))
    return sorted(path for path in found if not path.startswith((*system, *modules)))


def python_environment(python: str, libraries: list[str]) -> dict[str, str]:
    """Return the environment variables without which this Python does not start."""
    needs_path = libraries and ("LD_LIBRARY_PATH" in os.environ or _uses_origin(python))
    folders = sorted({os.path.dirname(path) for path in libraries}) if needs_path else []
    home = {"PYTHONHOME": os.environ["PYTHONHOME"]} if os.environ.get("PYTHONHOME") else {}
    return {**home, **({"LD_LIBRARY_PATH": ":".join(folders)} if folders else {})}


def _uses_origin(program: str) -> bool:
    try:
        with open(program, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(b"$ORIGIN") >= 0 or content.find(b"${ORIGIN}") >= 0
    except (OSError, ValueError):
        return False


def is_world_readable(path: str, top: str = "/") -> bool:
    """Return whether any user may walk from `top` to a path below it and read that."""
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
