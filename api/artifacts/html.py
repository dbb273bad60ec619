"""Artifacts as HTML: a fragment for a page, and harmless where it is opened by itself."""

from __future__ import annotations

from fastapi import Response

from api.artifacts.content_processes import BusyError
from api.artifacts.rendering import EDITION, Subject
from api.artifacts.rendering.views import as_written
from api.http.etags import is_not_modified, make_etag, short_hash
from api.services import Services
from models.tables import Artifact
from store import contents

BUSY = "It is shown as it was written, since the API is busy; it can be laid out later."

HEADERS = {
    "Vary": "Accept",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; sandbox allow-popups",
    "X-Content-Type-Options": "nosniff",
}


async def shown(services: Services, artifact: Artifact, file: str | None, if_none_match: str | None) -> Response:
    """The answer: the artifact, or one file of it.

    Raises:
        NotFoundError: there is no such file.
        ConflictError: the file cannot be got at.
    """

    async def load() -> bytes:
        async with services.store.reading() as connection:
            body = await contents.get(connection, artifact.content_hash)
        assert body is not None
        return body

    # Weak, as a slow machine may stop to colour sooner.
    headers = HEADERS | {"ETag": make_etag(artifact.content_hash, "html", EDITION, short_hash(file), weak=True)}
    known = is_not_modified(if_none_match, headers["ETag"])
    if known and file is None:
        return Response(status_code=304, headers=headers)
    subject = Subject(artifact.content_hash, artifact.media_type, artifact.name, file)
    try:
        fragment = await services.fragments.of(subject, load)
    except BusyError:  # what is shown now is not what will be shown later
        fragment, known = as_written(subject, await load(), BUSY), False
        headers = HEADERS | {"Cache-Control": "no-store"}
    if known:  # and there is such a file
        return Response(status_code=304, headers=headers)
    return Response(fragment, media_type="text/html", headers=headers)
