"""Artifacts: listed, shown, compared, added."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import psycopg
from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from api import examples
from api.artifacts.comparison import Version, compare_versions
from api.artifacts.content import check_content
from api.artifacts.html import html_response
from api.artifacts.negotiation import WantsHtmlDep
from api.deps import ArtifactDep, FileDep, ProjectDep, ServicesDep
from api.documentation import UNCHANGED, answers
from api.errors import ConflictError, InvalidError, NotFoundError, TooLargeError
from api.etags import tag_of, unchanged
from api.idempotency import IdempotencyKey, made_before, request_of
from api.pagination import WindowDep
from api.services import Services
from api.shapes.artifacts import ArtifactCreate, ArtifactItem, ArtifactPublic, DiffPublic
from api.shapes.shape import Page
from api.shapes.tasks import TaskPublic
from api.strict_route import StrictRoute
from models.contracts.enums import ArtifactType
from store import artifacts, contents, tasks
from store.idempotency import Request, claim


class _TwinError(Exception):
    """The same call was made at the same moment, and was first."""


router = APIRouter(tags=["artifacts"], route_class=StrictRoute)

ATTEMPTS = 20
"""How often a version is tried to be numbered, while others write versions of the same name."""


@router.get(
    "/projects/{project_id}/artifacts",
    summary="List a project's artifacts, oldest first",
    responses=answers(examples.page(examples.ARTIFACT), 404, 422, 503),
)
async def list_artifacts(
    project: ProjectDep, services: ServicesDep, window: WindowDep, type: Annotated[ArtifactType | None, Query()] = None
) -> Page[ArtifactItem]:
    async with services.store.reading() as connection:
        rows = await artifacts.of_project(connection, project.id, type=type, after=window.after, limit=window.probe)
    shown, next_cursor = window.cut(rows, lambda artifact: artifact.id)
    return Page(items=[ArtifactItem.of(one) for one in shown], next_cursor=next_cursor)


@router.post(
    "/projects/{project_id}/artifacts",
    status_code=201,
    summary="Add context to a project",
    responses=answers(examples.ARTIFACT, 403, 404, 409, 413, 415, 422, 503, status=201),
)
async def create_artifact(
    project: ProjectDep,
    given: ArtifactCreate,
    services: ServicesDep,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ArtifactItem:
    """A person's artifact is context, not delivery: agents get it with the tasks that name it. The same Idempotency-Key
    with the same body gets the same answer."""
    request = request_of("artifacts", idempotency_key, given)
    artifact_id = await made_before(services, project.id, request)
    if artifact_id is None:
        artifact_id = await _added(services, project.id, given, request)
    async with services.store.reading() as connection:
        artifact = await artifacts.get(connection, artifact_id)
    assert artifact is not None
    response.headers["Location"] = f"/api/v1/artifacts/{artifact_id}"
    return ArtifactItem.of(artifact)


async def _added(services: Services, project_id: UUID, given: ArtifactCreate, request: Request | None) -> UUID:
    """The new version, or the one that a twin of the call has added meanwhile."""
    body = given.body()
    if len(body) > services.settings.max_artifact_bytes:
        raise TooLargeError(f"The content is larger than {services.settings.max_artifact_bytes} bytes.")
    await check_content(given.media_type, body)
    version = artifacts.NewVersion(
        type=given.type,
        body=body,
        media_type=given.media_type,
        author=artifacts.HUMAN,
        origin_id=uuid7(),
        name=given.name,
    )
    for _ in range(ATTEMPTS):
        try:
            async with services.store.transaction(project_id) as tx:
                (written,) = await artifacts.add(tx, [version])
                # Last: whose key is taken by then has written nothing.
                if request is not None and not await claim(tx, request, written.artifact_id):
                    raise _TwinError
        except _TwinError:
            twin = await made_before(services, project_id, request)
            assert twin is not None  # its key was taken by what is committed
            return twin
        except (IntegrityError, psycopg.IntegrityError):  # somebody else has just written a version under this number
            continue
        return written.artifact_id
    raise ConflictError("Others are writing versions of the same name; send it again.")


@router.get(
    "/artifacts/{artifact_id}",
    response_model=ArtifactPublic,
    summary="Show an artifact with its content and provenance",
    responses=answers(examples.WHOLE_ARTIFACT, 404, 409, 422, 503, html=examples.ARTIFACT_HTML) | UNCHANGED,
)
async def get_artifact(
    artifact: ArtifactDep,
    services: ServicesDep,
    response: Response,
    wants_html: WantsHtmlDep,
    file: FileDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> ArtifactPublic | Response:
    """The ETag is the content's SHA-256: a version never changes.

    A client that would rather have `text/html` gets what the version holds as a fragment for a page: Markdown laid out,
    code coloured, the files of a set listed or, with `file`, one of them shown. Nothing in it can run."""
    if wants_html:
        return await html_response(services, artifact, file, if_none_match)
    if file is not None:
        raise InvalidError("file", "is for `Accept: text/html`; /content gives the bytes of a file", place="query")
    headers = {"ETag": tag_of(artifact.content_hash), "Vary": "Accept"}
    if unchanged(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    async with services.store.reading() as connection:
        body = await contents.get(connection, artifact.content_hash)
        previous = await artifacts.previous_version(connection, artifact)
        task = await tasks.get(connection, artifact.task_id) if artifact.task_id else None
    assert body is not None
    return ArtifactPublic.with_content(
        artifact,
        body,
        previous_id=previous.id if previous else None,
        task=TaskPublic.of(task) if task else None,
    )


@router.get(
    "/artifacts/{artifact_id}/diff",
    summary="Show what changed from another version to this one",
    responses=answers(examples.DIFF, 404, 409, 422, 503),
)
async def get_artifact_diff(
    artifact: ArtifactDep,
    services: ServicesDep,
    against: Annotated[UUID | None, Query(description="The version to start from; else the one before.")] = None,
) -> DiffPublic:
    """A first version is compared with nothing. Sets of source files are compared file by file."""
    async with services.store.reading() as connection:
        if against is None:
            other = await artifacts.previous_version(connection, artifact)
        elif (other := await artifacts.get(connection, against)) is None:
            raise NotFoundError.of("artifact", against)
        elif other.project_id != artifact.project_id:
            raise InvalidError("against", "is not of the same project", place="query")
        wanted = [artifact.id, *([other.id] if other else [])]
        found = {one.id: (one, body) for one, body in await artifacts.get_with_contents(connection, wanted)}
    before = Version.of(*found[other.id]) if other else None
    text = await services.worked(compare_versions, before, Version.of(*found[artifact.id]))
    return DiffPublic(before=ArtifactItem.of(other) if other else None, after=ArtifactItem.of(artifact), diff=text)
