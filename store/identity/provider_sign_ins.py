"""Sign-ins at an identity provider that have begun: in the database, so that any API process can finish them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString

from sqlalchemy.ext.asyncio import AsyncConnection

from store.identity.secrets import hash_of
from store.statement import run

LIFETIME = timedelta(minutes=10)

# Expired ones go with the next one.
_BEGIN: LiteralString = """
WITH expired AS (DELETE FROM provider_sign_in WHERE expires_at < clock_timestamp())
INSERT INTO provider_sign_in (state_hash, browser_hash, nonce, verifier, redirect_uri, destination, expires_at)
VALUES (%(state_hash)s, %(browser_hash)s, %(nonce)s, %(verifier)s, %(redirect_uri)s, %(destination)s,
        clock_timestamp() + %(lifetime)s)
"""

_FINISH: LiteralString = """
DELETE FROM provider_sign_in WHERE state_hash = %(state_hash)s AND browser_hash = %(browser_hash)s
RETURNING nonce, verifier, redirect_uri, destination, expires_at > clock_timestamp() AS is_valid
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the answer of the provider has to fit, and the path where the person wanted to go."""

    nonce: str
    verifier: str
    redirect_uri: str
    destination: str


async def begin(connection: AsyncConnection, state: str, browser: str, begun: Begun) -> None:
    """Record a sign-in for ten minutes. `browser` is the secret of its cookie."""
    hashes = {"state_hash": hash_of(state), "browser_hash": hash_of(browser)}
    values = {"nonce": begun.nonce, "verifier": begun.verifier, "redirect_uri": begun.redirect_uri}
    await run(connection, _BEGIN, destination=begun.destination, lifetime=LIFETIME, **hashes, **values)


async def finish(connection: AsyncConnection, state: str, browser: str) -> Begun | None:
    """Use up a sign-in. Return None if this browser did not begin it, or if it has expired or was finished."""
    rows = await run(connection, _FINISH, state_hash=hash_of(state), browser_hash=hash_of(browser))
    if not rows or not rows[0].is_valid:
        return None
    row = rows[0]
    return Begun(row.nonce, row.verifier, row.redirect_uri, row.destination)
