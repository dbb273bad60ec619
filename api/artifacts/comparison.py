"""The comparison of two versions of an artifact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from api.errors import ConflictError
from artifacts import file_sets
from artifacts.diff import diff_files, diff_texts
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES
from config.sizes import format_size

if TYPE_CHECKING:  # importing the tables takes a second, and the processes of the pool do not need them
    from models.tables import Artifact

MAX_BYTES = 4 * 2**20
"""The largest version that is compared."""

MAX_LINES = 500_000
"""The most lines of a text that is compared; each takes memory."""


@dataclass(frozen=True, slots=True)
class Version:
    """One side of a comparison, with a title for people."""

    title: str
    media_type: str
    body: bytes

    @classmethod
    def of(cls, artifact: Artifact, body: bytes) -> Self:
        return cls(f"{artifact.name} v{artifact.version}".replace("\n", " "), artifact.media_type, body)


def compare_versions(before: Version | None, after: Version) -> str:
    """Return the unified diff; from nothing if there is no version before. Can take seconds: run it in the
    `ProcessPool`.

    Raises:
        ConflictError: a version is not text, or is too large to compare.
    """
    if after.media_type == FILES and (before is None or before.media_type == FILES):
        return diff_files(_decode_files(before) if before else {}, _decode_files(after))
    old_text, old_title = (_decode_text(before), before.title) if before else ("", "/dev/null")
    return diff_texts(old_text, _decode_text(after), old_title, after.title)


def _decode_text(version: Version) -> str:
    _check_size(version)
    try:
        text = version.body.decode()
    except UnicodeDecodeError:
        raise ConflictError(
            f"{version.title} ({version.media_type}) is not text, and only text can be compared."
        ) from None
    if text.count("\n") > MAX_LINES:
        raise ConflictError(f"{version.title} has more than {MAX_LINES:,} lines, which is too many to compare.")
    return text


def _decode_files(version: Version) -> dict[str, str]:
    _check_size(version)
    try:
        return file_sets.unpack(version.body)
    except InvalidArtifactError as error:
        raise ConflictError(f"{version.title} cannot be compared. {error}") from None


def _check_size(version: Version) -> None:
    if len(version.body) > MAX_BYTES:
        raise ConflictError(f"{version.title} is larger than {format_size(MAX_BYTES)}, which is too large to compare.")
