"""Projects that cannot be written down hold up nobody else, and go on when they can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.client import Client, WorkflowFailureError
from uuid_utils.compat import uuid7

from models.contracts.handoff import Handoff
from models.contracts.project import HandoffInput
from models.contracts.words import AgentType
from models.settings import Settings
from store.transaction import Store
from tests.proving import Proof
from tests.workflows.crew_under_test import TWO_STAGES, Script, Story
from worker.worker import WORKFLOW_TASKS, build_worker
from workflows.client import handoff_handle, start_handoff, start_project, task_workflow_id

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


@pytest.fixture(params=[False, True], ids=["long-steps", "short-steps"])
def script(request: pytest.FixtureRequest) -> Script:
    return Script(short=request.param)


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
    """Another project starts, is asked about, and ends."""
    story = await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES)
    await story.respond(await story.request("plan"), "approve")
    assert (await asyncio.wait_for(story.result(), 60)).status == "completed"


@pytest.mark.item(26)
@pytest.mark.usefixtures("poison")
async def test_projects_that_cannot_be_written_down_stop_nobody_and_go_on_when_they_can_be(
    temporal: Client, store: Store, settings: Settings, script: Script, proof: Proof
) -> None:
    async with build_worker(temporal, store, script.crew(), settings):
        stories = [
            await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES, start=False)
            for _ in range(POISONED)
        ]
        half = len(stories) // 2
        for story in stories[:half]:  # some at their gates, the others before they are written down as active
            await start_project(temporal, settings.task_queue, story.given)
        requests = [await story.request("plan") for story in stories[:half]]
        await run(store, "INSERT INTO poisoned SELECT unnest(:ids)", ids=[story.id for story in stories])
        for story in stories[half:]:
            await start_project(temporal, settings.task_queue, story.given)
        for story, request in zip(stories, requests, strict=False):
            await story.respond(request, "approve")
        await healthy(temporal, store, settings, script)
    async with build_worker(temporal, store, script.crew(), settings):  # nor does a restart bring it back
        await healthy(temporal, store, settings, script)
        assert {(await story.project()).status for story in stories} == {"starting", "waiting"}
        await run(store, "DELETE FROM poisoned")
        for story in stories[half:]:
            await story.respond(await story.request("plan"), "approve")
        ends = [(await story.result()).status for story in stories]
        steps = "short" if script.short else "long"
        proof.row(
            f"projects of {steps} steps whose records PostgreSQL refuses, then takes; {WORKFLOW_TASKS} slots a worker",
            POISONED,
            "others start and end meanwhile, and after the worker is started anew; all are delivered at last",
            f"2 others delivered; then {ends.count('completed')} delivered",
        )
        assert ends == ["completed"] * POISONED


@pytest.mark.item(26)
async def test_workflows_of_unknown_projects_end_by_themselves(
    temporal: Client, store: Store, settings: Settings, proof: Proof
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
                    handoff=Handoff(to_agent=AgentType.CODER, phase="task"),
                )
                await start_handoff(temporal, settings.task_queue, alone)
                handles.append(handoff_handle(temporal, task_workflow_id(alone.task_id)))
        await healthy(temporal, store, settings, script)
        failures = []
        for handle in handles:
            with pytest.raises(WorkflowFailureError) as failure:
                await handle.result()
            failures.append(getattr(failure.value.cause, "type", None))
        await known.handle.cancel()
    proof.row(
        "workflows of projects that are not in the database",
        UNKNOWN,
        "each ends by itself; another project is delivered meanwhile",
        f"{failures.count('ProjectUnknown')} ended as ProjectUnknown",
    )
    assert failures == ["ProjectUnknown"] * UNKNOWN
