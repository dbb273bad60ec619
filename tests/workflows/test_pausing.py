"""Pausing and resuming a project: steps, gates, and their deadlines."""

from __future__ import annotations

from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

from models.contracts.enums import EventType
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, PLAN, TWO_STAGES, Held, Script, pipeline


async def test_no_step_starts_while_paused_and_a_running_one_finishes(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("plan", held)
    story = await begin(pipeline(PLAN, BUILD))
    await held.begun.wait()
    await story.handle.signal("pause")
    await story.status("paused")
    held.let_go.set()
    await story.event(EventType.TASK_COMPLETED)
    assert (await story.view("accepted")).status == "paused"
    assert script.assignments["build"] == []
    assert (await story.project()).status == "paused"
    await story.handle.signal("resume")
    assert (await story.result()).status == "completed"
    told = [one.data["status"] for one in await story.events(EventType.WORKFLOW_EVENT)]
    assert told == ["starting", "active", "paused", "active", "completed"]


async def test_gates_accept_responses_while_paused(begin: Begin, script: Script) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await story.handle.signal("pause")
    await story.status("paused")
    kept = await story.judged(await story.respond(request, "approve"))
    assert kept.outcome == "applied"
    project = await story.project()
    assert (project.status, project.open_requests) == ("paused", 0)
    assert script.assignments["build"] == []
    await story.handle.signal("resume")
    assert (await story.result()).status == "completed"


MONTH, HOUR = timedelta(days=30), timedelta(hours=1)


async def test_a_deadline_is_held_while_the_project_is_paused(begin: Begin, engine: WorkflowEnvironment) -> None:
    story = await begin(TWO_STAGES)
    first = (await story.request("plan")).expires_at
    for pauses in (1, 2):
        await story.handle.signal("pause")
        await story.status("paused")
        await engine.sleep(MONTH)
        assert (await story.project()).status == "paused"
        await story.handle.signal("resume")
        await story.status("waiting")
        (request,) = await story.requests()
        assert (request.status, abs(request.expires_at - first - pauses * MONTH) < HOUR) == ("pending", True)
    # The rest of the day starts to count again.
    await engine.sleep(22 * HOUR)
    assert (await story.project()).status == "waiting"
    await engine.sleep(3 * HOUR)
    await story.status("failed")
    assert [one.status for one in await story.requests()] == ["expired"]


async def test_a_gate_that_opens_during_a_pause_keeps_its_full_deadline(
    begin: Begin, engine: WorkflowEnvironment, script: Script
) -> None:
    held = Held()
    script.on("plan", held)
    story = await begin(TWO_STAGES)
    await held.begun.wait()
    await story.handle.signal("pause")
    await story.status("paused")
    held.let_go.set()
    request = await story.request("plan")
    assert (await story.view("waiting for a decision")).status == "paused"
    await engine.sleep(MONTH)
    await story.handle.signal("resume")
    await story.status("waiting")
    (after,) = await story.requests()
    assert (after.status, abs(after.expires_at - request.expires_at - MONTH) < HOUR) == ("pending", True)
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"


async def test_resuming_at_an_open_gate_returns_to_waiting(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await story.handle.signal("pause")
    await story.status("paused")
    await story.handle.signal("resume")
    await story.status("waiting")
    await story.respond(request, "approve")
    await story.result()


async def test_pausing_is_idempotent_and_can_be_repeated_after_resuming(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    for _ in range(2):
        await story.handle.signal("resume")  # it is not paused
        await story.handle.signal("pause")
        await story.handle.signal("pause")
        await story.status("paused")
        await story.handle.signal("resume")
        await story.status("waiting")
    await story.respond(request, "approve")
    await story.result()
    told = [one.data["status"] for one in await story.events(EventType.WORKFLOW_EVENT)]
    assert told == ["starting", "active", "paused", "active", "paused", "active", "completed"]
