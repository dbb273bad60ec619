"""Local accounts: how people sign in with a password."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from store.identity import origins
from store.statement import run

_SET: LiteralString = """
INSERT INTO account (principal_id, login, password_hash, changed_at)
VALUES (%(principal_id)s, %(login)s, %(password_hash)s, clock_timestamp())
ON CONFLICT (principal_id) DO UPDATE
SET login = excluded.login, password_hash = excluded.password_hash, changed_at = excluded.changed_at
"""

_FIND: LiteralString = """
SELECT account.principal_id, account.login, account.password_hash, principal.name
FROM account JOIN principal ON principal.id = account.principal_id AND principal.disabled_at IS NULL
"""


class LoginTakenError(Exception):
    """Another person signs in under this name."""


async def set_account(connection: AsyncConnection, principal_id: UUID, login: str, password_hash: str) -> None:
    """Give a person an account, or replace its login and its password.

    Raises:
        LoginTakenError: another person has this login. The transaction cannot be used any more.
    """
    await origins.lock(connection, principal_id)
    try:
        await run(connection, _SET, principal_id=principal_id, login=login, password_hash=password_hash)
    except psycopg.errors.UniqueViolation:
        raise LoginTakenError(login) from None


async def by_login(connection: AsyncConnection, login: str) -> Any | None:
    """Return the account of a person who is not disabled, with `principal_id`, `name` and `password_hash`."""
    rows = await run(connection, _FIND + "WHERE account.login = %(login)s", login=login)
    return rows[0] if rows else None


async def is_unchanged(connection: AsyncConnection, account: Any) -> bool:
    """Return whether an account that was read before still has this password, until this transaction ends: a change
    of it locks the person first."""
    await origins.lock(connection, account.principal_id)
    current = await of_principal(connection, account.principal_id)
    return current is not None and current.password_hash == account.password_hash


async def of_principal(connection: AsyncConnection, principal_id: UUID) -> Any | None:
    """Return a person's account, or None if it has none."""
    rows = await run(connection, _FIND + "WHERE account.principal_id = %(id)s", id=principal_id)
    return rows[0] if rows else None
