"""The user that a component runs as, if that is not the current user."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from typing import Literal

AccountKind = Literal["namespace", "user", "reaching-user"]


@dataclass(frozen=True)
class Account:
    """Another identity for a process.

    - `namespace`: stays the current user, and appears as `uid` inside a user namespace
    - `user`: becomes `uid`
    - `reaching-user`: becomes `uid`, and keeps the one capability that lets it pass directories closed to others
    """

    kind: AccountKind
    uid: int
    gid: int

    @property
    def owner(self) -> tuple[int, int]:
        """The user and group that own its files, as seen from outside a namespace."""
        return (os.geteuid(), os.getegid()) if self.kind == "namespace" else (self.uid, self.gid)

    def __str__(self) -> str:
        """Return the form that `exec_child` parses."""
        return f"{self.kind}:{self.uid}:{self.gid}"


def unprivileged() -> tuple[int, int]:
    """Return the user and group that root uses for a program that refuses root. Both exist already; none is created."""
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return entry.pw_uid, entry.pw_gid
    return 65534, 65534  # Linux's overflow user, whether or not the system names it


def has_name(uid: int) -> bool:
    """Return whether the user database has an entry for the user. In a container it often has none."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
