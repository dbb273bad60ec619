"""The subject of a HITL request, which a response is bound to: everything that it asks about, as one hash.

SHA-256 over the subject as canonical JSON (RFC 8785), so that every program computes the same. A deadline is not part
of it: an extension changes nothing about what is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

import rfc8785
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.budget import Shortage
from models.contracts.contract import storable
from models.contracts.enums import HitlReason, Verdict
from models.contracts.handoff import ArtifactRef, StepInput
from models.contracts.tool_permission import ToolCall
from store.statement import run

LOCK: LiteralString = "pg_advisory_xact_lock(hashtextextended('consumed ' || %(project_id)s::text, 0))"
"""Under which a request opens, and what steps consumed is replaced."""

# In one round trip: a version never changes, so it may be read before the lock is held.
_CONSUMED: LiteralString = """
SELECT id, content_hash FROM artifact, (SELECT {lock}) AS locked WHERE id = ANY(%(ids)s)
""".replace("{lock}", LOCK)


async def consumed(connection: AsyncConnection, project_id: UUID, context_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the content hashes of the artifacts that a step reads, and let nobody replace them until the transaction
    ends."""
    if not context_ids:
        return {}
    rows = await run(connection, _CONSUMED, ids=list(context_ids), project_id=project_id)
    return {row.id: row.content_hash for row in rows}


def hash_of(
    step: StepInput,
    reason: HitlReason,
    question: str,
    artifacts: Sequence[ArtifactRef],
    consumed: Mapping[UUID, str],
    *,
    shortage: Shortage | None = None,
    tool_call: ToolCall | None = None,
    cause: str | None = None,
    supplies: str | None = None,
    needs_person: bool = False,
    verdict: Verdict | None = None,
    confidence: float | None = None,
) -> str:
    """Return the hash of the subject of a step's request, in hexadecimal digits.

    The request's own id is part of it, so that a response to one round is never one to another, even if both have the
    same bytes. Of a tool's call it has the digest that the permission is bound to.
    """
    gate = step.gate
    subject: dict[str, Any] = {
        "request_id": str(step.request_id),
        "stage": step.handoff.phase,
        "round": step.round,
        "question": question,
        "reason": str(reason),
        "cause": cause,
        "artifacts": [one.model_dump(mode="json") for one in artifacts],
        "consumed": [[str(each), consumed[each]] for each in step.handoff.context_ids if each in consumed],
        "verdict": verdict and str(verdict),
        "confidence": confidence,
        "form": {
            "may_redo": step.round < gate.max_rounds,
            "supplies": supplies,
            "shortage": shortage and shortage.model_dump(mode="json"),
            "tool_call": tool_call and {"tool": tool_call.tool, "digest": tool_call.digest},
        },
        "policy": {"needs_person": needs_person, "on_expiry": str(gate.on_expiry)},
    }
    if gate.approvals is not None:  # left out otherwise, so that the subjects of earlier versions keep their hash
        subject["policy"]["approvals"] = gate.approvals.model_dump(mode="json")
    return hashlib.sha256(canonical(subject)).hexdigest()


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON. Half a surrogate pair, which UTF-8 lacks, is replaced as in the records."""
    return rfc8785.dumps(_storable(value))


def _storable(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {name: _storable(each) for name, each in value.items()}
        case list():
            return [_storable(each) for each in value]
        case _:
            return value
