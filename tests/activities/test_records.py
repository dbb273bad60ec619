"""What is recorded of decisions, expiries and problems is recorded once, however often the activity runs."""

from __future__ import annotations

from temporalio.testing import ActivityEnvironment
from uuid_utils.compat import uuid7

from activities.records import Records
from models.contracts.enums import EventType, HitlAction, HitlStatus, ProjectStatus, ResponseOutcome
from models.contracts.hitl import JudgedResponse
from models.contracts.records import (
    CheckResponseInput,
    RecordExpiryInput,
    RecordProblemInput,
    RecordResponsesInput,
    RecordStatusInput,
)
from store import events, hitl
from store.transaction import Store
from tests.activities.first_step import Run, a_step, response_to, written
from tests.workflows.crew_under_test import answer


async def test_decisions_are_recorded_once_however_often_the_activity_runs(store: Store, run: Run) -> None:
    records = Records(store)
    step = await a_step(store)
    result = await run(step)
    assert result.request is not None
    applied = JudgedResponse(
        response=await response_to(store, step.request_id, "approve"), outcome=ResponseOutcome.APPLIED
    )
    foreign = JudgedResponse(
        response=answer(uuid7(), "approve"), outcome=ResponseOutcome.SUPERSEDED, explanation="not open"
    )
    judged = RecordResponsesInput(project_id=step.project_id, responses=(applied, foreign))
    recorded = await ActivityEnvironment().run(records.record_responses, judged)
    assert recorded.accepted == result.artifacts
    before = await written(store, step.project_id)
    again = await ActivityEnvironment().run(records.record_responses, judged)
    assert again == recorded
    # An expiry after the decision changes nothing either.
    expiry = RecordExpiryInput(project_id=step.project_id, request_id=step.request_id, accepts=False)
    await ActivityEnvironment().run(records.record_expiry, expiry)
    assert await written(store, step.project_id) == before


async def test_a_response_to_an_unknown_request_is_recorded_once_and_stays_unknown(store: Store, run: Run) -> None:
    records = Records(store)
    step = await a_step(store)
    early = CheckResponseInput(project_id=step.project_id, response=answer(step.request_id, "approve"))
    known = []
    for _ in range(2):
        known.append((await ActivityEnvironment().run(records.check_response, early)).known)
    await run(step)
    before = await written(store, step.project_id)
    in_time = early.model_copy(update={"response": answer(step.request_id, "approve")})
    for check in (early, in_time, in_time):
        known.append((await ActivityEnvironment().run(records.check_response, check)).known)
    assert known == [False, False, False, True, True]
    assert await written(store, step.project_id) == before
    async with store.reading() as connection:
        log = await events.since(connection, step.project_id, 0)
    assert [one.event_type for one in log].count(EventType.ERROR) == 1


async def test_a_forged_response_that_is_early_does_not_use_up_its_decision_id(store: Store, run: Run) -> None:
    """The id of a request is known before it opens, and so may be the id of a decision on it."""
    records = Records(store)
    step = await a_step(store)
    genuine = answer(step.request_id, "approve")
    forged = genuine.model_copy(update={"action": HitlAction.REJECT, "comment": "No.", "signature": None})
    known = []
    check = CheckResponseInput(project_id=step.project_id, response=forged)
    known.append((await ActivityEnvironment().run(records.check_response, check)).known)
    await run(step)
    check = CheckResponseInput(project_id=step.project_id, response=genuine)
    known.append((await ActivityEnvironment().run(records.check_response, check)).known)
    assert known == [False, True]


async def test_an_expiry_a_status_and_a_problem_are_recorded_once(store: Store, run: Run) -> None:
    records = Records(store)
    step = await a_step(store)
    await run(step)
    previous_versions = []
    for _ in range(2):
        await ActivityEnvironment().run(
            records.record_expiry,
            RecordExpiryInput(project_id=step.project_id, request_id=step.request_id, accepts=True),
        )
        await ActivityEnvironment().run(
            records.record_problem, RecordProblemInput(project_id=step.project_id, message="odd \x00", key="1")
        )
        await ActivityEnvironment().run(
            records.record_status,
            RecordStatusInput(project_id=step.project_id, status=ProjectStatus.FAILED, key="failed", reason="so"),
        )
        previous_versions.append(await written(store, step.project_id))
    assert previous_versions[0] == previous_versions[1]
    async with store.reading() as connection:
        (request,) = await hitl.find(connection, project_id=step.project_id)
    assert request.status == HitlStatus.EXPIRED
