"""A project whose steps are stopped: nothing starts or expires, and decisions are recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from models.contracts.enums import EventType, HitlReason
from models.contracts.stops import StopTarget
from store.transaction import Store
from tests.activities.stops_under_test import release, release_all, stop
from tests.waiting import eventually
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, Held, Script, pipeline, works


@pytest_asyncio.fixture(autouse=True)
async def _nothing_stays_stopped(store: Store) -> AsyncIterator[None]:
    yield
    await release_all(store)


async def test_no_gate_expires_into_approval_while_a_stop_holds(
    begin: Begin, store: Store, engine: WorkflowEnvironment, script: Script
) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"on_expiry": "approve", "expires_in": "90s"}}, BUILD))
    before = await story.request("plan")
    stopped = await stop(store, StopTarget(project_id=story.id))
    await engine.sleep(timedelta(minutes=20))
    (request,) = await story.requests()
    assert (request.status, script.assignments["build"]) == ("pending", [])
    kept = await story.judged(await story.respond(request, "approve"))
    assert kept.outcome == "applied"
    assert script.assignments["build"] == []
    await release(store, stopped.id)
    assert (await story.result()).status == "completed"
    assert (await story.events(EventType.HITL_EXPIRED)) == []
    assert before.id == request.id


async def test_a_gate_expires_after_the_release(begin: Begin, store: Store, engine: WorkflowEnvironment) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"expires_in": "90s"}}))
    await story.request("plan")
    stopped = await stop(store)
    await engine.sleep(timedelta(minutes=20))
    (request,) = await story.requests()
    assert request.status == "pending"
    await release(store, stopped.id)
    await engine.sleep(timedelta(hours=2))
    await story.status("failed")
    assert [one.status for one in await story.requests()] == ["expired"]


async def test_a_step_that_is_stopped_continues_by_itself_after_the_release(
    begin: Begin, store: Store, script: Script
) -> None:
    held = Held()
    script.on("plan", held, works)
    story = await begin(pipeline(PLAN, BUILD))
    await held.begun.wait()
    stopped = await stop(store)
    await held.cancelled.wait()
    await release(store, stopped.id)
    assert (await story.result()).status == "completed"
    (task,) = await story.tasks("plan")
    assert (task.round, task.failures, task.starts) == (1, 0, 2)


async def test_a_short_step_waits_for_the_release_outside_of_the_workflow_task(
    begin: Begin, store: Store, script: Script
) -> None:
    script.short = True
    stopped = await stop(store)
    story = await begin(pipeline(PLAN, BUILD))
    history = story.handle

    async def waits() -> bool:
        """The step runs as a regular activity now."""
        description = await history.describe()
        return any(
            "plan" in each.activity_id or each.attempt for each in description.raw_description.pending_activities
        )

    await eventually(waits)
    assert script.assignments == {}
    await release(store, stopped.id)
    assert (await story.result()).status == "completed"


async def test_a_stopped_step_is_redone_with_advice(begin: Begin, store: Store, script: Script) -> None:
    held = Held()
    script.on("plan", held, works)
    story = await begin(pipeline(PLAN | GATE))
    await held.begun.wait()
    (task,) = await story.tasks()
    await stop(store, StopTarget(project_id=story.id, task_id=task.id), "It misses the point.")
    request = await story.request("plan")
    assert request.reason == HitlReason.STOPPED
    await story.respond(request, "amend", comment="Read the brief again.")
    second = await story.request("plan", round=2)
    assert second.reason == HitlReason.REVIEW
    assert script.assignments["plan"][1].feedback == "Read the brief again."
    await story.respond(second, "approve")
    assert (await story.result()).status == "completed"


@pytest.mark.parametrize("action", ["approve", "reject"])
async def test_a_stopped_step_continues_or_ends_as_its_gate_decides(
    begin: Begin, store: Store, script: Script, action: str
) -> None:
    held = Held()
    script.on("plan", held, works)
    story = await begin(pipeline(PLAN))
    await held.begun.wait()
    (task,) = await story.tasks()
    await stop(store, StopTarget(project_id=story.id, task_id=task.id))
    await story.respond(await story.request("plan"), action, comment="No." if action == "reject" else None)
    result = await story.result()
    if action == "reject":
        assert (result.status, result.reason) == ("rejected", "No.")
    else:
        (task,) = await story.tasks()
        assert (result.status, task.round, task.continued) == ("completed", 1, 1)
