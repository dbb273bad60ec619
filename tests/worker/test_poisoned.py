"""Projects that cannot be recorded do not block others, and continue when they can be recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from uuid_utils.compat import uuid7

from config.settings import Settings
from models.contracts.handoff import Handoff
from models.contracts.names import BuiltInRole
from models.contracts.workflow_state import HandoffInput
from store.transaction import Store
from tests.waiting import eventually
from tests.workflows.crew_under_test import TWO_STAGES, Held, Script, Story
from worker.worker import WORKFLOW_TASKS, build_worker
from workflows import options
from workflows.client import handoff_handle, start_handoff, start_project, task_workflow_id

pytestmark = pytest.mark.long

POISONED = 2 * WORKFLOW_TASKS
UNKNOWN = WORKFLOW_TASKS + 8

POISON = """
CREATE TABLE poisoned (id uuid PRIMARY KEY);
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM poisoned WHERE id = NEW.project_id) THEN RAISE EXCEPTION 'poisoned'; END IF;
        RETURN NEW;
    END $$;
CREATE TRIGGER poison BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION poison();
"""


@pytest.fixture
def script() -> Script:
    return Script(short=True)  # so that steps are also local activities


@pytest_asyncio.fixture(scope="module")
async def poison(store: Store) -> AsyncIterator[None]:
    async with store.database.engine.begin() as connection:
        for statement in POISON.split(";\nCREATE"):
            await connection.execute(text(statement if statement.startswith("\n") else f"CREATE{statement}"))
    yield


async def run(store: Store, sql: str, **values: object) -> None:
    async with store.database.engine.begin() as connection:
        await connection.execute(text(sql), values)


async def healthy(temporal: Client, store: Store, settings: Settings, script: Script) -> None:
    """Run another project through its gate to its end."""
    story = await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES)
    await story.respond(await story.request("plan"), "approve")
    assert (await asyncio.wait_for(story.result(), 60)).status == "completed"


@pytest.mark.usefixtures("poison")
async def test_projects_that_cannot_be_recorded_block_no_others_and_continue_when_they_can(
    temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    async with build_worker(temporal, store, script.crew(), settings):
        stories = [
            await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES, start=False)
            for _ in range(POISONED)
        ]
        half = len(stories) // 2
        for story in stories[:half]:  # some at their gates, the others before they are recorded as active
            await start_project(temporal, settings.task_queue, story.given)
        requests = [await story.request("plan") for story in stories[:half]]
        await run(store, "INSERT INTO poisoned SELECT unnest(:ids)", ids=[story.id for story in stories])
        for story in stories[half:]:
            await start_project(temporal, settings.task_queue, story.given)
        for story, request in zip(stories, requests, strict=False):
            await story.respond(request, "approve")
        await healthy(temporal, store, settings, script)
    async with build_worker(temporal, store, script.crew(), settings):  # a restart does not bring it back either
        await healthy(temporal, store, settings, script)
        assert {(await story.project()).status for story in stories} == {"starting", "waiting"}
        await run(store, "DELETE FROM poisoned")
        for story in stories[half:]:
            await story.respond(await story.request("plan"), "approve")
        for story in stories:
            assert (await story.result()).status == "completed"


async def test_workflows_of_unknown_projects_end(
    temporal: Client, store: Store, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    script = Script()
    async with build_worker(temporal, store, script.crew(), settings):
        known = await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES)
        handles = []
        for number in range(UNKNOWN):
            if number % 2:
                given = known.given.model_copy(update={"project_id": uuid7()})
                await start_project(temporal, settings.task_queue, given)
                handles.append(temporal.get_workflow_handle(f"project-{given.project_id}"))
            else:
                alone = HandoffInput(
                    project_id=uuid7(),
                    task_id=uuid7(),
                    name="nobody's",
                    handoff=Handoff(to_agent=BuiltInRole.CODER, phase="task"),
                )
                await start_handoff(temporal, settings.task_queue, alone)
                handles.append(handoff_handle(temporal, task_workflow_id(alone.task_id)))
        await healthy(temporal, store, settings, script)
        with caplog.at_level(logging.WARNING):
            for handle in handles:
                with pytest.raises(WorkflowFailureError) as failure:
                    await handle.result()
                assert isinstance(failure.value.cause, ApplicationError)
                assert failure.value.cause.type == "ProjectUnknown"
        await known.handle.cancel()


@pytest.mark.usefixtures("poison")
async def test_records_that_were_not_written_locally_do_not_wait_behind_steps(
    temporal: Client, store: Store, settings: Settings
) -> None:
    script, held = Script(), Held()
    script.on("plan", held)
    one_step = settings.model_copy(update={"worker_steps": 1, "task_queue": f"{settings.task_queue}-one"})
    async with build_worker(temporal, store, script.crew(), one_step):
        long = await Story.begin(temporal, store, one_step.task_queue, script, TWO_STAGES)
        await held.begun.wait()  # and so occupies the only slot
        late = await Story.begin(temporal, store, one_step.task_queue, script, TWO_STAGES, start=False)
        await run(store, "INSERT INTO poisoned VALUES (:id)", id=late.id)
        await start_project(temporal, one_step.task_queue, late.given)

        async def waits() -> bool:
            pending = (await late.handle.describe()).raw_description.pending_activities
            return [one.activity_type.name for one in pending] == ["open_project"]

        await eventually(waits)
        await run(store, "DELETE FROM poisoned")
        await late.status("active")
        held.let_go.set()
        for story in (long, late):
            await story.respond(await story.request("plan"), "approve")
            assert (await story.result()).status == "completed"


async def test_a_contradiction_fails_its_workflow(temporal: Client, store: Store, settings: Settings) -> None:
    """A constraint fails at every attempt, and a missing request cannot be closed."""
    script = Script()
    async with build_worker(temporal, store, script.crew(), settings):
        stories = [await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES) for _ in range(2)]
        requests = [await story.request("plan") for story in stories]
        await run(store, f"ALTER TABLE hitl_decision ADD CONSTRAINT refuses CHECK (project_id <> '{stories[0].id}')")
        await run(store, "DELETE FROM hitl_request WHERE id = :id", id=requests[1].id)
        for story, request in zip(stories, requests, strict=True):
            await story.respond(request, "approve")
        for story in stories:
            with pytest.raises(WorkflowFailureError) as failure:
                await story.result()
            assert isinstance(failure.value.cause, ApplicationError)
            assert failure.value.cause.type == "RecordsContradict"
        await run(store, "ALTER TABLE hitl_decision DROP CONSTRAINT refuses")


async def test_a_hanging_short_step_does_not_occupy_a_workflow_task(
    temporal: Client, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "LOCAL_SECONDS", timedelta(seconds=1))
    script, held = Script(short=True), Held()
    script.on("plan", held)
    async with build_worker(temporal, store, script.crew(), settings):
        story = await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES)

        async def waits_outside() -> bool:
            return bool((await story.handle.describe()).raw_description.pending_activities)

        await eventually(waits_outside)
        held.let_go.set()
        await story.respond(await story.request("plan"), "approve")
        assert (await story.result()).status == "completed"
