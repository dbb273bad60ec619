"""What a list of projects reads of their pipelines, which are the largest part of them."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from pipelines.catalogue import load_pipeline
from store import project_list, project_start
from store.project_list import ProjectFilter
from store.statement import run
from store.transaction import Store
from tests.checkout import CHECKOUT

PIPELINE = load_pipeline(CHECKOUT / "pipelines" / "software-delivery.yaml")


async def _new_project(store: Store) -> UUID:
    project_id = uuid7()
    async with store.transaction(project_id) as tx:
        assert await project_start.create(tx, project_start.NewProject(project_id, "Listed", "# Brief", PIPELINE))
    return project_id


async def test_a_listed_project_has_the_names_of_its_pipeline_and_stages(store: Store) -> None:
    project_id = await _new_project(store)
    async with store.reading() as connection:
        found = await project_list.find(connection, ProjectFilter())
    (pipeline,) = (project.pipeline for project, _ in found if project.id == project_id)
    assert pipeline == {"name": PIPELINE.name, "stages": [stage.name for stage in PIPELINE.stages]}


async def test_a_pipeline_is_stored_beside_the_row_that_each_event_writes_again(store: Store) -> None:
    project_id = await _new_project(store)
    sizes = "SELECT pg_column_toast_chunk_id(pipeline) AS beside FROM project WHERE id = %(id)s"
    async with store.reading() as connection:
        (row,) = await run(connection, sizes, id=project_id)
    assert row.beside is not None
