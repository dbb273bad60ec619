"""The content of artifacts: the files in them, and the bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.artifacts import files
from api.artifacts.content import load_content
from api.artifacts.downloads import download_response
from api.auth.dependencies import CallerDep
from api.deps import ArtifactDep, FileDep, ServicesDep
from api.errors import ConflictError
from api.http.etags import is_not_modified, make_etag, short_hash
from api.openapi.documentation import NOT_MODIFIED, describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.artifacts import FILE
from api.shapes.artifacts import FilePublic
from api.shapes.shape import Page
from artifacts.media_types import FILES
from config.sizes import format_size

router = APIRouter(prefix="/artifacts/{artifact_id}", tags=["artifacts"])

MAX_FILE = 16 * 2**20
"""Bytes of a file that is extracted from a zip, which may be a zip bomb."""


_CONTENT = describe_responses("# Project plan\n", 404, 409, 422, 503, media_type="*/*")
# Readers of JSON parse this one, so that it is not just bytes.
_CONTENT[200]["content"][FILES] = {"schema": {"type": "object"}, "example": {"files": {"README.md": "# Guest book\n"}}}


@router.get(
    "/files",
    summary="List the files of a file set or a zip",
    responses=describe_responses(page_of(FILE), 404, 409, 422, 503),
)
async def list_files(artifact: ArtifactDep, services: ServicesDep, caller: CallerDep) -> Page[FilePublic]:
    """All of them, sorted by path, on one page: a file set holds at most 1,000, and a zip with more than 10,000 is
    refused with 409. 409 also means that the artifact is neither."""
    if not files.contains_files(artifact.media_type):
        raise ConflictError(f"The artifact is {artifact.media_type}, which holds no files.")
    body = await load_content(services.store, artifact)
    found = await services.run_in_process(files.list_files, artifact.media_type, body, person=caller.principal_id)
    return Page(items=[FilePublic(path=entry.path, size=entry.size) for entry in found])


@router.get(
    "/content",
    response_class=Response,
    summary="Download an artifact's content",
    responses=_CONTENT | NOT_MODIFIED,
)
async def get_content(
    artifact: ArtifactDep,
    services: ServicesDep,
    caller: CallerDep,
    file: FileDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The bytes of the version or, with `file`, of one file in it. Browsers save it and never open it in place."""
    etag = make_etag(artifact.content_hash, short_hash(file))
    not_modified = is_not_modified(if_none_match, etag)
    if not_modified and file is None:
        return Response(status_code=304, headers={"ETag": etag})
    body = await load_content(services.store, artifact)
    if file is not None:
        wanted = (artifact.media_type, body, file, MAX_FILE + 1)
        body = await services.run_in_process(files.read_file, *wanted, person=caller.principal_id)
        if len(body) > MAX_FILE:
            raise ConflictError(f"The file is larger than {format_size(MAX_FILE)}; download and unpack the zip.")
    if not_modified:  # only now: the file might not exist
        return Response(status_code=304, headers={"ETag": etag})
    return download_response(artifact, file, body, etag)
