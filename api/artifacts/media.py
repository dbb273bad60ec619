"""Whether content is what its media type says: what a person sends is read by agents, who should not stumble on it."""

from __future__ import annotations

from api.errors import InvalidError
from artifacts import media_types
from artifacts.errors import InvalidArtifactError


def check(media_type: str, body: bytes) -> None:
    """Takes its time with large file sets: use a thread.

    Raises:
        InvalidError: the content does not fit.
    """
    try:
        media_types.check(media_type, body)
    except InvalidArtifactError as error:
        raise InvalidError("content", str(error)) from None
