"""A project is created, opened and completed with one statement each. Whatever else happens goes the slow way."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from uuid_utils.compat import uuid7

from activities.project_opening import ProjectOpening
from activities.records import Records
from models.contracts.enums import ProjectStatus
from models.contracts.project import ProjectInput
from models.contracts.records import OpenProjectInput, RecordStatusInput, RecordStatusResult
from models.tables import PROJECT
from store import artifacts, contents, events, project_milestones, project_start, projects, steps
from store.project_start import NewProject
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.workflows.crew_under_test import BRIEF, PLAN, Script, pipeline

SOURCE = b"code"
OWN = {"id", "project_id", "artifact_id", "artifacts", "created_at", "updated_at", "accepted_at", "ended_at"}
"""What two projects cannot have in common."""


def new(**more: Any) -> NewProject:
    values = {"author": "Ann", "source": SOURCE, "tags": ("a",), "owner": "Ann", "request_hash": "h"} | more
    return NewProject(uuid7(), "A project", BRIEF, pipeline(PLAN), **values)


async def created(store: Store, project: NewProject, by: UUID | None = None) -> ProjectInput:
    found = await project_start.create_at_once(store, project, by, "Ann")
    assert found is not None
    return found[1]


async def created_slowly(store: Store, project: NewProject, by: UUID | None = None) -> ProjectInput:
    async with store.transaction(project.id, by) as tx:
        found = await project_start.create(tx, project, "Ann")
    assert found is not None
    return found[1]


async def opened(store: Store, project_id: UUID, run: str | None = "run") -> tuple[str, ...]:
    opening = OpenProjectInput(project_id=project_id, run_id=run)
    activity = ProjectOpening(store, Script().crew()).open_project
    return tuple((await ActivityEnvironment().run(activity, opening)).short_agents)


async def completed(store: Store, project_id: UUID, generation: int | None = 0) -> RecordStatusResult:
    change = RecordStatusInput(
        project_id=project_id, status=ProjectStatus.COMPLETED, key="completed", generation=generation
    )
    return await ActivityEnvironment().run(Records(store).record_status, change)


async def recorded(store: Store, project_id: UUID) -> Any:
    """What is recorded of a project, as far as it is the same for every project."""
    async with store.reading() as connection:
        project = await projects.get(connection, project_id)
        assert project is not None
        log = await events.since(connection, project_id, 0)
        versions = await artifacts.of_project(connection, project_id)
    return (
        project.model_dump(exclude=OWN),
        project.ended_at is not None,
        [(one.seq, one.event_type, {k: v for k, v in one.data.items() if k not in OWN}) for one in log],
        [(one.type, one.name, one.version, one.content_hash, one.author, bool(one.accepted_at)) for one in versions],
    )


async def test_each_takes_one_statement(store: Store, statements: list[str]) -> None:
    await created(store, new())  # a new connection asks the server some things
    project, counts = new(), []
    for act in (created(store, project), opened(store, project.id), completed(store, project.id)):
        statements.clear()
        await act
        counts.append(len(statements))
    assert counts == [1, 2, 1]  # the workflow's first activity also reads the brief and the pipeline


async def test_they_record_what_the_slow_way_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fast, slow, by = new(), new(), uuid4()

    async def leaves_it(*_: object) -> bool:
        return False

    one, other = await created(store, fast, by), await created_slowly(store, slow, by)
    assert await recorded(store, fast.id) == await recorded(store, slow.id)
    same = {"project_id", "brief", "source"}
    assert one.model_dump(exclude=same) == other.model_dump(exclude=same)
    async with store.reading() as connection:
        project = await projects.get(connection, fast.id)
        assert project is not None
        assert await project_start.input_of(connection, project) == one
    await opened(store, fast.id)
    await completed(store, fast.id)
    monkeypatch.setattr(project_milestones, "open_first", leaves_it)
    monkeypatch.setattr(project_milestones, "complete", leaves_it)
    await opened(store, slow.id)
    await completed(store, slow.id)
    assert await recorded(store, fast.id) == await recorded(store, slow.id)


async def test_a_key_that_is_taken_writes_nothing(store: Store) -> None:
    first = new(idempotency_key=str(uuid4()))
    second = new(idempotency_key=first.idempotency_key, source=b"code of the second")
    both = await asyncio.gather(*(project_start.create_at_once(store, each, None, None) for each in (first, second)))
    (lost,) = [each for each, found in zip((first, second), both, strict=True) if found is None]
    async with store.reading() as connection:
        assert await projects.get(connection, lost.id) is None
        assert await events.since(connection, lost.id, 0) == []
        assert await contents.missing(connection, [contents.hash_of(b"code of the second")]) or lost is first


async def test_a_run_opens_a_project_once_and_another_one_does_not(store: Store) -> None:
    project = new()
    await created(store, project)
    await asyncio.gather(*(opened(store, project.id) for _ in range(4)))
    before = await recorded(store, project.id)
    assert [data.get("status") for _, _, data in before[2]].count("active") == 1
    await opened(store, project.id)
    with pytest.raises(ApplicationError, match="another run"):
        await opened(store, project.id, "another")
    assert await recorded(store, project.id) == before


@pytest.mark.parametrize("status", [ProjectStatus.CANCELLED, ProjectStatus.FAILED])
async def test_a_project_that_has_ended_is_neither_opened_nor_completed(store: Store, status: ProjectStatus) -> None:
    project = new()
    await created(store, project)
    async with store.transaction(project.id) as tx:
        await projects.set_status(tx, status, str(status), None)
    ended = (await recorded(store, project.id))[2]
    await opened(store, project.id)
    assert (await completed(store, project.id)).status is status
    assert (await recorded(store, project.id))[2] == ended


async def test_a_run_of_an_earlier_generation_completes_nothing(store: Store) -> None:
    project = new()
    await created(store, project)
    await opened(store, project.id)
    async with store.writing() as connection:
        await connection.execute(update(PROJECT).where(PROJECT.c.id == project.id).values(generation=1))
    before = await recorded(store, project.id)
    assert (await completed(store, project.id)).status is ProjectStatus.ACTIVE
    assert await recorded(store, project.id) == before
    assert (await completed(store, project.id, 1)).status is ProjectStatus.COMPLETED


async def test_a_step_that_is_open_as_its_project_completes_is_reported(store: Store) -> None:
    step = await a_step(store)
    async with store.transaction(step.project_id) as tx:
        await steps.start(tx, step, "workflow", 1)
    await completed(store, step.project_id)
    log = (await recorded(store, step.project_id))[2]
    assert "although plan was open" in next(data["message"] for _, type, data in log if type == "error")
