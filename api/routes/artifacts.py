"""List, show, compare and add artifacts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import psycopg
from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from api.artifacts.comparison import Version, compare_versions
from api.artifacts.content import check_content, load_content
from api.artifacts.html import html_response
from api.artifacts.negotiation import WantsHtmlDep
from api.auth.caller import Caller
from api.auth.dependencies import CallerDep, require
from api.context.giving import check_may_be_added
from api.deps import ArtifactDep, FileDep, ProjectDep, ServicesDep, require_not_final
from api.errors import ConflictError, InvalidError, NotFoundError
from api.http.etags import is_not_modified, make_etag
from api.http.idempotency import IdempotencyKey, KeyTakenError, find_earlier_result, keyed_request
from api.http.pagination import PageParamsDep
from api.http.pipeline_names import check_artifact_type
from api.http.strict_route import StrictRoute
from api.openapi.documentation import NOT_MODIFIED, describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.artifacts import ARTIFACT, ARTIFACT_HTML, DIFF, WHOLE_ARTIFACT
from api.services import Services
from api.shapes.artifacts import ArtifactCreate, ArtifactItem, ArtifactPublic, DiffPublic
from api.shapes.shape import Page
from api.shapes.tasks import TaskPublic
from models.contracts.identity import Permission
from models.contracts.names import ArtifactType
from models.contracts.pipeline import Pipeline
from models.tables import Project
from store import artifacts, given_context, tasks
from store.idempotency import KeyedRequest, claim
from store.transaction import Transaction

router = APIRouter(tags=["artifacts"], route_class=StrictRoute)

MAX_ATTEMPTS = 20
"""How often to try to take the next version number while other requests write versions of the same name."""


@router.get(
    "/projects/{project_id}/artifacts",
    summary="List a project's artifacts, oldest first",
    responses=describe_responses(page_of(ARTIFACT), 404, 422, 503),
)
async def list_artifacts(
    project: ProjectDep,
    services: ServicesDep,
    params: PageParamsDep,
    type: Annotated[ArtifactType | None, Query()] = None,
) -> Page[ArtifactItem]:
    if type is not None:
        check_artifact_type(project, type, place="query")
    async with services.store.reading() as connection:
        rows = await artifacts.of_project(
            connection, project.id, type=type, after=params.after, limit=params.rows_to_read
        )
    page, next_cursor = params.paginate(rows, lambda artifact: artifact.id)
    return Page(items=[ArtifactItem.of(artifact) for artifact in page], next_cursor=next_cursor)


@router.post(
    "/projects/{project_id}/artifacts",
    status_code=201,
    summary="Add context to a project",
    responses=describe_responses(ARTIFACT, 403, 404, 409, 413, 415, 422, 503, status=201),
)
async def create_artifact(
    project: ProjectDep,
    body: ArtifactCreate,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ArtifactItem:
    """A person's artifact is context, not part of the delivery: agents get it with the tasks that name it and, if it is
    given to the crew, with every step that begins later. The same Idempotency-Key with the same body returns the same
    response."""
    check_artifact_type(project, body.type)
    if body.give:
        check_may_be_added(Pipeline.model_validate(project.pipeline), body.type, field="type")
    request = keyed_request("artifacts", idempotency_key, body)
    artifact_id = await find_earlier_result(services, project.id, request)
    if artifact_id is None:
        artifact_id = await _add_version(services, project, body, request, caller)
    async with services.store.reading() as connection:
        artifact = await artifacts.get(connection, artifact_id)
    assert artifact is not None
    response.headers["Location"] = f"/api/v1/artifacts/{artifact_id}"
    return ArtifactItem.of(artifact)


async def _add_version(
    services: Services, project: Project, body: ArtifactCreate, request: KeyedRequest | None, caller: Caller
) -> UUID:
    """Return the id of the new version, or of the one that a concurrent request with the same key has added."""
    if body.give:
        require_not_final(project)
    content = body.decode_content(services.settings.max_artifact_bytes)
    await check_content(body.media_type, content)
    given_by = caller.named(body.given_by)
    version = artifacts.NewVersion(
        type=body.type,
        body=content,
        media_type=body.media_type,
        author=given_by,
        origin_id=uuid7(),
        name=body.name,
    )
    for _ in range(MAX_ATTEMPTS):
        try:
            async with services.store.transaction(project.id, caller.principal_id) as tx:
                (written,) = await artifacts.add(tx, [version])
                if body.give:
                    await _give(tx, project, written.artifact_id, given_by)
                # Last: a request whose key is taken is rolled back whole.
                if request is not None and not await claim(tx, request, written.artifact_id):
                    raise KeyTakenError
        except KeyTakenError:
            earlier = await find_earlier_result(services, project.id, request)
            assert earlier is not None  # the request that took the key has committed
            return earlier
        except (IntegrityError, psycopg.IntegrityError):  # another request has just written a version of this number
            continue
        return written.artifact_id
    raise ConflictError("Other requests are writing versions of the same name; send this one again.")


async def _give(tx: Transaction, project: Project, artifact_id: UUID, given_by: str) -> None:
    artifact = await artifacts.get(tx.connection, artifact_id)
    assert artifact is not None
    stages = await given_context.stages_to_run(tx.connection, project.id, Pipeline.model_validate(project.pipeline))
    await given_context.add(tx, uuid7(), artifact, given_by, stages, replaces=False)


@router.get(
    "/artifacts/{artifact_id}",
    response_model=ArtifactPublic,
    summary="Show an artifact with its content and provenance",
    responses=describe_responses(WHOLE_ARTIFACT, 404, 409, 422, 503, html=ARTIFACT_HTML) | NOT_MODIFIED,
)
async def get_artifact(
    artifact: ArtifactDep,
    services: ServicesDep,
    response: Response,
    wants_html: WantsHtmlDep,
    file: FileDep,
    caller: CallerDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> ArtifactPublic | Response:
    """The ETag is the content's SHA-256: a version never changes.

    A client that prefers `text/html` gets the content as a fragment for a page: Markdown is rendered, code is
    highlighted, and the files of a set are listed or, with `file`, one of them is shown. Nothing in it can execute."""
    if wants_html:
        return await html_response(services, artifact, file, if_none_match, caller.principal_id)
    if file is not None:
        raise InvalidError("file", "requires `Accept: text/html`; /content returns the bytes of a file", place="query")
    headers = {"ETag": make_etag(artifact.content_hash), "Vary": "Accept"}
    if is_not_modified(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    async with services.store.reading() as connection:
        previous = await artifacts.previous_version(connection, artifact)
        task = await tasks.get(connection, artifact.task_id) if artifact.task_id else None
    body = await load_content(services.store, artifact)
    return ArtifactPublic.with_content(
        artifact,
        body,
        previous_id=previous.id if previous else None,
        task=TaskPublic.of(task) if task else None,
    )


@router.get(
    "/artifacts/{artifact_id}/diff",
    summary="Show the changes from another version to this one",
    responses=describe_responses(DIFF, 404, 409, 422, 503),
)
async def get_artifact_diff(
    artifact: ArtifactDep,
    services: ServicesDep,
    request: Request,
    caller: CallerDep,
    against: Annotated[UUID | None, Query(description="The version to compare with, by default the previous.")] = None,
) -> DiffPublic:
    """A first version is compared with an empty one. Sets of source files are compared file by file."""
    async with services.store.reading() as connection:
        if against is None:
            other = await artifacts.previous_version(connection, artifact)
        elif (other := await artifacts.get(connection, against)) is None:
            raise NotFoundError.of("artifact", against)
        elif other.project_id != artifact.project_id:
            await require(request, Permission.READ, other.project_id, "artifact", against)
            raise InvalidError("against", "belongs to another project", place="query")
        ids = [artifact.id, *([other.id] if other else [])]
        found = {version.id: (version, body) for version, body in await artifacts.get_with_contents(connection, ids)}
    before = Version.of(*found[other.id]) if other else None
    after = Version.of(*found[artifact.id])
    text = await services.run_in_process(compare_versions, before, after, person=caller.principal_id)
    return DiffPublic(before=ArtifactItem.of(other) if other else None, after=ArtifactItem.of(artifact), diff=text)
