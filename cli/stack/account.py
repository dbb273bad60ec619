"""Whom a component runs as, when not as the user we are."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from typing import Literal

Kind = Literal["namespace", "user", "reaching-user"]


@dataclass(frozen=True)
class Account:
    """Another identity for a process.

    `namespace` stays the user we are, and appears as `uid` in a user namespace of its own; `user` becomes `uid`;
    `reaching-user` does so, and keeps the one capability that lets it through directories closed to others.
    """

    kind: Kind
    uid: int
    gid: int

    @property
    def owner(self) -> tuple[int, int]:
        """The user and group that own its files, as we see them."""
        return (os.geteuid(), os.getegid()) if self.kind == "namespace" else (self.uid, self.gid)

    def __str__(self) -> str:
        """As `leash` reads it."""
        return f"{self.kind}:{self.uid}:{self.gid}"


def unprivileged() -> tuple[int, int]:
    """The user and group that root lends to what refuses root; both exist already, none is created."""
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return entry.pw_uid, entry.pw_gid
    return 65534, 65534  # what Linux calls nobody, whether the system names it or not


def has_name(uid: int) -> bool:
    """Whether the user database knows the user; in a container it often does not."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
