"""A response decides only if an API has signed it, and only about what its request asks."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from crew.protocol import AgentError
from models.contracts.approvals import Voter
from models.contracts.enums import EventType, HitlAction
from models.contracts.hitl import HitlResponse
from models.contracts.identity import AccessRole
from models.tables import HITL_REQUEST, HitlRequest
from store import signatures
from store.identity import principals
from tests.waiting import eventually
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import (
    BUILD,
    GATE,
    PLAN,
    TWO_STAGES,
    Script,
    Story,
    answer,
    later_deadline,
    pipeline,
    raises,
    works,
)

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
DESIGN = {"name": "design", "agent": "architect", "consumes": ["project_plan"], "produces": ["system_architecture"]}
BROKEN = raises(AgentError("The model is unavailable.", retryable=False))

FORGERIES: dict[str, Callable[[HitlResponse], HitlResponse]] = {
    "not signed": lambda one: one.model_copy(update={"signature": None}),
    "signed by somebody": lambda one: signatures.sign(one, Ed25519PrivateKey.generate()),
    "another action": lambda one: one.model_copy(update={"action": HitlAction.REJECT, "comment": "No."}),
    "another person": lambda one: one.model_copy(update={"responder": "Ada"}),
    "another decision": lambda one: one.model_copy(update={"decision_id": uuid4()}),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=list(FORGERIES))
async def test_a_forged_response_decides_nothing_and_is_an_error_event(
    begin: Begin, forge: Callable[[HitlResponse], HitlResponse]
) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    genuine = answer(request, "approve")
    await story.handle.signal("respond", forge(genuine))
    error = await story.event(EventType.ERROR)
    assert str(request.id) in error.data["message"]
    assert "not applied" in error.data["message"]
    assert await story.history(request) == []
    await story.handle.signal("respond", genuine)
    assert (await story.result()).status == "completed"
    assert [(one.id, one.outcome) for one in await story.history(request)] == [(genuine.decision_id, "applied")]
    assert len(await story.events(EventType.ERROR)) == 1


async def test_a_forged_response_that_comes_first_does_not_supersede_a_genuine_one(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    forged = answer(request, "reject", comment="No.").model_copy(update={"signature": None})
    genuine = answer(request, "approve")
    await story.handle.signal("respond", forged)
    await story.handle.signal("respond", genuine)
    assert (await story.result()).status == "completed"
    assert [one.id for one in await story.history(request)] == [genuine.decision_id]


@pytest.mark.parametrize("forged_first", [True, False])
async def test_a_forged_response_with_the_id_of_a_genuine_one_does_not_take_its_place(
    begin: Begin, forged_first: bool
) -> None:
    """Both wait at the gate at once, behind a response that is being recorded."""
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    genuine = answer(request, "approve")
    forged = genuine.model_copy(update={"action": HitlAction.REJECT, "comment": "No."})

    async def worker_waits() -> bool:
        async with story.store.reading() as connection:
            return bool(await connection.scalar(text(WAITING)))

    async with story.store.writing() as connection:
        row = HITL_REQUEST.c.id == request.id
        await connection.execute(HITL_REQUEST.update().where(row).values(question="?"))
        await story.respond(request, "approve", subject_hash="0" * 64)
        await eventually(worker_waits)
        for response in (forged, genuine) if forged_first else (genuine, forged):
            await story.handle.signal("respond", response)
    assert (await story.result()).status == "completed"
    history = {one.id: (one.action, one.outcome) for one in await story.history(request)}
    assert len(history) == 2
    assert history[genuine.decision_id] == ("approve", "applied")
    assert "not applied" in (await story.event(EventType.ERROR)).data["message"]
    assert (await story.event(EventType.HITL_RESPONSE)).data["action"] == "approve"


async def test_a_response_that_was_sent_twice_is_recorded_once(begin: Begin) -> None:
    """An API signs it again, with the time of that moment."""
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    first = answer(request, "approve")
    async with story.store.writing() as connection:
        row = HITL_REQUEST.c.id == request.id
        await connection.execute(HITL_REQUEST.update().where(row).values(question="?"))
        await story.respond(request, "approve", subject_hash="0" * 64)
        for response in (first, answer(request, "approve", decision_id=first.decision_id)):
            await story.handle.signal("respond", response)
    assert (await story.result()).status == "completed"
    assert sorted(one.outcome for one in await story.history(request)) == ["applied", "refused"]
    assert await story.events(EventType.ERROR) == []


async def test_a_response_that_was_refused_is_not_applied_when_somebody_sends_it_again(begin: Begin) -> None:
    """It is in Temporal's history, which a local process can read, and what it was refused for may have changed."""
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    bo = Voter(principal_id=uuid4(), name="Bo")
    early = await story.respond(request, "approve", voter=bo)
    assert (await story.judged(early)).outcome == "refused"
    async with story.store.writing() as connection:
        await principals.add(connection, "Bo", [AccessRole.APPROVER], "human", id=bo.principal_id)
    await story.handle.signal("respond", early)
    unknown = await story.judged(await story.respond(request, "approve", voter=bo, subject_hash="0" * 64))
    assert unknown.outcome == "refused"  # judged after the one that was sent again
    assert {each.status for each in await story.requests()} == {"pending"}
    again = await story.respond(request, "approve", voter=bo)
    assert (await story.result()).status == "completed"
    assert (await story.judged(again)).voter == bo.model_dump(mode="json")


