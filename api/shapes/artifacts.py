"""Artifacts on the wire."""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.errors import InvalidError
from api.shapes.shape import Moment, Shape
from api.shapes.tasks import TaskPublic
from models.contracts.contract import Name, StrictContract, Text
from models.contracts.enums import ArtifactType
from models.tables import Artifact


class Encoding(StrEnum):
    """How content is written in JSON."""

    UTF_8 = "utf-8"
    BASE64 = "base64"


def body_of(content: str, encoding: Encoding) -> bytes:
    """The bytes of a content.

    Raises:
        InvalidError: it is not Base64, though it says so.
    """
    if encoding is Encoding.UTF_8:
        return content.encode()
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidError("content", "is not Base64") from None


def written(body: bytes) -> tuple[str, Encoding]:
    """Bytes as JSON can hold them: text where they are text."""
    try:
        return body.decode(), Encoding.UTF_8
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), Encoding.BASE64


class ArtifactCreate(StrictContract):
    """Context that a person adds; an agent gets it where a task names it in `context_ids`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies.\n"}]
        }
    )

    type: ArtifactType
    content: Text = Field(min_length=1)
    encoding: Encoding = Encoding.UTF_8
    name: Name = Field(default="context", description="One more under the same type and name is its next version.")
    media_type: Annotated[str, Field(max_length=127, pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")] = "text/markdown"

    def body(self) -> bytes:
        """The content; raises InvalidError."""
        return body_of(self.content, self.encoding)


class ArtifactItem(Shape):
    """One version, without its content. `author` is an agent or a human, `based_on` the version that it amends."""

    artifact_id: UUID
    project_id: UUID
    type: ArtifactType
    name: str
    version: int
    media_type: str
    size: int
    content_hash: str
    author: str
    task_id: UUID | None
    based_on: UUID | None
    created_at: Moment
    accepted_at: Moment | None

    @classmethod
    def of(cls, artifact: Artifact, **more: Any) -> Self:
        return cls(artifact_id=artifact.id, **artifact.model_dump(exclude={"id"}), **more)


class ArtifactContent(ArtifactItem):
    """One version with its content, as text where it is text, and the version before it, to compare it with."""

    previous_id: UUID | None = Field(description="Of the same type and name; null for a first version.")
    encoding: Encoding
    content: str

    @classmethod
    def with_content(cls, artifact: Artifact, body: bytes, **more: Any) -> Self:
        content, encoding = written(body)
        return cls.of(artifact, encoding=encoding, content=content, **more)


class ArtifactPublic(ArtifactContent):
    """One version with its content, the version before it and the task that it comes from."""

    task: TaskPublic | None


class FilePublic(Shape):
    """One file of a file set or a zip; its size is in bytes."""

    path: str
    size: int


class DiffPublic(Shape):
    """What changed from one version to another, as a unified diff; `from` is null where all of it is new."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    before: ArtifactItem | None = Field(alias="from")
    after: ArtifactItem = Field(alias="to")
    diff: str
