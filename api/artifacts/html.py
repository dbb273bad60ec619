"""An artifact as an HTML response: a fragment for a page, harmless when it is opened on its own."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from api.artifacts.content import load_content
from api.artifacts.process_pool import PoolBusyError
from api.artifacts.rendering import RENDERER_VERSION, RenderSource, render_plain
from api.http.etags import is_not_modified, make_etag, short_hash
from api.services import Services
from models.tables import Artifact

BUSY = "This is the source text, because the API is busy. Reload to see it rendered."

HEADERS = {
    "Vary": "Accept",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; sandbox allow-popups",
    "X-Content-Type-Options": "nosniff",
}


async def html_response(
    services: Services, artifact: Artifact, file: str | None, if_none_match: str | None, person: UUID | None
) -> Response:
    """Return the artifact, or one file in it, as HTML, or 304. `person` is who asks.

    Raises:
        NotFoundError: there is no such file.
        ConflictError: the file cannot be read.
    """

    async def load() -> bytes:
        return await load_content(services.store, artifact)

    # Weak: on a slow machine the highlighting may stop earlier.
    etag = make_etag(artifact.content_hash, "html", RENDERER_VERSION, short_hash(file), weak=True)
    headers = HEADERS | {"ETag": etag}
    is_current = is_not_modified(if_none_match, etag)
    if is_current and file is None:
        return Response(status_code=304, headers=headers)
    source = RenderSource(artifact.content_hash, artifact.media_type, artifact.name, file)
    try:
        fragment = await services.fragments.get(source, load, person)
    except PoolBusyError:  # a later response will differ, so no client may keep this one
        fragment, is_current = render_plain(source, await load(), BUSY), False
        headers = HEADERS | {"Cache-Control": "no-store"}
    if is_current:  # only now is it known that the file exists
        return Response(status_code=304, headers=headers)
    return Response(fragment, media_type="text/html", headers=headers)
