"""The first step of a project, and what the database has of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.contracts.handoff import Handoff, StepInput, StepResult
from models.contracts.hitl import HitlResponse
from models.contracts.names import BuiltInArtifact, BuiltInRole
from models.contracts.pipeline import Gate
from store import artifacts, events, hitl, project_start, projects, tasks
from store.transaction import Store
from tests.workflows.crew_under_test import BRIEF, PLAN, answer, pipeline

Run = Callable[..., Awaitable[StepResult]]


async def a_step(store: Store, **changes: Any) -> StepInput:
    """The first step of a new project."""
    project_id = uuid7()
    async with store.transaction(project_id) as tx:
        await project_start.create(tx, project_start.NewProject(project_id, "A project", BRIEF, pipeline(PLAN)))
    async with store.reading() as connection:
        (brief,) = await artifacts.written_by(connection, project_id)
    given = StepInput(
        project_id=project_id,
        project_name="A project",
        task_id=uuid7(),
        request_id=uuid7(),
        handoff=Handoff(
            to_agent=BuiltInRole.ANALYST,
            phase="plan",
            context_ids=(brief.artifact_id,),
            expected_outputs=(BuiltInArtifact.PROJECT_PLAN, BuiltInArtifact.SOURCE_CODE),
        ),
        round=1,
        gate=Gate(),
        timeout=timedelta(minutes=1),
        attempts=2,
    )
    return given.model_copy(update=changes)


async def response_to(store: Store, request_id: UUID, action: str, **more: Any) -> HitlResponse:
    """Return a response to what the request asks about now."""
    async with store.reading() as connection:
        request = await hitl.get(connection, request_id)
    assert request is not None
    return answer(request, action, **more)


async def written(store: Store, project_id: UUID) -> object:
    """Everything that the database has of a project, for comparison."""
    async with store.reading() as connection:
        found = await tasks.of_project(connection, project_id)
        return (
            [one.model_dump(exclude={"updated_at", "attempt"}) for one in found],
            [one.model_dump() for one in await artifacts.of_project(connection, project_id)],
            [one.model_dump() for one in await hitl.find(connection, project_id=project_id)],
            await events.since(connection, project_id, 0),
            (await events.heads(connection, [project_id])),
            (await projects.get(connection, project_id)).open_requests,  # type: ignore[union-attr]
        )
