"""Idempotency keys: the calls of a project that were made already, and what they created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import IDEMPOTENCY_KEY
from store.statement import run
from store.transaction import Transaction

# Waits for a concurrent call with the same key, which either commits or leaves the key to this one.
_CLAIM: LiteralString = """
INSERT INTO idempotency_key (project_id, call, key, request_hash, made_id, created_at)
VALUES (%(project_id)s, %(call)s, %(key)s, %(request_hash)s, %(made_id)s, clock_timestamp())
ON CONFLICT DO NOTHING
RETURNING made_id
"""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A call that may be repeated: its name, its key, and the hash of its body."""

    call: str
    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """What an earlier call created, and the hash of its body."""

    id: UUID
    request_hash: str


async def claim(tx: Transaction, request: KeyedRequest, made_id: UUID) -> bool:
    """Write what the call creates in this transaction. Return False, and write nothing, if its key is taken."""
    rows = await run(
        tx.connection,
        _CLAIM,
        project_id=tx.project_id,
        call=request.call,
        key=request.key,
        request_hash=request.request_hash,
        made_id=made_id,
    )
    return bool(rows)


async def find(connection: AsyncConnection, project_id: UUID, request: KeyedRequest) -> EarlierResult | None:
    """Return what was created under the call's key, or None."""
    query = select(IDEMPOTENCY_KEY.c.made_id, IDEMPOTENCY_KEY.c.request_hash).where(
        IDEMPOTENCY_KEY.c.project_id == project_id,
        IDEMPOTENCY_KEY.c.call == request.call,
        IDEMPOTENCY_KEY.c.key == request.key,
    )
    row = (await connection.execute(query)).one_or_none()
    return EarlierResult(row.made_id, row.request_hash) if row else None
