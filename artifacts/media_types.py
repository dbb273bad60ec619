"""The media types of artifacts, and whether content is what its media type says."""

from __future__ import annotations

from artifacts import file_sets, zips
from artifacts.errors import InvalidArtifactError
from models.contracts.enums import ArtifactType

MARKDOWN = "text/markdown"
PLAIN = "text/plain"
ZIP = "application/zip"
FILES = "application/vnd.botarmy.files+json"
"""A set of text files, as UTF-8 JSON: `{"files": {"path/to.py": "text"}}`, the paths relative and without `..`."""


def usual_media_type(type: ArtifactType) -> str:
    """The media type of an artifact that a person supplies in place of an agent."""
    return {ArtifactType.SOURCE_CODE: FILES, ArtifactType.DEPLOYMENT_PACKAGE: ZIP}.get(type, MARKDOWN)


def check(media_type: str, content: bytes) -> None:
    """Check that the content is what its media type says. Large content takes seconds: use a thread.

    Raises:
        InvalidArtifactError: it is not, or it is not safe to unpack.
    """
    if media_type == FILES:
        file_sets.unpack(content)
    elif media_type == ZIP:
        zips.check(content)
    elif media_type.startswith("text/"):
        try:
            content.decode()
        except UnicodeDecodeError:
            raise InvalidArtifactError(f"It is not UTF-8, as {media_type} should be.") from None
