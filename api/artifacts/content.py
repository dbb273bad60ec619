"""The content of artifacts: checked when a person sends it, loaded when a client asks for it."""

from __future__ import annotations

import asyncio

from api.errors import InvalidError, NotFoundError
from artifacts import media_types
from artifacts.errors import InvalidArtifactError
from models.tables import Artifact
from store import contents
from store.transaction import Store


async def check_content(media_type: str, body: bytes) -> None:
    """Check that content from a person matches its media type, because agents will read it.

    Raises:
        InvalidError: it does not.
    """
    try:
        await asyncio.to_thread(media_types.check, media_type, body)
    except InvalidArtifactError as error:
        raise InvalidError("content", str(error)) from None


async def load_content(store: Store, artifact: Artifact) -> bytes:
    """Return the content of an artifact version.

    Raises:
        NotFoundError: its project was removed since the artifact was read.
    """
    async with store.reading() as connection:
        body = await contents.get(connection, artifact.content_hash)
    if body is None:
        raise NotFoundError("The project has been removed.")
    return body
