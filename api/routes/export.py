"""A project's delivery, to take away."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import IO

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from api.artifacts.export import ExportWriter
from api.artifacts.file_names import slug
from api.deps import ProjectDep, ServicesDep
from api.documentation import answers
from store import artifacts, contents

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"])

IN_MEMORY = 8 * 2**20
"""Bytes of a zip that are held in memory; a larger one goes to a temporary file."""

CHUNK = 2**16


@router.get(
    "/export",
    summary="Download the accepted artifacts as a zip",
    response_class=StreamingResponse,
    responses=answers("PK...", 404, 422, 503, media_type="application/zip"),
)
async def export_project(project: ProjectDep, services: ServicesDep) -> StreamingResponse:
    """Source files come as files, documents as Markdown, packages as they are, and `manifest.json` lists them."""
    into: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        with ExportWriter(project, into) as export:
            async with services.store.reading() as connection:
                delivery = await artifacts.delivery(connection, project.id)
            for artifact in delivery:
                async with services.store.reading() as connection:  # which others have while this one is compressed
                    body = await contents.get(connection, artifact.content_hash)
                assert body is not None
                await asyncio.to_thread(export.add, artifact, body)
        size = into.tell()
    except BaseException:
        into.close()
        raise
    name = slug(project.name) or "project"
    return StreamingResponse(
        _read(into),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"', "Content-Length": str(size)},
    )


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
