"""The first attempt of a step is read by one statement and recorded by one. Whatever else happens goes the slow way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from uuid_utils.compat import uuid7

from activities.agent_step import AgentSteps
from config.settings import Settings
from crew.protocol import Assignment, Outcome, Step
from models.contracts.enums import ProjectStatus
from models.contracts.handoff import StepInput
from models.contracts.pipeline import NO_GATE, Gate
from models.tables import PROJECT
from store import artifacts, events, hitl, steps, tasks
from store.transaction import Store
from tests.activities.first_step import Run, a_step, written
from tests.activities.unreliable_postgres import unreliable_store
from tests.waiting import eventually
from tests.workflows.crew_under_test import Script, Turn, works

OWN = {"id", "project_id", "task_id", "request_id", "artifact_id", "artifacts", "created_at", "updated_at", "timestamp"}
"""What two steps cannot have in common."""


def _common(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in OWN}


async def _records(store: Store, step: StepInput) -> Any:
    """What is recorded of a step, as far as it is the same for every step."""
    async with store.reading() as connection:
        (task,) = await tasks.of_project(connection, step.project_id)
        request = await hitl.get(connection, step.request_id)
        log = await events.since(connection, step.project_id, 0)
        versions = await artifacts.of_project(connection, step.project_id)
    same = OWN | {"handoff", "expires_at", "subject_hash", "workflow_id"}
    return (
        task.model_dump(exclude=same),
        request and (request.model_dump(exclude=same), request.expires_at - request.created_at),
        [(one.event_type, one.agent_type, one.data.keys(), one.data.get("stage")) for one in log],
        [(one.type, one.name, one.version, one.content_hash, bool(one.accepted_at)) for one in versions],
    )


@pytest.mark.parametrize(("short", "most"), [(True, 2), (False, 4)])
async def test_it_takes_few_statements(store: Store, run: Run, statements: list[str], short: bool, most: int) -> None:
    step = await a_step(store, short=short, gate=NO_GATE)
    statements.clear()
    await run(step)
    assert len(statements) == most, statements  # a long one is visible as working: its start has two of its own


@pytest.mark.parametrize("gate", [Gate(), NO_GATE])
async def test_a_short_one_is_recorded_as_a_long_one(store: Store, run: Run, gate: Gate) -> None:
    short, long = await a_step(store, short=True, gate=gate), await a_step(store, gate=gate)
    result, as_long = await run(short), await run(long)
    assert await _records(store, short) == await _records(store, long)
    assert [(one.type, one.version) for one in result.artifacts] == [
        (one.type, one.version) for one in as_long.artifacts
    ]
    assert (result.verdict, bool(result.request)) == (as_long.verdict, bool(as_long.request))


async def test_two_attempts_that_end_at_once_write_one_result(store: Store, script: Script, run: Run) -> None:
    both = asyncio.Barrier(2)

    async def ends_with_the_other(assignment: Assignment, step: Step) -> Outcome:
        await both.wait()
        return await works(assignment, step)

    script.on("plan", ends_with_the_other)
    step = await a_step(store, short=True, gate=NO_GATE)
    first, second = await asyncio.gather(run(step), run(step))
    assert first == second
    before = await written(store, step.project_id)
    script.on("plan", works)
    assert await run(step) == first
    assert await written(store, step.project_id) == before


def _meanwhile(change: Turn) -> Turn:
    """A turn during which something changes."""

    async def turn(assignment: Assignment, step: Step) -> Outcome:
        await change(assignment, step)
        return await works(assignment, step)

    return turn


@pytest.mark.parametrize("short", [True, False])
async def test_a_version_that_was_written_meanwhile_keeps_its_number(
    store: Store, script: Script, run: Run, short: bool
) -> None:
    step = await a_step(store, short=short, gate=NO_GATE)

    async def uploads(assignment: Assignment, running: Step) -> Outcome:
        async with store.transaction(step.project_id) as tx:
            name = "project_plan"
            version = artifacts.NewVersion(name, b"Mine", "text/markdown", "human", uuid7(), name)
            await artifacts.add(tx, [version])
        return Outcome(())

    script.on("plan", _meanwhile(uploads))
    result = await run(step)
    assert [(one.type, one.version) for one in result.artifacts] == [("project_plan", 2), ("source_code", 1)]
    async with store.reading() as connection:
        log = await events.since(connection, step.project_id, 0)
    told = [one.data["version"] for one in log if one.data.get("type") == "project_plan"]
    assert told == [1, 2]


async def test_nothing_is_written_in_a_project_that_was_halted_meanwhile(
    store: Store, script: Script, run: Run
) -> None:
    step = await a_step(store, short=True, gate=NO_GATE)
    seen: list[object] = []

    async def is_cancelled(assignment: Assignment, running: Step) -> Outcome:
        async with store.writing() as connection:
            halted = update(PROJECT).where(PROJECT.c.id == step.project_id).values(status=ProjectStatus.CANCELLED)
            await connection.execute(halted)
        seen.append(await written(store, step.project_id))
        return Outcome(())

    script.on("plan", _meanwhile(is_cancelled))
    result = await run(step)
    assert (result.artifacts, result.request) == ((), None)
    assert [await written(store, step.project_id)] == seen


@pytest.mark.parametrize("short", [True, False])
async def test_a_step_whose_acknowledgement_was_lost_is_not_written_again(
    settings: Settings, script: Script, store: Store, short: bool
) -> None:
    step = await a_step(store, short=short, gate=NO_GATE)
    async with unreliable_store(settings) as (unreliable, proxy):
        agents = AgentSteps(unreliable, script.crew(), settings.max_artifact_bytes, settings.daily_budget)

        async def loses_the_next_answer(assignment: Assignment, running: Step) -> Outcome:
            proxy.loses = 1
            return Outcome(())

        script.on("plan", _meanwhile(loses_the_next_answer), works)
        with pytest.raises(ApplicationError):
            await ActivityEnvironment().run(agents.run_agent_step, step)

        async def is_completed() -> bool:
            async with store.reading() as connection:
                return [one.status for one in await tasks.of_project(connection, step.project_id)] == ["completed"]

        await eventually(is_completed)
        before = await written(store, step.project_id)
        result = await ActivityEnvironment().run(agents.run_agent_step, step)
    assert result.artifacts
    assert await written(store, step.project_id) == before


async def test_a_task_that_has_begun_with_other_inputs_keeps_them(store: Store, script: Script, run: Run) -> None:
    step = await a_step(store, gate=NO_GATE)
    async with store.transaction(step.project_id) as tx:
        version = artifacts.NewVersion("project_plan", b"Mine", "text/markdown", "human", uuid7(), "mine")
        (given,) = await artifacts.add(tx, [version])
    both = step.handoff.model_copy(update={"context_ids": (*step.handoff.context_ids, given.artifact_id)})
    async with store.transaction(step.project_id) as tx:
        assert (await steps.start(tx, step.model_copy(update={"handoff": both}), "workflow", 1)).open
    assert (await run(step)).artifacts
    (assignment,) = script.assignments["plan"]
    assert [one.artifact_id for one in assignment.inputs] == list(both.context_ids)
