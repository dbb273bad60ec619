"""Requests are bound to their subject from the start, and take no response that no API has signed: on a new
installation before its first API has registered a key, and after an update."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from activities.records import Records
from models.contracts.enums import HitlAction, ResponseOutcome
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.records import RecordResponsesInput
from models.tables import HITL_REQUEST, HitlRequest
from store import events, hitl, hitl_decisions, signatures
from store.transaction import Store
from tests.activities.first_step import Run, a_step

OURS = Ed25519PrivateKey.generate()


async def open_request(store: Store, run: Run, **columns: Any) -> HitlRequest:
    """Open a request while no key is registered, and set some of its columns."""
    async with store.writing() as connection:
        await connection.execute(text("DELETE FROM signing_key"))
    step = await a_step(store)
    await run(step)
    async with store.writing() as connection:
        if columns:
            mine = HITL_REQUEST.c.id == step.request_id
            await connection.execute(HITL_REQUEST.update().where(mine).values(**columns))
        request = await hitl.get(connection, step.request_id)
    assert request is not None
    return request


async def approve(store: Store, request: HitlRequest, key: Ed25519PrivateKey | None) -> str:
    """Record an approval, signed with a key or by nobody. Return the status of its request."""
    response = HitlResponse(
        request_id=request.id,
        decision_id=uuid4(),
        action=HitlAction.APPROVE,
        responded_at=datetime.now(UTC),
        subject_hash=request.subject_hash,
    )
    response = signatures.sign(response, key) if key else response
    judged = JudgedResponse(response=response, outcome=ResponseOutcome.APPLIED)
    await Records(store).record_responses(RecordResponsesInput(project_id=request.project_id, responses=(judged,)))
    async with store.reading() as connection:
        current, kept = await hitl_decisions.with_request(connection, request.id, [response.decision_id])
    assert current is not None
    assert bool(kept) == (current.status == "approved")
    return current.status


async def test_before_the_first_api_has_started_no_response_counts(store: Store, run: Run) -> None:
    request = await open_request(store, run)
    assert len(request.subject_hash or "") == 64
    for forged in (None, Ed25519PrivateKey.generate(), OURS):
        assert await approve(store, request, forged) == "pending"
    async with store.reading() as connection:
        log = await events.since(connection, request.project_id, 0)
        problems = [each.data["message"] for each in log if each.event_type == "error"]
        await signatures.register(connection, signatures.public_key(OURS))
    assert ["no API has signed it" in each or "unknown key" in each for each in problems] == [True] * 3
    assert await approve(store, request, OURS) == "approved"


@pytest.mark.parametrize(("takes_unsigned", "status"), [(True, "approved"), (False, "pending")])
async def test_only_what_was_open_at_the_update_takes_an_unsigned_response(
    store: Store, run: Run, takes_unsigned: bool, status: str
) -> None:
    """A worker of an earlier version that still runs after the migration opens requests without a subject, too."""
    request = await open_request(store, run, subject_hash=None, takes_unsigned=takes_unsigned)
    assert await approve(store, request, None) == status
