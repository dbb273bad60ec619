"""What a client of Temporal can do past the API: it decides nothing, and what it ends is reported."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from models.contracts.enums import EventType
from models.contracts.handoff import StepResult
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import GATE, PLAN, TWO_STAGES, Held, Script, later_deadline, pipeline


async def test_a_step_that_is_ended_past_its_worker_is_reported(begin: Begin, script: Script) -> None:
    """The gate asks nobody, since the workflow receives a result without a request; the records know that."""
    script.on("plan", held := Held())
    story = await begin(pipeline(PLAN | GATE))
    await held.begun.wait()
    (pending,) = (await story.handle.describe()).raw_description.pending_activities
    handle = story.client.get_async_activity_handle(
        workflow_id=story.handle.id, run_id=None, activity_id=pending.activity_id
    )
    plan = story.given.brief.model_copy(update={"type": "project_plan"})
    await handle.complete(StepResult(artifacts=(plan,)))
    assert (await story.result()).status == "completed"
    held.let_go.set()
    error = await story.event(EventType.ERROR)
    assert "although plan was open" in error.data["message"]
    assert await story.events(EventType.HITL_RESPONSE) == []
    assert [task.status for task in await story.tasks()] == ["cancelled"]


async def test_signals_without_a_signature_give_time_and_decide_nothing(begin: Begin) -> None:
    """Extensions, pauses and resumptions are not signed."""
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    later = request.expires_at + timedelta(hours=1)
    forged = later_deadline(request, extended_by="Ana")
    for name in ("pause", "resume"):
        await story.handle.signal(name)
    await story.handle.signal("extend", forged)
    assert (await story.event(EventType.HITL_EXTENDED)).data["extended_by"] == "Ana"
    sooner = forged.model_copy(update={"extension_id": uuid4(), "was": later, "expires_at": request.expires_at})
    await story.handle.signal("extend", sooner)
    assert "Unreadable extension" in (await story.event(EventType.ERROR)).data["message"]
    assert await story.history(request) == []
    assert [one.status for one in await story.requests()] == ["pending"]
