"""The WebSockets that a process has room for, and how many of them one caller may have."""

from __future__ import annotations

from collections import Counter

from api.auth.addresses import network_of
from api.auth.caller import Caller, SignInMethod


class NoPlaceError(Exception):
    """There is no place for another socket, of this caller or of anybody."""


class SocketPlaces:
    """Places are taken before a socket is accepted, so that a thousand handshakes at once exceed nothing."""

    def __init__(self, most: int, most_each: int) -> None:
        self.most, self._most_each = most, max(1, min(most_each, most // 2))
        self._taken = Counter[str]()

    @property
    def is_full(self) -> bool:
        return self._taken.total() >= self.most

    def take(self, caller: Caller, address: str | None) -> str:
        """Take a place, and return whose it is. The operator's own token may take all: the operator can stop the
        server.

        Raises:
            NoPlaceError: there is none.
        """
        holder = str(caller.principal_id or network_of(address))
        if self.is_full:
            raise NoPlaceError("too many connections; try again later")
        if self._taken[holder] >= self._most_each and caller.method is not SignInMethod.ADMIN_TOKEN:
            raise NoPlaceError(f"you have {self._taken[holder]} connections open, which is the most; close one first")
        self._taken[holder] += 1
        return holder

    def give_back(self, holder: str) -> None:
        self._taken[holder] -= 1
        if not self._taken[holder]:
            del self._taken[holder]