async def test_a_response_to_another_subject_is_refused_and_the_gate_stays_open(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    for seen in ("0" * 64, None):
        stale = await story.judged(await story.respond(request, "approve", subject_hash=seen))
        assert stale.outcome == "refused"
        assert (request.subject_hash or "")[:12] in (stale.explanation or "")
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"


async def test_a_response_to_a_request_of_an_earlier_version_counts_once_and_is_marked(begin: Begin) -> None:
    """Requests that were open during the update have no subject, and the API then may not have signed."""
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    async with story.store.transaction(story.id) as tx:
        await tx.connection.execute(HITL_REQUEST.update().values(subject_hash=None, takes_unsigned=True))
    bare = answer(request, "approve", subject_hash=None).model_copy(update={"signature": None})
    for _ in range(2):
        await story.handle.signal("respond", bare)
    assert (await story.result()).status == "completed"
    (kept,) = await story.history(request)
    assert (kept.outcome, kept.subject_hash, kept.signature) == ("applied", None, None)
    assert (await story.event(EventType.HITL_RESPONSE)).data["legacy"] is True


async def test_a_reopened_stage_asks_again_about_another_subject_and_no_response_carries_over(
    begin: Begin, script: Script
) -> None:
    """The plan is redone while the design waits for a decision: its request is closed, and a new one opens."""
    script.on("build", BROKEN, works)
    story = await begin(pipeline(PLAN, DESIGN | GATE, BUILD))
    before = await story.request("design")
    failed = await story.request("build")
    redone = await story.judged(await story.respond(failed, "amend", comment="Smaller.", redo="plan"))
    assert redone.outcome == "applied"
    after = await story.request("design", round=2)
    (closed,) = [each for each in await story.requests() if each.id == before.id]
    assert closed.status == "cancelled"
    assert before.subject_hash not in (None, after.subject_hash)
    assert (await story.judged(await story.respond(before, "approve"))).outcome == "superseded"
    carried = await story.respond(after, "approve", subject_hash=before.subject_hash)
    assert (await story.judged(carried)).outcome == "refused"
    await story.respond(after, "approve")
    assert (await story.result()).status == "completed"


async def test_a_later_deadline_and_a_pause_do_not_change_the_subject(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    later = later_deadline(request)
    await story.handle.signal("extend", later)
    await story.event(EventType.HITL_EXTENDED)
    await story.handle.signal("pause")
    await story.status("paused")
    await story.handle.signal("resume")
    await story.status("waiting")
    assert (await _now(story, request)).subject_hash == request.subject_hash
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"


async def _now(story: Story, request: HitlRequest) -> HitlRequest:
    async def look() -> HitlRequest | None:
        return next((each for each in await story.requests() if each.id == request.id), None)

    return await eventually(look)
