"""Browsers that are signed in, and the single-use codes by which one signs in or a socket opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.identity import CodePurpose
from models.identity import SESSION, Session
from store.identity.credentials import IDLE
from store.identity.secrets import hash_of, new_token
from store.rows import fetch_all
from store.statement import run

LIFETIME = timedelta(days=7)
CODE_LIFETIMES = {CodePurpose.LINK: timedelta(seconds=60), CodePurpose.TICKET: timedelta(seconds=30)}
FIRST_LINK_LIFETIME = timedelta(days=1)
"""Of the link in the log of a new installation, which nobody may be reading yet."""

MAX_OPEN = 100
"""Sessions of one principal. The ones that were not used for longest end for further ones."""

_CREATE: LiteralString = """
WITH ended AS (
    UPDATE session SET ended_at = clock_timestamp() WHERE id IN (
        SELECT id FROM session WHERE principal_id = %(principal_id)s AND ended_at IS NULL
        ORDER BY last_seen_at DESC, id OFFSET %(kept)s)
)
INSERT INTO session (id, token_hash, principal_id, agent, created_at, last_seen_at, expires_at, made_with)
VALUES (%(id)s, %(token_hash)s, %(principal_id)s, %(agent)s, clock_timestamp(), clock_timestamp(),
        least(clock_timestamp() + %(lifetime)s,
              (SELECT min(expires_at) FROM api_token WHERE token_hash = ANY(%(made_with)s::bytea[]))),
        %(made_with)s::bytea[])
"""

# Expired codes go with the next one that is created.
_CREATE_CODE: LiteralString = """
WITH expired AS (DELETE FROM one_time_code WHERE expires_at < clock_timestamp())
INSERT INTO one_time_code (code_hash, purpose, principal_id, credential, expires_at)
VALUES (%(code_hash)s, %(purpose)s, %(principal_id)s, %(credential)s, clock_timestamp() + %(lifetime)s)
"""

_OWNER: LiteralString = "SELECT principal_id FROM one_time_code WHERE code_hash = %(code_hash)s"

_USE_CODE: LiteralString = """
DELETE FROM one_time_code
WHERE code_hash = %(code_hash)s AND purpose = %(purpose)s
RETURNING principal_id, credential, expires_at > clock_timestamp() AS is_valid
"""

_END: LiteralString = """
UPDATE session SET ended_at = clock_timestamp()
WHERE id = %(id)s AND principal_id = %(principal_id)s AND ended_at IS NULL
RETURNING token_hash
"""


_END_COOKIE: LiteralString = """
UPDATE session SET ended_at = clock_timestamp() WHERE token_hash = %(token_hash)s AND ended_at IS NULL
RETURNING principal_id
"""

_END_ALL: LiteralString = """
WITH links AS (DELETE FROM one_time_code WHERE principal_id = %(principal_id)s)
UPDATE session SET ended_at = clock_timestamp()
WHERE principal_id = %(principal_id)s AND ended_at IS NULL AND id IS DISTINCT FROM %(kept)s
RETURNING token_hash
"""


async def create(connection: AsyncConnection, principal_id: UUID, agent: str, made_with: Sequence[bytes] = ()) -> str:
    """Start a session of a principal that is locked, and return the value of its cookie. It ends with the tokens that
    it was made with."""
    token = new_token()
    values = {"id": uuid7(), "principal_id": principal_id, "agent": agent, "lifetime": LIFETIME}
    await run(connection, _CREATE, token_hash=hash_of(token), made_with=list(made_with), kept=MAX_OPEN - 1, **values)
    return token


async def open_of(connection: AsyncConnection, principal_id: UUID) -> list[Session]:
    """Return a principal's open sessions, newest first."""
    now = func.clock_timestamp()
    query = (
        select(SESSION)
        .where(SESSION.c.principal_id == principal_id, SESSION.c.ended_at.is_(None), SESSION.c.expires_at > now)
        .where(SESSION.c.last_seen_at > now - IDLE)
        .order_by(SESSION.c.id.desc())
    )
    return await fetch_all(connection, Session, query)


async def end(connection: AsyncConnection, session_id: UUID, principal_id: UUID) -> bytes | None:
    """End a principal's session. Return the hash of its cookie, or None if it has no such open session."""
    rows = await run(connection, _END, id=session_id, principal_id=principal_id)
    return bytes(rows[0].token_hash) if rows else None


async def end_cookie(connection: AsyncConnection, token_hash: bytes) -> None:
    """End the session with this cookie, if there is one."""
    await run(connection, _END_COOKIE, token_hash=token_hash)


async def end_all(connection: AsyncConnection, principal_id: UUID, kept: UUID | None = None) -> list[bytes]:
    """End the sessions of a principal that is locked, except one, and links and tickets that are not used yet. Return
    the hashes of the sessions' cookies."""
    rows = await run(connection, _END_ALL, principal_id=principal_id, kept=kept)
    return [bytes(row.token_hash) for row in rows]


async def create_code(
    connection: AsyncConnection,
    purpose: CodePurpose,
    principal_id: UUID,
    credential: bytes | None = None,
    lifetime: timedelta | None = None,
) -> str:
    """Return a code that is good once, for seconds if no other lifetime is given."""
    code = new_token()
    lifetime = lifetime or CODE_LIFETIMES[purpose]
    values = {"purpose": str(purpose), "principal_id": principal_id, "credential": credential, "lifetime": lifetime}
    await run(connection, _CREATE_CODE, code_hash=hash_of(code), **values)
    return code


async def owner_of(connection: AsyncConnection, code: str) -> UUID | None:
    """Return whose code this is, if it was not used."""
    rows = await run(connection, _OWNER, code_hash=hash_of(code))
    return rows[0].principal_id if rows else None


async def use_code(connection: AsyncConnection, purpose: CodePurpose, code: str) -> Any | None:
    """Use a code up. Return its row, with `principal_id` and `credential`, or None if it is not valid any more. For a
    link, its owner is locked before: who ends everything that somebody is signed in with locks in this order, too."""
    rows = await run(connection, _USE_CODE, code_hash=hash_of(code), purpose=str(purpose))
    return rows[0] if rows and rows[0].is_valid else None
