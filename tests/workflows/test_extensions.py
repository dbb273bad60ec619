"""Later deadlines: the first one that is recorded wins, and nothing loses one."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio.testing import WorkflowEnvironment

from models.contracts.enums import EventType
from models.contracts.extension import HitlExtension
from models.tables import HitlRequest
from store import hitl_extensions
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, PLAN, TWO_STAGES, Story, later_deadline, pipeline

DAY, HOUR = timedelta(hours=24), timedelta(hours=1)


def later(request: HitlRequest, by: timedelta, **more: Any) -> HitlExtension:
    return later_deadline(request, by, **{"extended_by": "Ada"} | more)


async def extend(story: Story, extension: HitlExtension) -> None:
    await story.handle.signal("extend", extension)


async def test_an_extended_gate_waits_until_the_later_deadline(begin: Begin, engine: WorkflowEnvironment) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    extension = later(request, 4 * HOUR)
    await extend(story, extension)
    told = await story.event(EventType.HITL_EXTENDED)
    assert told.task_id == request.task_id
    assert (told.data["stage"], told.data["extended_by"]) == ("plan", "Ada")
    assert datetime.fromisoformat(told.data["was"]) == request.expires_at
    assert datetime.fromisoformat(told.data["expires_at"]) == extension.expires_at
    await engine.sleep(DAY + 3 * HOUR)
    assert (await story.request("plan")).expires_at == extension.expires_at
    assert (await story.project()).status == "waiting"
    await engine.sleep(2 * HOUR)
    assert (await story.status("failed")).reason == "no decision on plan before its deadline"


async def test_of_several_extensions_of_a_deadline_the_first_wins_and_counts_once(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    extensions = [later(request, by * HOUR) for by in (1, 2, 3)]
    await asyncio.gather(*(extend(story, each) for each in extensions for _ in range(3)))
    (told,) = [await story.event(EventType.HITL_EXTENDED)]
    following = later(request, HOUR, was=datetime.fromisoformat(told.data["expires_at"]))
    await extend(story, following)
    second = await story.event(EventType.HITL_EXTENDED, 2)
    assert second.data["extension_id"] == str(following.extension_id)
    assert (await story.request("plan")).expires_at == following.expires_at
    await story.respond(request, "approve")
    await story.result()
    assert len(await story.events(EventType.HITL_EXTENDED)) == 2


async def test_a_late_or_unreadable_extension_changes_nothing(begin: Begin, engine: WorkflowEnvironment) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"expires_in": "2h"}}, BUILD | {"gate": {"expires_in": "30d"}}))
    first = await story.request("plan")
    await story.respond(first, "approve")
    open_one = await story.request("build")
    await extend(story, later(first, HOUR))
    await story.handle.signal("extend", "tomorrow")
    await story.handle.signal("extend")
    await story.handle.signal("extend", later(open_one, HOUR, was=first.expires_at))
    problems = [(await story.event(EventType.ERROR, number)).data["message"] for number in (1, 2)]
    assert all(message.startswith("Unreadable extension: ") for message in problems), problems
    assert (await story.request("build")).expires_at == open_one.expires_at
    await story.respond(open_one, "approve")
    await story.result()
    assert await story.events(EventType.HITL_EXTENDED) == []


async def test_an_extension_before_the_workflow_knows_its_request_counts(
    begin: Begin, engine: WorkflowEnvironment
) -> None:
    """The deadline that the workflow knows passes; the records have a later one."""
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    extension = later(request, 4 * HOUR)
    async with story.store.transaction(story.id) as tx:
        assert await hitl_extensions.extend(tx, extension) == extension.expires_at
    await engine.sleep(DAY + HOUR)
    assert (await story.project()).status == "waiting"
    await engine.sleep(4 * HOUR)
    await story.status("failed")


async def test_a_deadline_that_is_held_by_a_pause_moves_by_both(begin: Begin, engine: WorkflowEnvironment) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    await story.handle.signal("pause")
    await story.status("paused")
    await extend(story, later(request, 4 * HOUR))
    await story.event(EventType.HITL_EXTENDED)
    await engine.sleep(2 * DAY)
    assert (await story.project()).status == "paused"
    await story.handle.signal("resume")
    await story.status("waiting")
    await engine.sleep(DAY + 3 * HOUR)
    assert (await story.project()).status == "waiting"
    await engine.sleep(2 * HOUR)
    await story.status("failed")
