"""Whom PostgreSQL runs as: it refuses root, so root lends it an account that exists already."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A system user, and whether it needs help to reach the files that it works with."""

    uid: int
    gid: int
    reach: bool


def account_for(home: Path, *programs: Path) -> Account | None:
    """The account that owns `home` and runs `programs` there, or None for the user we are.

    A home that belongs to an ordinary user keeps its owner. No account is created and no directory is opened to others:
    where the way is closed (a checkout under /root), the process keeps one capability, see `leash.change_user`.
    """
    if os.geteuid() != 0:
        return None
    owner = home.stat().st_uid
    entry = pwd.getpwuid(owner) if owner else _lent()
    return Account(entry.pw_uid, entry.pw_gid, reach=not all(_open_to_all(path) for path in (home.parent, *programs)))


def _lent() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _open_to_all(path: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))
