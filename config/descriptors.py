"""How many files, sockets among them, this process may have open."""

from __future__ import annotations

import resource
from contextlib import suppress

MOST = 2**20
"""What stands for no limit at all, which some systems do not take."""
MOST_ON_MACOS = 10_240


def raise_limit() -> int:
    """Raise the limit as far as the system lets us, and return it: the usual one, of 1,024, is there for programs that
    ask with `select`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = MOST if hard == resource.RLIM_INFINITY else hard
    for wanted in (highest, min(highest, MOST_ON_MACOS)):
        if soft == resource.RLIM_INFINITY or wanted <= soft:
            break
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            break
    return limit()


def limit() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else soft
