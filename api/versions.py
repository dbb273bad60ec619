"""What changed between two versions of an artifact, whatever they hold."""

from __future__ import annotations

from activities.agents import files
from activities.agents.protocol import FILES, AgentError
from api.comparing import diff, diff_of_files
from api.errors import ConflictError
from models.tables import Artifact

MAX_BYTES = 4 * 2**20
"""Largest version that is compared."""

Version = tuple[Artifact, bytes]


def compared(before: Version | None, after: Version) -> str:
    """The unified diff; of nothing with `after` where there is no version before. Takes up to some seconds: use a
    thread.

    Raises:
        ConflictError: a version is not text, or too large to be compared.
    """
    if after[0].media_type == FILES and (before is None or before[0].media_type == FILES):
        return diff_of_files(_files(before) if before else {}, _files(after))
    old = _title(before[0]) if before else "/dev/null"
    return diff(_text(before) if before else "", _text(after), old, _title(after[0]))


def _title(artifact: Artifact) -> str:
    return f"{artifact.name} v{artifact.version}".replace("\n", " ")


def _text(version: Version) -> str:
    artifact, body = version
    _check_size(artifact)
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise ConflictError(
            f"{_title(artifact)} ({artifact.media_type}) is not text, which alone can be compared."
        ) from None


def _files(version: Version) -> dict[str, str]:
    artifact, body = version
    _check_size(artifact)
    try:
        return files.unpack(body)
    except AgentError as error:
        raise ConflictError(f"{_title(artifact)} cannot be compared. {error}") from None


def _check_size(artifact: Artifact) -> None:
    if artifact.size > MAX_BYTES:
        raise ConflictError(f"{_title(artifact)} is larger than {MAX_BYTES} bytes, too large to be compared.")
