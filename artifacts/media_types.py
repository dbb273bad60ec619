"""The media types of artifacts, and the check that content matches its media type."""

from __future__ import annotations

from artifacts import file_sets, zips
from artifacts.errors import InvalidArtifactError
from models.contracts.roles import MediaType

MARKDOWN = MediaType.MARKDOWN.value
PLAIN = MediaType.PLAIN.value
ZIP = MediaType.ZIP.value
FILES = MediaType.FILES.value
"""A set of text files, as UTF-8 JSON: `{"files": {"path/to.py": "text"}}`, the paths relative and without `..`."""


def check(media_type: str, content: bytes) -> None:
    """Check that the content matches its media type. Takes seconds for large content: run it in a thread.

    Raises:
        InvalidArtifactError: it does not match, or it is not safe to unpack.
    """
    if media_type == FILES:
        file_sets.unpack(content)
    elif media_type == ZIP:
        zips.check(content)
    elif media_type.startswith("text/"):
        try:
            content.decode()
        except UnicodeDecodeError:
            raise InvalidArtifactError(f"The content is not valid UTF-8, which {media_type} requires.") from None
