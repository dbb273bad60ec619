"""Signs responses as an API does, for tests that send signals themselves. The servers under test know this key."""

from __future__ import annotations

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.contracts.hitl import HitlResponse
from store import signatures

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def signed(response: HitlResponse) -> HitlResponse:
    return signatures.sign(response, KEY)


async def register_key(database: str) -> None:
    """Make a database accept what `signed` returns."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute(
            "INSERT INTO signing_key (public_key, created_at) VALUES (%s, now())", [signatures.public_key(KEY)]
        )
