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
from store.identity.secrets import hash_of, new_token
from store.rows import fetch_all, model_of
from store.statement import run

_CREATE: LiteralString = """
INSERT INTO api_token (id, token_hash, principal_id, name, scopes, project_id, created_at, expires_at)
VALUES (%(id)s, %(token_hash)s, %(principal_id)s, %(name)s, %(scopes)s, %(project_id)s, clock_timestamp(),
        clock_timestamp() + %(lifetime)s)
RETURNING *
"""

_REVOKE: LiteralString = """
UPDATE api_token SET revoked_at = clock_timestamp()
WHERE id = %(id)s AND principal_id = %(principal_id)s AND revoked_at IS NULL
RETURNING token_hash
"""


_REVOKE_ALL: LiteralString = """
UPDATE api_token SET revoked_at = clock_timestamp() WHERE principal_id = %(principal_id)s AND revoked_at IS NULL
RETURNING token_hash
"""


async def create(
    connection: AsyncConnection,
    principal_id: UUID,
    name: str,
    scopes: Iterable[Permission],
    project_id: UUID | None,
    lifetime: timedelta,
) -> tuple[ApiToken, str]:
    """Create a token. Return its row, and the token itself, which is stored nowhere."""
    token = new_token()
    values = {"name": name, "scopes": sorted(str(scope) for scope in scopes), "project_id": project_id}
    hashed, id = hash_of(token), uuid7()
    rows = await run(
        connection, _CREATE, id=id, token_hash=hashed, principal_id=principal_id, lifetime=lifetime, **values
    )
    return model_of(ApiToken, rows[0]), token


async def of_principal(connection: AsyncConnection, principal_id: UUID) -> list[ApiToken]:
    """Return a principal's tokens that were not revoked, newest first; also expired ones."""
    query = (
        select(API_TOKEN)
        .where(API_TOKEN.c.principal_id == principal_id, API_TOKEN.c.revoked_at.is_(None))
        .order_by(API_TOKEN.c.id.desc())
    )
    return await fetch_all(connection, ApiToken, query)


async def revoke(connection: AsyncConnection, token_id: UUID, principal_id: UUID) -> bytes | None:
    """Revoke a principal's token. Return its hash, or None if it has no such token."""
    rows = await run(connection, _REVOKE, id=token_id, principal_id=principal_id)
    return bytes(rows[0].token_hash) if rows else None


async def revoke_all(connection: AsyncConnection, principal_id: UUID) -> list[bytes]:
    """Revoke a principal's tokens. Return their hashes."""
    return [bytes(row.token_hash) for row in await run(connection, _REVOKE_ALL, principal_id=principal_id)]
