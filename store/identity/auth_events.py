"""The audit log of sign-ins, tokens and roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.identity import AuthEventKind
from store.statement import run

_RECORD: LiteralString = """
INSERT INTO auth_event (id, kind, principal_id, actor, actor_id, address, data, created_at)
VALUES (%(id)s, %(kind)s, %(principal_id)s, %(actor)s, %(actor_id)s, %(address)s, %(data)s, clock_timestamp())
"""


# By id, which is a UUIDv7, and so by time.
_LIST: LiteralString = """
SELECT auth_event.id, auth_event.kind, actor, actor_id, principal_id, principal.name, address, data,
       auth_event.created_at
FROM auth_event LEFT JOIN principal ON principal.id = auth_event.principal_id
WHERE (%(kind)s::text IS NULL OR auth_event.kind = %(kind)s)
  AND (%(principal_id)s::uuid IS NULL OR principal_id = %(principal_id)s)
  AND (%(before)s::uuid IS NULL OR auth_event.id < %(before)s)
ORDER BY auth_event.id DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class AuditedEvent:
    """What `actor` did, and to whom: `name` is the principal's."""

    id: UUID
    kind: AuthEventKind
    actor: str
    actor_id: UUID | None
    principal_id: UUID | None
    name: str | None
    address: str | None
    data: dict[str, Any]
    created_at: datetime


async def record(
    connection: AsyncConnection,
    kind: AuthEventKind,
    principal_id: UUID | None,
    actor: str,
    address: str | None,
    actor_id: UUID | None = None,
    **data: Any,
) -> None:
    """Record what `actor` did to a principal, or to what it has, in the transaction that does it. `actor_id` tells it
    from others of that name."""
    about = {"principal_id": principal_id, "data": Jsonb(data)}
    values = about | {"actor": actor, "actor_id": actor_id, "address": address}
    await run(connection, _RECORD, id=uuid7(), kind=str(kind), **values)


async def newest(
    connection: AsyncConnection,
    *,
    kind: AuthEventKind | None,
    principal_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> list[AuditedEvent]:
    """Return the events before one, newest first."""
    values = {"kind": None if kind is None else str(kind), "principal_id": principal_id, "before": before}
    rows = await run(connection, _LIST, limit=limit, **values)
    return [AuditedEvent(**(row._asdict() | {"kind": AuthEventKind(row.kind)})) for row in rows]
