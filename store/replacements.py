"""What the steps of open requests had consumed, and people replaced or withdrew since: such a request asks again.

The request stays, with its deadline; its subject is superseded by another one, so that a response to what was shown
before is refused. What a step has consumed, and who replaced it, is decided under a lock of the project: a request that
opens meanwhile either sees the replacement, or is seen by it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.event_data import HitlRequested
from models.contracts.replacement import Replacement
from store.statement import run
from store.subjects import LOCK, canonical
from store.transaction import Transaction

KEPT = 50
"""How many replacements a request keeps: the newest, and the last of each input, which says what it is now."""

_OPEN: LiteralString = """
SELECT request.*, task.handoff -> 'context_ids' AS consumed FROM hitl_request AS request
JOIN task ON task.id = request.task_id
WHERE request.project_id = %(project_id)s AND request.status = 'pending' AND request.subject_hash IS NOT NULL
  AND (%(id)s::uuid IS NULL OR request.id = %(id)s)
ORDER BY request.id
"""

# Of what was consumed: what replaces it. An artifact that was added is replaced by a later version that was given.
_REPLACED: LiteralString = """
SELECT named.id, newer.id AS replaced_by, newer.content_hash, coalesce(newer.given_by, own.withdrawn_by) AS by
FROM artifact AS named
LEFT JOIN given_context AS own ON own.artifact_id = named.id AND own.project_id = named.project_id
LEFT JOIN LATERAL (
    SELECT artifact.id, artifact.content_hash, given.given_by
    FROM artifact JOIN given_context AS given ON given.artifact_id = artifact.id AND given.withdrawn_at IS NULL
    WHERE given.project_id = named.project_id AND artifact.project_id = named.project_id
      AND artifact.type = named.type AND artifact.name = named.name AND artifact.version > named.version
      AND (given.replaces OR NOT own.replaces)
    ORDER BY artifact.version DESC LIMIT 1
) AS newer ON true
WHERE named.id = ANY(%(ids)s) AND named.project_id = %(project_id)s
  AND (newer.id IS NOT NULL OR own.withdrawn_at IS NOT NULL)
"""

# This locks the row, of those requests only that it changes: a response that is recorded at the same time waits, or has
# closed the request.
_SUPERSEDE: LiteralString = """
UPDATE hitl_request SET subject_hash = %(subject_hash)s, replaced = %(replaced)s
WHERE id = %(id)s AND status = 'pending'
RETURNING expires_at
"""


async def lock(connection: AsyncConnection, project_id: UUID) -> None:
    """Let nobody else replace what steps of the project consumed, nor open a request, until the transaction ends."""
    await run(connection, "SELECT {lock} IS NULL AS locked".replace("{lock}", LOCK), project_id=project_id)


async def supersede(tx: Transaction, by: str | None = None, request_id: UUID | None = None) -> None:
    """Let the project's open requests, or one of them, ask again if what their step consumed was replaced since they
    were opened, or last asked again. Call it under the lock."""
    requests = await run(tx.connection, _OPEN, project_id=tx.project_id, id=request_id)
    ids = {UUID(each) for request in requests for each in request.consumed or ()}
    if not ids:
        return
    rows = await run(tx.connection, _REPLACED, ids=list(ids), project_id=tx.project_id)
    found = {row.id: row for row in rows}
    for request in requests:
        changes = _changes(request, found, by, tx.principal_id)
        if changes:
            await _ask_again(tx, request, changes, found)


def _changes(request: Any, found: dict[UUID, Any], by: str | None, principal_id: UUID | None) -> list[Replacement]:
    """Return what differs from what the request knows already."""
    known = {UUID(each["artifact_id"]): each["replaced_by"] for each in request.replaced or ()}
    changes = []
    for consumed in map(UUID, request.consumed or ()):
        before = UUID(known[consumed]) if known.get(consumed) else None if consumed in known else consumed
        row = found.get(consumed)
        now = row.replaced_by if row else consumed
        if now != before:
            changes.append(
                Replacement(
                    artifact_id=consumed,
                    replaced_by=now,
                    by=by or (row.by if row else None) or "unknown",
                    principal_id=principal_id,
                    at=datetime.now(UTC),
                    subject_hash=request.subject_hash,
                )
            )
    return changes


def _newest(replaced: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those that a request keeps. Somebody may replace and withdraw without end."""
    last = {each["artifact_id"]: place for place, each in enumerate(replaced)}
    first = len(replaced) - KEPT
    return [each for place, each in enumerate(replaced) if place >= first or place == last[each["artifact_id"]]]


async def _ask_again(tx: Transaction, request: Any, changes: list[Replacement], found: dict[UUID, Any]) -> None:
    hashes = {row.replaced_by: row.content_hash for row in found.values()}
    subject = {
        "supersedes": request.subject_hash,
        "replaced": [
            [str(each.artifact_id), each.replaced_by and str(each.replaced_by), hashes.get(each.replaced_by)]
            for each in changes
        ],
    }
    subject_hash = hashlib.sha256(canonical(subject)).hexdigest()
    replaced = [*(request.replaced or ()), *(each.model_dump(mode="json") for each in changes)]
    values = {"subject_hash": subject_hash, "replaced": Jsonb(_newest(replaced))}
    rows = await run(tx.connection, _SUPERSEDE, id=request.id, **values)
    if not rows:  # it was decided in the meantime
        return
    asked = {
        **{name: getattr(request, name) for name in ("stage", "round", "reason", "question", "artifacts")},
        "request_id": request.id,
        "expires_at": rows[0].expires_at,
        "supersedes": request.subject_hash,
        "subject_hash": subject_hash,
    }
    # What is set is recorded, as when it opened.
    extra = {"needs_person": request.needs_person or None, "approvals": request.approvals}
    tx.record(
        HitlRequested.model_validate(asked | {name: value for name, value in extra.items() if value is not None}),
        key=f"request:{request.id}:{subject_hash}",
        task_id=request.task_id,
        agent_type=request.agent_type,
    )
