"""Responses that are early, late, misdirected or invalid: each is recorded and none does harm."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from uuid_utils.compat import uuid7

from models.contracts.enums import EventType
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import TWO_STAGES, Held, Script, Story, answer
from tests.workflows.lost import request_of
from tests.workflows.malformed import MALFORMED, payload, signed_by_an_api

pytestmark = pytest.mark.long


async def signal(story: Story, name: str, *payloads: Payload) -> None:
    """Send a signal with exactly these payloads, as any Temporal client can."""
    await story.client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=story.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=story.handle.id),
            signal_name=name,
            input=Payloads(payloads=payloads),
        )
    )


@pytest.mark.parametrize("payloads", MALFORMED.values(), ids=list(MALFORMED))
async def test_an_unreadable_response_is_recorded_as_an_error_and_the_project_continues(
    begin: Begin, payloads: tuple[Payload, ...]
) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await signal(story, "respond", *payloads)
    error = await story.event(EventType.ERROR)
    assert "Unreadable response" in error.data["message"]
    assert len(error.data["message"]) <= 2000
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"
    assert len(await story.events(EventType.ERROR)) == 1


async def test_a_response_with_a_field_of_a_later_version_is_applied(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await signal(story, "respond", signed_by_an_api(request, a_later_field=1))
    await story.result()
    assert [one.outcome for one in await story.history(request)] == ["applied"]
    assert await story.events(EventType.ERROR) == []


@pytest.mark.parametrize("responded_at", ["2026-01-01T00:00:00+23:00", "2026-01-01T00:00:00", 1_700_000_000])
async def test_moments_are_stored_in_utc(begin: Begin, responded_at: object) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await signal(story, "respond", signed_by_an_api(request, responded_at=responded_at))
    await story.result()
    (kept,) = await story.history(request)
    assert kept.outcome == "applied"
    assert kept.responded_at.utcoffset() == datetime.now(UTC).utcoffset()


async def test_a_response_with_unknown_content_is_refused_and_the_gate_stays_open(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    missing = await story.judged(await story.respond(request, "amend", content_hash="0" * 64))
    assert missing.outcome == "refused"
    assert "0" * 64 in (missing.explanation or "")
    await story.respond(request, "approve")
    await story.result()
    assert [one.outcome for one in await story.history(request)] == ["refused", "applied"]


async def test_responses_that_lost_to_unknown_content_are_judged_again(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("plan", held)
    story = await begin(TWO_STAGES)
    await held.begun.wait()
    # All three arrive before the gate opens, and are judged together.
    held.let_go.set()
    request = await story.request("plan")
    first = answer(request, "amend", content_hash="0" * 64)
    second, third = answer(request, "approve"), answer(request, "reject", comment="no")
    async with story.undecided():
        await asyncio.gather(*(story.handle.signal("respond", one) for one in (first, second, third)))
    kept = {one.decision_id: (await story.judged(one)).outcome for one in (first, second, third)}
    assert kept[first.decision_id] in ("refused", "superseded")
    assert list(kept.values()).count("applied") == 1
    assert kept[first.decision_id] != "applied"


async def test_a_late_response_with_unknown_content_is_superseded(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("build", held)
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await story.respond(request, "approve")
    await held.begun.wait()
    late = await story.judged(await story.respond(request, "amend", content_hash="0" * 64))
    assert late.outcome == "superseded"
    held.let_go.set()
    await story.result()


async def test_a_losing_response_is_recorded_as_superseded(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("build", held)
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await story.respond(request, "approve", responder="ada")
    await held.begun.wait()
    late = await story.judged(await story.respond(request, "reject", comment="no", responder="bob"))
    assert (late.outcome, late.explanation) == ("superseded", "the request was no longer open")
    held.let_go.set()
    assert (await story.result()).status == "completed"


async def test_a_response_sent_as_the_step_commits_is_applied(begin: Begin, script: Script) -> None:
    """The request is visible, and can be answered, before the workflow receives the step's result."""
    story = await begin(TWO_STAGES)
    request = await story.request("plan")  # polled from the database: the signal races with the activity's result
    await story.respond(request, "approve")
    await story.result()
    assert [one.outcome for one in await story.history(request)] == ["applied"]


async def test_a_response_sent_while_the_step_runs_is_recorded_as_an_error(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("plan", held)
    story = await begin(TWO_STAGES)
    await held.begun.wait()
    early = await story.respond(request_of(story, "plan"), "reject", comment="I know already.")
    assert str(early.request_id) in (await story.event(EventType.ERROR)).data["message"]
    held.let_go.set()
    request = await story.request("plan")
    assert request.id == early.request_id
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"
    assert [one.outcome for one in await story.history(request)] == ["applied"]


async def test_a_response_to_an_unknown_request_is_recorded_as_an_error(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    foreign = uuid7()
    await story.respond(foreign, "approve")
    error = await story.event(EventType.ERROR)
    assert str(foreign) in error.data["message"]
    assert "this project does not have" in error.data["message"]
    await story.respond(request, "approve")
    await story.result()


async def test_a_response_to_another_project_s_request_changes_neither(begin: Begin) -> None:
    mine, theirs = await begin(TWO_STAGES), await begin(TWO_STAGES)
    my_request, their_request = await mine.request("plan"), await theirs.request("plan")
    await mine.respond(their_request, "reject", comment="not mine to reject")
    assert str(their_request.id) in (await mine.event(EventType.ERROR)).data["message"]
    assert await theirs.history(their_request) == []
    for story, request in ((mine, my_request), (theirs, their_request)):
        await story.respond(request, "approve")
        assert (await story.result()).status == "completed"


@pytest.mark.parametrize("name", ["pause", "resume"])
async def test_control_signals_ignore_arguments(begin: Begin, name: str) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await signal(story, "pause", *([payload(b'"now"'), payload(b"1")] if name == "pause" else []))
    await story.status("paused")
    await signal(story, "resume", *([payload(b"{}")] if name == "resume" else []))
    await story.status("waiting")
    await story.respond(request, "approve")
    await story.result()


async def test_an_unknown_signal_is_recorded_as_an_error_and_changes_nothing(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await signal(story, "abracadabra", payload(b"{}"))
    assert "abracadabra" in (await story.event(EventType.ERROR)).data["message"]
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"
