"""Give the crew an artifact, or accept the result of a task outside the pipeline as one that later stages read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from api.artifacts.content import load_content
from api.errors import ConflictError, InvalidError, NotFoundError
from api.http.pipeline_names import check_artifact_type
from api.services import Services
from models.contracts.ids import derive_uuid7
from models.contracts.names import ArtifactType, BuiltInArtifact
from models.contracts.pipeline import Pipeline, Stage
from models.tables import Artifact, GivenContext, Project
from store import artifacts, given_context, projects

MAX_ATTEMPTS = 20
"""How often to try to take the next version number while other requests write versions of the same name."""

MayDecide = Callable[[AsyncConnection, ArtifactType], Awaitable[None]]
"""Raises unless the person may decide about artifacts of a type. It is called last in the transaction, which may have
waited for its locks."""


class Giver(NamedTuple):
    """The person who adds or withdraws something: the name for the records, and the principal if that one signed in."""

    name: str
    principal_id: UUID | None


def check_may_be_added(pipeline: Pipeline, type: ArtifactType, field: str = "artifact_id") -> None:
    """Raise InvalidError if artifacts of a type cannot be added to what the crew reads, since a stage produces them."""
    producer = next((stage.name for stage in pipeline.stages if type in stage.produces), None)
    if producer is not None:
        raise InvalidError(field, f"is a {type}, which {producer} produces: accept it with as_type, or at its gate")


def producer_of(project: Project, type: ArtifactType) -> Stage | None:
    """Return the stage with a gate that produces artifacts of a type: it says who may decide about them."""
    stages = Pipeline.model_validate(project.pipeline).stages
    return next((stage for stage in stages if stage.gate and type in stage.produces), None)


async def give_artifact(services: Services, project: Project, artifact: Artifact, giver: Giver) -> GivenContext:
    """Give the crew an artifact in addition to what the stages consume. Given again, it stays as it was given,
    unless it was withdrawn."""
    pipeline = Pipeline.model_validate(project.pipeline)
    check_may_be_added(pipeline, artifact.type)
    if artifact.origin_id == project.id:
        raise InvalidError("artifact_id", "is the brief, which the crew reads anyway")
    async with services.store.transaction(project.id, giver.principal_id) as tx:
        stages = await given_context.stages_to_run(tx.connection, project.id, pipeline)
        await given_context.add(tx, uuid7(), artifact, giver.name, stages, replaces=False)
    return await _given(services, artifact.id)


async def accept_result(
    services: Services, project: Project, result: Artifact, type: ArtifactType, giver: Giver, check: MayDecide
) -> GivenContext:
    """Accept the result of a task outside the pipeline as the next version of a type. Accepted again as the same type,
    it stays as it was accepted.

    Raises:
        InvalidError: it is no such result, or cannot be of that type.
        ConflictError: no stage that has not run reads the type, or nothing is accepted that it could replace.
    """
    check_artifact_type(project, type, field="as_type")
    if result.type != BuiltInArtifact.AGENT_OUTPUT or result.task_id is None:
        raise InvalidError("artifact_id", "is not the result of a task outside the pipeline")
    if result.accepted_at is None:
        raise ConflictError("The result is not accepted: decide on the request of its task first.")
    pipeline = Pipeline.model_validate(project.pipeline)
    origin = derive_uuid7(result.id, f"accepted as {type}")
    async with services.store.reading() as connection:
        earlier = await artifacts.written_by(connection, origin, type)
        media_type = await projects.media_type(connection, project.id, type)
    if earlier:
        return await _accept_again(services, project, pipeline, earlier[0].artifact_id, type, giver, check)
    body = await load_content(services.store, result)
    if media_type != result.media_type:
        raise InvalidError("as_type", f"has the media type {media_type}, and the result is {result.media_type}")
    for _ in range(MAX_ATTEMPTS):
        try:
            return await _accept(services, project, pipeline, result, type, giver, check, origin, body)
        except (IntegrityError, psycopg.IntegrityError):  # another request has just written a version of this number
            continue
    raise ConflictError("Other requests are writing versions of the same name; send this one again.")


async def _accept(
    services: Services,
    project: Project,
    pipeline: Pipeline,
    result: Artifact,
    type: ArtifactType,
    giver: Giver,
    check: MayDecide,
    origin: UUID,
    body: bytes,
) -> GivenContext:
    async with services.store.transaction(project.id, giver.principal_id) as tx:
        before = await artifacts.newest_accepted(tx.connection, project.id, type)
        if before is None or before.origin_id == project.id:
            raise ConflictError(
                f"No {type} is accepted yet that this could replace. Supply it at the gate of its step, or give it to "
                "the crew without as_type."
            )
        waiting = await given_context.stages_to_run(tx.connection, project.id, pipeline)
        readers = [name for name in waiting if type in pipeline.stage(name).consumes]
        if not readers:
            raise ConflictError(f"No step that has not run reads a {type}, so that nothing would follow it.")
        (written,) = await artifacts.add(
            tx,
            [
                artifacts.NewVersion(
                    type=type,
                    body=body,
                    media_type=result.media_type,
                    author=giver.name,
                    origin_id=origin,
                    name=before.name,
                    task_id=result.task_id,
                    based_on=result.id,
                    accepted=True,
                )
            ],
        )
        accepted = await artifacts.get(tx.connection, written.artifact_id)
        assert accepted is not None
        await given_context.add(tx, uuid7(), accepted, giver.name, readers, replaces=True)
        await check(tx.connection, type)
    return await _given(services, written.artifact_id)


async def _accept_again(
    services: Services,
    project: Project,
    pipeline: Pipeline,
    artifact_id: UUID,
    type: ArtifactType,
    giver: Giver,
    check: MayDecide,
) -> GivenContext:
    """Return how the version was accepted. If it was withdrawn since, it is accepted again."""
    async with services.store.transaction(project.id, giver.principal_id) as tx:
        version = await artifacts.get(tx.connection, artifact_id)
        assert version is not None
        waiting = await given_context.stages_to_run(tx.connection, project.id, pipeline)
        readers = [name for name in waiting if type in pipeline.stage(name).consumes]
        if await given_context.add(tx, uuid7(), version, giver.name, readers, replaces=True):
            await artifacts.accept(tx, [artifact_id])
        await check(tx.connection, type)
    return await _given(services, artifact_id)


async def withdraw(
    services: Services, project: Project, context_id: UUID, giver: Giver, check: MayDecide
) -> GivenContext:
    """Withdraw what was given. Withdrawn again, it stays as it was withdrawn. A version that replaces another is
    withdrawn only by somebody who may accept one."""
    async with services.store.transaction(project.id, giver.principal_id) as tx:
        await given_context.withdraw(tx, context_id, giver.name)
        given = await given_context.get(tx.connection, project.id, context_id)
        if given is None:
            raise NotFoundError.of("context", context_id)
        if given.replaces:
            version = await artifacts.get(tx.connection, given.artifact_id)
            assert version is not None
            await check(tx.connection, version.type)
    return given


async def _given(services: Services, artifact_id: UUID) -> GivenContext:
    async with services.store.reading() as connection:
        given = await given_context.get_of_artifact(connection, artifact_id)
    assert given is not None
    return given
