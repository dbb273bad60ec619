"""The audit log of sign-ins, tokens and roles."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.identity import AuthEventKind
from store.statement import run

_RECORD: LiteralString = """
INSERT INTO auth_event (id, kind, principal_id, actor, address, data, created_at)
VALUES (%(id)s, %(kind)s, %(principal_id)s, %(actor)s, %(address)s, %(data)s, clock_timestamp())
"""


async def record(
    connection: AsyncConnection,
    kind: AuthEventKind,
    principal_id: UUID | None,
    actor: str,
    address: str | None,
    **data: Any,
) -> None:
    """Record what `actor` did to a principal, or to what it has, in the transaction that does it."""
    values = {"principal_id": principal_id, "actor": actor, "address": address, "data": Jsonb(data)}
    await run(connection, _RECORD, id=uuid7(), kind=str(kind), **values)
