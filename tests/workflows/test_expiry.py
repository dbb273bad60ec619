"""Deadlines: a day passes in milliseconds."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from crew.protocol import AgentError
from models.contracts.enums import EventType
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import (
    BUILD,
    PLAN,
    TWO_STAGES,
    Script,
    Story,
    pipeline,
    raises,
)

DAY = timedelta(hours=24)


async def fails(story: Story) -> str:
    with pytest.raises(WorkflowFailureError) as failure:
        await story.result()
    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == "ProjectFailed"
    return failure.value.cause.message


async def test_an_expired_gate_halts_the_project(begin: Begin, engine: WorkflowEnvironment) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    assert timedelta(0) <= request.expires_at - request.created_at - DAY < timedelta(seconds=5)
    await engine.sleep(DAY - timedelta(minutes=1))
    assert (await story.project()).status == "waiting"
    await engine.sleep(timedelta(minutes=2))
    assert await fails(story) == "no decision on plan before its deadline"
    project = await story.project()
    assert (project.status, project.reason, project.open_requests) == (
        "failed",
        "no decision on plan before its deadline",
        0,
    )
    (told,) = await story.events(EventType.HITL_EXPIRED)
    assert (told.data["request_id"], told.data["accepted"]) == (str(request.id), False)
    assert [one.status for one in await story.requests()] == ["expired"]
    assert [(one.status, one.accepted) for one in await story.tasks()] == [("completed", False)]


async def test_an_expired_gate_may_approve(begin: Begin, script: Script, engine: WorkflowEnvironment) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"on_expiry": "approve", "expires_in": "90s"}}, BUILD))
    await story.request("plan")
    await engine.sleep(timedelta(seconds=91))
    assert (await story.result()).status == "completed"
    (plan,) = await story.artifacts("project_plan")
    assert plan.accepted_at is not None
    assert [one.status for one in await story.requests()] == ["expired"]
    assert (await story.events(EventType.HITL_EXPIRED))[0].data["accepted"] is True
    assert script.assignments["build"][0].inputs[1].artifact_id == plan.id


async def test_an_expired_gate_may_reject(begin: Begin, engine: WorkflowEnvironment) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"on_expiry": "reject", "expires_in": "30d"}}, BUILD))
    await story.request("plan")
    await engine.sleep(timedelta(days=30, minutes=1))
    result = await story.result()
    assert (result.status, result.reason) == ("rejected", "no decision on plan before its deadline")


async def test_an_expired_gate_of_a_failed_step_halts_the_project_because_it_has_nothing_to_approve(
    begin: Begin, script: Script, engine: WorkflowEnvironment
) -> None:
    script.on("plan", raises(AgentError("away", retryable=False)))
    story = await begin(pipeline(PLAN | {"gate": {"on_expiry": "approve"}}))
    await story.request("plan")
    await engine.sleep(DAY + timedelta(minutes=1))
    await fails(story)


@pytest.mark.parametrize("lead", [-1, 0, 1])
async def test_a_decision_that_races_with_its_deadline_has_the_same_outcome_everywhere(
    begin: Begin, engine: WorkflowEnvironment, lead: int
) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"on_expiry": "reject", "expires_in": "1h"}}))
    request = await story.request("plan")
    now = await engine.get_current_time()
    await engine.sleep(request.expires_at - now - timedelta(milliseconds=100))

    async def respond() -> bool:
        """Return whether the workflow was still running."""
        try:
            await story.respond(request, "approve")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    pass_deadline = engine.sleep(timedelta(milliseconds=100 + lead))
    heard = True in await asyncio.gather(*((respond(), pass_deadline) if lead < 0 else (pass_deadline, respond())))
    result = await story.result()
    (closed,) = await story.requests()
    kept = await story.history(request)
    expired = await story.events(EventType.HITL_EXPIRED)
    seen = (result.status, closed.status, [one.outcome for one in kept], len(expired), (await story.project()).status)
    assert seen in (
        ("completed", "approved", ["applied"], 0, "completed"),
        ("rejected", "expired", ["superseded"] if heard else [], 1, "rejected"),
    )
