"""Check and hash passwords, with Argon2id."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.errors import UnavailableError

MEMORY, PASSES = 19 * 1024, 2
"""KiB and passes, with one thread: what OWASP recommends where memory is scarce, about 20 ms."""

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

AT_ONCE, MAX_WAITING = 2, 100


class Passwords:
    """Hashes in threads, a few at a time: sign-ins slow nothing else down."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=1)
        self._slots, self._waiting = asyncio.Semaphore(AT_ONCE), 0
        self._of_nobody = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Return whether a password has this hash. None is that of nobody, which takes as long and never matches."""
        return await self._run(self._matches, hashed or self._of_nobody, password) and hashed is not None

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        if self._waiting >= MAX_WAITING:
            raise UnavailableError("Too many people are signing in at once.")
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(function, *arguments)
        finally:
            self._waiting -= 1
