"""The lock of HITL requests, under which responses to them are recorded, and what they have to fit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from models.contracts.approvals import Approvals
from models.contracts.enums import HitlStatus
from store.statement import run
from store.transaction import Transaction

# Not FOR UPDATE: a row that refers to the request may be written meanwhile.
_LOCK: LiteralString = """
SELECT id, status, subject_hash, approvals, needs_person, takes_unsigned,
       ARRAY(SELECT public_key FROM signing_key WHERE public_key = ANY(%(keys)s)) AS known_keys,
       ARRAY(SELECT id FROM hitl_decision
             WHERE request_id = hitl_request.id AND hitl_decision.id = ANY(%(decision_ids)s)) AS judged
FROM hitl_request WHERE project_id = %(project_id)s AND id = ANY(%(ids)s)
ORDER BY id
FOR NO KEY UPDATE OF hitl_request
"""


@dataclass(frozen=True, slots=True)
class LockedRequest:
    """What a response has to fit. `known_keys` are those of the given keys that are registered, and `judged` those
    of the given decisions that are in the history already."""

    is_open: bool
    subject_hash: str | None
    approvals: Approvals | None
    needs_person: bool
    takes_unsigned: bool
    known_keys: frozenset[str]
    judged: frozenset[UUID]


async def lock(
    tx: Transaction, request_ids: Collection[UUID], keys: Collection[str], decision_ids: Collection[UUID]
) -> dict[UUID, LockedRequest]:
    """Lock those of the requests that the project has until the end of the transaction, and return them by id."""
    given = {"ids": list(request_ids), "keys": list(keys), "decision_ids": list(decision_ids)}
    rows = await run(tx.connection, _LOCK, project_id=tx.project_id, **given)
    return {
        row.id: LockedRequest(
            is_open=row.status == HitlStatus.PENDING,
            subject_hash=row.subject_hash,
            approvals=Approvals.model_validate(row.approvals) if row.approvals else None,
            needs_person=row.needs_person,
            takes_unsigned=row.takes_unsigned,
            known_keys=frozenset(row.known_keys),
            judged=frozenset(row.judged),
        )
        for row in rows
    }
