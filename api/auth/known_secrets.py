"""The secrets that this process knows to be genuine. A lookup of one needs no limit: nobody guesses one."""

from __future__ import annotations

from collections import OrderedDict

MAX_KNOWN = 10_000


class KnownSecrets:
    """The hashes of secrets that this process created, or found in the database, without the oldest ones."""

    def __init__(self) -> None:
        self._hashes: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, hashed: bytes) -> bool:
        return hashed in self._hashes

    def add(self, hashed: bytes) -> None:
        self._hashes[hashed] = None
        self._hashes.move_to_end(hashed)
        if len(self._hashes) > MAX_KNOWN:
            self._hashes.popitem(last=False)

    def discard(self, hashed: bytes) -> None:
        self._hashes.pop(hashed, None)
