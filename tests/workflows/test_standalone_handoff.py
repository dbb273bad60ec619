"""Standalone handoffs, outside the pipeline."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from temporalio.testing import WorkflowEnvironment
from uuid_utils.compat import uuid7

from config.settings import Settings
from crew.protocol import AgentError
from models.contracts.enums import EventType, HitlStatus, Oversight
from models.contracts.handoff import Handoff
from models.contracts.names import BuiltInRole
from models.contracts.workflow_state import HandoffResult
from models.tables import HitlRequest
from store import tasks
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import GATE, PLAN, Held, Script, Story, answer, pipeline, raises, works
from workflows.client import handoff_handle, start_handoff, task_workflow_id


class Alone:
    """A standalone task of a project that waits at its own gate."""

    def __init__(self, story: Story, task_id: UUID) -> None:
        self.story = story
        self.task_id = task_id
        self.handle = handoff_handle(story.client, task_workflow_id(task_id))

    async def request(self, round: int = 1) -> HitlRequest:
        return await self.story.request("task", round)

    async def result(self) -> HandoffResult:
        return await self.handle.result()


async def submit(begin: Begin, settings: Settings, oversight: Oversight | None = None) -> Alone:
    story = await begin(pipeline(PLAN | GATE), oversight)
    await story.request("plan")
    handoff = Handoff(
        to_agent=BuiltInRole.ARCHITECT,
        phase="task",
        instructions="Draw it.",
        context_ids=(story.given.brief.artifact_id,),
    )
    task_id = uuid7()
    async with story.store.transaction(story.id) as tx:
        await tasks.submit(tx, task_id, task_workflow_id(task_id), handoff)
    async with story.store.reading() as connection:
        task = await tasks.get(connection, task_id)
        assert task is not None
        assert task.status == "pending"
        given = await tasks.input_of(connection, task)
    for _ in range(2):  # the second one is harmless
        await start_handoff(story.client, settings.task_queue, given)
    return Alone(story, task_id)


async def test_a_standalone_handoff_has_a_separate_output(begin: Begin, script: Script, settings: Settings) -> None:
    alone = await submit(begin, settings)
    result = await alone.result()
    assert (result.task_id, result.accepted) == (alone.task_id, True)
    (output,) = await alone.story.artifacts("agent_output")
    assert [one.artifact_id for one in result.artifacts] == [output.id]
    assert (output.task_id, output.version) == (alone.task_id, 1)
    (task,) = await alone.story.tasks("task")
    assert (task.id, task.status, task.accepted, task.round) == (alone.task_id, "completed", True, 1)
    (given,) = script.assignments["task"]
    assert (given.instructions, [one.type for one in given.inputs]) == ("Draw it.", ["user_input"])


async def test_a_standalone_handoff_asks_at_high_oversight(begin: Begin, script: Script, settings: Settings) -> None:
    alone = await submit(begin, settings, Oversight.HIGH)
    request = await alone.request()
    assert request.workflow_id == alone.handle.id
    assert (await alone.story.project()).open_requests == 2
    await alone.handle.signal("respond", answer(request, "amend", comment="Bigger."))
    again = await alone.request(2)
    assert script.assignments["task"][1].feedback == "Bigger."
    late = answer(request, "approve")
    await alone.handle.signal("respond", late)
    assert (await alone.story.judged(late)).outcome == "superseded"
    await alone.handle.signal("respond", answer(again, "approve"))
    assert (await alone.result()).accepted
    assert (await alone.story.project()).open_requests == 1


async def test_a_rejected_handoff_ends_without_ending_its_project(begin: Begin, settings: Settings) -> None:
    alone = await submit(begin, settings, Oversight.HIGH)
    request = await alone.request()
    await alone.handle.signal("respond", answer(request, "reject", comment="No."))
    result = await alone.result()
    assert (result.accepted, result.artifacts) == (False, ())
    assert (await alone.story.project()).status == "waiting"
    assert [one.status for one in await alone.story.requests() if one.id == request.id] == [HitlStatus.REJECTED]


async def test_a_failed_standalone_handoff_asks(begin: Begin, script: Script, settings: Settings) -> None:
    script.on("task", raises(AgentError("away", retryable=False)), works)
    alone = await submit(begin, settings)
    request = await alone.request()
    assert request.reason == "failed_step"
    await alone.handle.signal("respond", answer(request, "approve"))
    assert (await alone.result()).accepted


async def test_a_standalone_handoff_ends_when_its_request_expires(
    begin: Begin, settings: Settings, engine: WorkflowEnvironment
) -> None:
    alone = await submit(begin, settings, Oversight.HIGH)
    await alone.request()
    await engine.sleep(timedelta(hours=25))
    assert not (await alone.result()).accepted


async def test_the_deadline_of_a_standalone_handoff_is_held_while_its_project_is_paused(
    begin: Begin, settings: Settings, engine: WorkflowEnvironment
) -> None:
    alone = await submit(begin, settings, Oversight.HIGH)
    request = await alone.request()
    await alone.story.handle.signal("pause")
    await alone.story.status("paused")
    await engine.sleep(timedelta(hours=24, minutes=10))
    assert (await alone.request()).status == "pending"
    await alone.story.handle.signal("resume")
    await alone.story.status("waiting")
    assert (await alone.request()).expires_at > request.expires_at
    # The clock of the database did not skip days: by the workflow's, the postponed deadline has passed.
    await engine.sleep(timedelta(hours=2))
    assert not (await alone.result()).accepted
    assert [one.status for one in await alone.story.requests() if one.id == request.id] == ["expired"]


async def test_an_unreadable_response_does_not_stop_a_standalone_handoff(begin: Begin, settings: Settings) -> None:
    alone = await submit(begin, settings, Oversight.HIGH)
    request = await alone.request()
    await alone.handle.signal("respond", "yes!")
    await alone.handle.signal("respond")
    await alone.handle.signal("respond", args=[1, 2])
    await alone.handle.signal("respond", answer(request, "approve"))
    assert (await alone.result()).accepted
    assert len(await alone.story.events(EventType.ERROR)) == 3


async def test_a_handoff_of_a_cancelled_project_is_not_accepted(
    begin: Begin, script: Script, settings: Settings
) -> None:
    held = Held()
    script.on("task", held)
    alone = await submit(begin, settings)
    await held.begun.wait()
    await alone.story.handle.cancel()
    await alone.story.status("cancelled")
    held.let_go.set()
    result = await alone.result()
    assert (result.accepted, result.artifacts) == (False, ())
    (task,) = await alone.story.tasks("task")
    assert task.status == "cancelled"
    assert await alone.story.artifacts("agent_output") == []
