"""What changed between two versions of an artifact, whatever they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from api.errors import ConflictError
from artifacts import file_sets
from artifacts.diff import diff_files, diff_texts
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES

if TYPE_CHECKING:  # the tables take a second to import, which a process that compares has no use for
    from models.tables import Artifact

MAX_BYTES = 4 * 2**20
"""Largest version that is compared."""

MAX_LINES = 500_000
"""Most lines of a text that is compared; each takes some memory of its own."""


@dataclass(frozen=True, slots=True)
class Version:
    """What is compared, under a title for people."""

    title: str
    media_type: str
    body: bytes

    @classmethod
    def of(cls, artifact: Artifact, body: bytes) -> Self:
        return cls(f"{artifact.name} v{artifact.version}".replace("\n", " "), artifact.media_type, body)


def compared(before: Version | None, after: Version) -> str:
    """The unified diff; of nothing with `after` where there is no version before. Takes up to some seconds: use
    `ContentProcesses`.

    Raises:
        ConflictError: a version is not text, or too large to be compared.
    """
    if after.media_type == FILES and (before is None or before.media_type == FILES):
        return diff_files(_files(before) if before else {}, _files(after))
    old_text, old_title = (_text(before), before.title) if before else ("", "/dev/null")
    return diff_texts(old_text, _text(after), old_title, after.title)


def _text(version: Version) -> str:
    _check_size(version)
    try:
        text = version.body.decode()
    except UnicodeDecodeError:
        raise ConflictError(
            f"{version.title} ({version.media_type}) is not text, which alone can be compared."
        ) from None
    if text.count("\n") > MAX_LINES:
        raise ConflictError(f"{version.title} has more than {MAX_LINES:,} lines, too many to be compared.")
    return text


def _files(version: Version) -> dict[str, str]:
    _check_size(version)
    try:
        return file_sets.unpack(version.body)
    except InvalidArtifactError as error:
        raise ConflictError(f"{version.title} cannot be compared. {error}") from None


def _check_size(version: Version) -> None:
    if len(version.body) > MAX_BYTES:
        raise ConflictError(f"{version.title} is larger than {MAX_BYTES} bytes, too large to be compared.")
