"""What artifacts hold: the files in them, and the bytes themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from api import examples
from api.artifacts import files
from api.artifacts.downloads import download_response
from api.deps import ArtifactDep, FileDep, ServicesDep
from api.documentation import UNCHANGED, answers
from api.errors import ConflictError
from api.etags import short, tag_of, unchanged
from api.services import Services
from api.shapes.artifacts import FilePublic
from api.shapes.shape import Page
from models.tables import Artifact
from store import contents

router = APIRouter(prefix="/artifacts/{artifact_id}", tags=["artifacts"])

MAX_FILE = 16 * 2**20
"""Bytes of a file that is taken out of a zip, which may have been made to fill the memory."""


@router.get(
    "/files",
    summary="List the files of a file set or a zip",
    responses=answers(examples.page(examples.FILE), 404, 409, 422, 503),
)
async def list_files(artifact: ArtifactDep, services: ServicesDep) -> Page[FilePublic]:
    """All of them, by path, in one part: a file set has 1,000 at most, and a zip of more than 10,000 is not looked into
    (409). 409 also says that the artifact is neither."""
    if not files.contains_files(artifact.media_type):
        raise ConflictError(f"The artifact is {artifact.media_type}, which holds no files.")
    found = await services.worked(files.list_files, artifact.media_type, await _body(services, artifact))
    return Page(items=[FilePublic(path=one.path, size=one.size) for one in found])


@router.get(
    "/content",
    response_class=Response,
    summary="Download what an artifact holds, as it is",
    responses=answers("# Project plan\n", 404, 409, 422, 503, media_type="*/*") | UNCHANGED,
)
async def get_content(
    artifact: ArtifactDep,
    services: ServicesDep,
    file: FileDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The bytes of the version or, with `file`, of one file of it. It is always to be saved, never opened in place."""
    tag = tag_of(artifact.content_hash, short(file))
    known = unchanged(if_none_match, tag)
    if known and file is None:
        return Response(status_code=304, headers={"ETag": tag})
    body = await _body(services, artifact)
    if file is not None:
        body = await services.worked(files.read_file, artifact.media_type, body, file, MAX_FILE + 1)
        if len(body) > MAX_FILE:
            raise ConflictError(f"The file is larger than {MAX_FILE} bytes; download the zip, and unpack it.")
    if known:  # and there is such a file
        return Response(status_code=304, headers={"ETag": tag})
    return download_response(artifact, file, body, tag)


async def _body(services: Services, artifact: Artifact) -> bytes:
    async with services.store.reading() as connection:
        body = await contents.get(connection, artifact.content_hash)
    assert body is not None
    return body
