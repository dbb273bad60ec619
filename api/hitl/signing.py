"""Signs the responses that this API received, so that workers know that they came through an API."""

from __future__ import annotations

import asyncio
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.contracts.hitl import HitlResponse
from store import signatures
from store.database import DATABASE_ERRORS
from store.transaction import Store

REGISTERED_SECONDS = 60.0
"""How long the key counts as registered: the database may be restored from before that."""

RETRY_SECONDS = 1.0


class ResponseSigner:
    """Signs with the key of the settings, or else with one that lasts as long as this process.

    Args:
        seed: the key, in hexadecimal digits.
    """

    def __init__(self, store: Store, seed: str | None) -> None:
        self._store = store
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)) if seed else Ed25519PrivateKey.generate()
        self._registered_until = 0.0

    async def run(self) -> None:
        """Register the key as soon as the database is available: until then, no response counts."""
        while True:
            try:
                return await self._register()
            except DATABASE_ERRORS:
                await asyncio.sleep(RETRY_SECONDS)

    async def sign(self, response: HitlResponse) -> HitlResponse:
        """Return the response with a signature that workers can verify.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, psycopg.Error: the database is unavailable.
        """
        if time.monotonic() > self._registered_until:
            await self._register()
        return signatures.sign(response, self._key)

    async def _register(self) -> None:
        async with self._store.reading() as connection:
            await signatures.register(connection, signatures.public_key(self._key))
        self._registered_until = time.monotonic() + REGISTERED_SECONDS
