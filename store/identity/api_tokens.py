"""API tokens: for programs, shown once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.identity import Permission
from models.identity import API_TOKEN, ApiToken
from store.identity import origins
from store.identity.origins import Origin
from store.identity.secrets import hash_of, new_token
from store.rows import fetch_all, model_of
from store.statement import run

_CREATE: LiteralString = """
INSERT INTO api_token (id, token_hash, principal_id, name, scopes, project_id, parent_id, granted_by, created_at,
                       expires_at)
VALUES (%(id)s, %(token_hash)s, %(principal_id)s, %(name)s, %(scopes)s, %(project_id)s, %(parent_id)s, %(granted_by)s,
        clock_timestamp(), least(clock_timestamp() + %(lifetime)s,
        (SELECT expires_at FROM api_token WHERE id = %(parent_id)s)))
RETURNING *
"""

_COUNT: LiteralString = """
SELECT count(*) AS count FROM api_token
WHERE principal_id = %(principal_id)s AND revoked_at IS NULL AND expires_at > clock_timestamp()
"""

_OWN: LiteralString = """
SELECT id FROM api_token WHERE principal_id = %(principal_id)s AND revoked_at IS NULL
AND id = coalesce(%(id)s::uuid, id) FOR UPDATE
"""

MAX_OPEN = 100
"""Tokens of one person or service that are valid at the same time."""


class TooManyTokensError(Exception):
    """A person or a service has MAX_OPEN tokens."""


async def create(
    connection: AsyncConnection,
    principal_id: UUID,
    name: str,
    scopes: Iterable[Permission],
    project_id: UUID | None,
    lifetime: timedelta,
    origin: Origin,
) -> tuple[ApiToken, str]:
    """Create a token, for no longer than the one that it is created with. Return its row, and the token itself, which
    is stored nowhere. The principal and the origin are locked.

    Raises:
        TooManyTokensError: there are too many already.
    """
    (row,) = await run(connection, _COUNT, principal_id=principal_id)
    if row.count >= MAX_OPEN:
        raise TooManyTokensError
    token = new_token()
    values = {"name": name, "scopes": sorted(str(scope) for scope in scopes), "project_id": project_id}
    hashed, id = hash_of(token), uuid7()
    made = {"parent_id": origin.token_id, "granted_by": origin.granted_by, "lifetime": lifetime}
    rows = await run(connection, _CREATE, id=id, token_hash=hashed, principal_id=principal_id, **made, **values)
    return model_of(ApiToken, rows[0]), token


async def of_principal(connection: AsyncConnection, principal_id: UUID) -> list[ApiToken]:
    """Return a principal's tokens that were not revoked, newest first; also expired ones."""
    query = (
        select(API_TOKEN)
        .where(API_TOKEN.c.principal_id == principal_id, API_TOKEN.c.revoked_at.is_(None))
        .order_by(API_TOKEN.c.id.desc())
    )
    return await fetch_all(connection, ApiToken, query)


async def revoke(connection: AsyncConnection, principal_id: UUID, token_id: UUID | None = None) -> list[bytes]:
    """Revoke a principal's token, or all of them, with the tokens and sessions that came to be by them. Return the
    hashes of all, or nothing if there is no such token."""
    rows = await run(connection, _OWN, id=token_id, principal_id=principal_id)
    return await origins.revoke_with(connection, [row.id for row in rows])
