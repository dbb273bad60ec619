"""API tokens: for programs, shown once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.identity import Permission
from models.identity import API_TOKEN, ApiToken
from store.identity.secrets import hash_of, new_token
from store.rows import fetch_all, model_of
from store.statement import run

MAX_VALID = 100
"""Tokens of one principal that are valid at a time."""

_CREATE: LiteralString = """
INSERT INTO api_token (id, token_hash, principal_id, name, scopes, project_id, created_at, expires_at, made_with)
SELECT %(id)s, %(token_hash)s, %(principal_id)s, %(name)s, %(scopes)s, %(project_id)s, clock_timestamp(),
       least(clock_timestamp() + %(lifetime)s,
             (SELECT min(expires_at) FROM api_token WHERE token_hash = ANY(%(made_with)s::bytea[]))),
       %(made_with)s::bytea[]
WHERE (SELECT count(*) FROM api_token
       WHERE principal_id = %(principal_id)s AND revoked_at IS NULL AND expires_at > clock_timestamp()) < %(most)s
RETURNING *
"""

_REVOKE: LiteralString = """
UPDATE api_token SET revoked_at = clock_timestamp()
WHERE id = %(id)s AND principal_id = %(principal_id)s AND revoked_at IS NULL
RETURNING token_hash
"""

_END_MADE: LiteralString = """
WITH sessions AS (
    UPDATE session SET ended_at = clock_timestamp()
    WHERE principal_id = %(principal_id)s AND ended_at IS NULL AND %(hashed)s = ANY(made_with)
    RETURNING token_hash
), tokens AS (
    UPDATE api_token SET revoked_at = clock_timestamp()
    WHERE principal_id = %(principal_id)s AND revoked_at IS NULL AND %(hashed)s = ANY(made_with)
    RETURNING token_hash
)
SELECT token_hash FROM sessions UNION ALL SELECT token_hash FROM tokens
"""

_REVOKE_ALL: LiteralString = """
UPDATE api_token SET revoked_at = clock_timestamp() WHERE principal_id = %(principal_id)s AND revoked_at IS NULL
RETURNING token_hash
"""


class TooManyTokensError(Exception):
    """The principal has as many valid tokens as it may."""


async def create(
    connection: AsyncConnection,
    principal_id: UUID,
    name: str,
    scopes: Iterable[Permission],
    project_id: UUID | None,
    lifetime: timedelta,
    made_with: Sequence[bytes] = (),
) -> tuple[ApiToken, str]:
    """Create a token of a principal that is locked. Return its row, and the token itself, which is stored nowhere. It
    ends with the tokens that it was made with.

    Raises:
        TooManyTokensError: it has MAX_VALID already.
    """
    token = new_token()
    values = {"name": name, "scopes": sorted(str(scope) for scope in scopes), "project_id": project_id}
    rows = await run(
        connection,
        _CREATE,
        id=uuid7(),
        token_hash=hash_of(token),
        principal_id=principal_id,
        lifetime=lifetime,
        made_with=list(made_with),
        most=MAX_VALID,
        **values,
    )
    if not rows:
        raise TooManyTokensError
    return model_of(ApiToken, rows[0]), token


async def of_principal(connection: AsyncConnection, principal_id: UUID) -> list[ApiToken]:
    """Return a principal's tokens that were not revoked, newest first; also expired ones."""
    query = (
        select(API_TOKEN)
        .where(API_TOKEN.c.principal_id == principal_id, API_TOKEN.c.revoked_at.is_(None))
        .order_by(API_TOKEN.c.id.desc())
    )
    return await fetch_all(connection, ApiToken, query)


async def revoke(connection: AsyncConnection, token_id: UUID, principal_id: UUID) -> list[bytes]:
    """Revoke a token, and end what it has made, of a principal that is locked. Return the hashes of the tokens and
    cookies; none if the principal has no such token."""
    rows = await run(connection, _REVOKE, id=token_id, principal_id=principal_id)
    if not rows:
        return []
    hashed = bytes(rows[0].token_hash)
    made = await run(connection, _END_MADE, principal_id=principal_id, hashed=hashed)
    return [hashed, *(bytes(row.token_hash) for row in made)]


async def revoke_all(connection: AsyncConnection, principal_id: UUID) -> list[bytes]:
    """Revoke a principal's tokens. Return their hashes."""
    return [bytes(row.token_hash) for row in await run(connection, _REVOKE_ALL, principal_id=principal_id)]
