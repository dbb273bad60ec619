"""Projects that are committed but not started, or wait at a gate, without an API."""

from __future__ import annotations

from uuid import UUID

from temporalio.client import Client
from uuid_utils.compat import uuid7

from config.settings import Settings
from models.contracts.enums import ProjectStatus
from models.contracts.names import BuiltInArtifact, BuiltInRole
from models.contracts.pipeline import Pipeline, Stage
from models.tables import Project
from store import project_start, projects
from store.transaction import Store
from tests.waiting import eventually
from worker.late_starts import LateStarts

GATED = Pipeline.model_validate(
    {"name": "gated", "stages": [{"name": "plan", "agent": "analyst", "produces": ["project_plan"], "gate": {}}]}
)


PLAIN = Pipeline(
    name="plain", stages=(Stage(name="plan", agent=BuiltInRole.ANALYST, produces=(BuiltInArtifact.PROJECT_PLAN,)),)
)


async def committed(store: Store, pipeline: Pipeline) -> UUID:
    """A project as the API leaves it if it dies before starting the workflow."""
    new = project_start.NewProject(uuid7(), "A project", "# A brief\n\n- It works.\n", pipeline)
    async with store.transaction(new.id) as tx:
        assert await project_start.create(tx, new)
    return new.id


async def status_is(store: Store, project_id: UUID, *statuses: ProjectStatus) -> Project:
    async def look() -> Project | None:
        async with store.reading() as connection:
            project = await projects.get(connection, project_id)
        return project if project is not None and project.status in statuses else None

    return await eventually(look)


async def waiting(store: Store, temporal: Client, settings: Settings) -> UUID:
    """A project that waits at its gate."""
    project_id = await committed(store, GATED)
    await LateStarts(store, temporal, settings).start()
    await status_is(store, project_id, ProjectStatus.WAITING)
    return project_id
