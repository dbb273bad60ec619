"""The limit of open files, including sockets, of this process."""

from __future__ import annotations

import resource
from contextlib import suppress

NO_LIMIT = 2**20
"""Used instead of no limit, which some systems do not accept."""
MACOS_LIMIT = 10_240


def raise_open_file_limit() -> int:
    """Raise the limit as far as the system allows, and return it. The usual limit of 1,024 exists for programs that use
    `select`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = NO_LIMIT if hard == resource.RLIM_INFINITY else hard
    for wanted in (highest, min(highest, MACOS_LIMIT)):
        if soft == resource.RLIM_INFINITY or wanted <= soft:
            break
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            break
    return open_file_limit()


def open_file_limit() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return NO_LIMIT if soft == resource.RLIM_INFINITY else soft
