"""Whether content is what its media type says: what a person sends is read by agents, who should not stumble on it."""

from __future__ import annotations

import io
import zipfile

from activities.agents import files
from activities.agents.protocol import FILES, ZIP, AgentError
from api.errors import InvalidError


def check(media_type: str, body: bytes) -> None:
    """Takes its time with large file sets: use a thread.

    Raises:
        InvalidError: the content does not fit.
    """
    if media_type == FILES:
        try:
            files.unpack(body)
        except AgentError as error:
            raise InvalidError("content", str(error)) from None
    elif media_type == ZIP and not zipfile.is_zipfile(io.BytesIO(body)):
        raise InvalidError("content", "is not a zip")
    elif media_type.startswith("text/"):
        try:
            body.decode()
        except UnicodeDecodeError:
            raise InvalidError("content", f"is not UTF-8, as {media_type} should be") from None
