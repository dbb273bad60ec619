"""The code that a project begins from: checked when a person sends it."""

from __future__ import annotations

import asyncio

from api.errors import InvalidError, TooLargeError
from api.shapes.artifacts import decode_content
from api.shapes.projects import SourceCreate
from artifacts import file_sets, paths, sources
from artifacts.errors import InvalidArtifactError
from config.sizes import format_size
from models.contracts.roles import MediaType

FIELD = "source.content"


async def read_source(given: SourceCreate, max_bytes: int) -> bytes:
    """Return the source as FILES content.

    Raises:
        InvalidError: it is not what it says, or a file in it cannot be used.
        TooLargeError: it has more than `max_bytes`, as it was sent or unpacked.
    """
    content = decode_content(given.content, given.encoding, max_bytes, FIELD)
    try:
        packed = await asyncio.to_thread(_pack, given.media_type, content)
    except InvalidArtifactError as error:
        raise InvalidError(FIELD, str(error)) from None
    if len(packed) > max_bytes:
        raise TooLargeError(f"The files of {FIELD} are larger than {format_size(max_bytes)}.")
    return packed


def _pack(media_type: MediaType, content: bytes) -> bytes:
    if media_type is MediaType.FILES:
        return file_sets.pack(file_sets.unpack(content))
    source = sources.read_zip(content)
    if source.left_out:
        raise InvalidArtifactError(f"{paths.quote(source.left_out[0])} is a link, or not text in UTF-8.")
    return file_sets.pack(source.files)
