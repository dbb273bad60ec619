"""Download a project's delivery."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from api.artifacts.content import load_content
from api.artifacts.export import ExportWriter
from api.deps import ProjectDep, ServicesDep
from api.openapi.documentation import describe_responses
from artifacts.paths import slug
from store import artifacts, hitl_decisions

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"])

MAX_IN_MEMORY = 8 * 2**20
"""Bytes of a zip that is kept in memory; a larger one is spooled to a temporary file."""

CHUNK = 2**16

ZIPPING = ThreadPoolExecutor(2, "export")
"""Threads of their own: many exports at once would occupy those that check passwords and contents."""


@router.get(
    "/export",
    summary="Download the accepted artifacts as a zip",
    response_class=StreamingResponse,
    responses=describe_responses("PK...", 404, 422, 503, media_type="application/zip"),
)
async def export_project(project: ProjectDep, services: ServicesDep) -> StreamingResponse:
    """Source files are files in it, documents are Markdown, packages are unchanged, and `manifest.json` lists them."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(MAX_IN_MEMORY)  # noqa: SIM115 - closed after it has been sent
    try:
        with ExportWriter(project, file) as export:
            async with services.store.reading() as connection:
                delivery = await artifacts.delivery(connection, project.id)
                authors = await hitl_decisions.authors(connection, [artifact.origin_id for artifact in delivery])
            for artifact in delivery:
                body = await load_content(services.store, artifact)  # no connection is held while it is compressed
                author = authors.get(artifact.origin_id)
                await asyncio.get_running_loop().run_in_executor(ZIPPING, export.add, artifact, body, author)
        size = file.tell()
    except BaseException:
        file.close()
        raise
    name = slug(project.name) or "project"
    return StreamingResponse(
        _read_chunks(file),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"', "Content-Length": str(size)},
    )


async def _read_chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
