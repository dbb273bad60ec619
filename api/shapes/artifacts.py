"""Artifacts on the wire."""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from api.errors import InvalidError, TooLargeError
from api.shapes.shape import Shape
from api.shapes.tasks import TaskPublic
from artifacts.media_types import MARKDOWN
from config.sizes import format_size
from models.contracts.contract import Moment, Name, StrictContract, Text
from models.contracts.names import ArtifactType
from models.tables import Artifact


class Encoding(StrEnum):
    """How content is encoded in JSON."""

    UTF_8 = "utf-8"
    BASE64 = "base64"


def decode_content(content: str, encoding: Encoding, max_bytes: int, field: str = "content") -> bytes:
    """Return content as bytes. `field` is where it came from.

    Raises:
        InvalidError: it is not valid Base64, though the encoding says so.
        TooLargeError: it has more than `max_bytes`.
    """
    try:
        body = base64.b64decode(content, validate=True) if encoding is Encoding.BASE64 else content.encode()
    except (binascii.Error, ValueError):
        raise InvalidError(field, "is not valid Base64") from None
    if len(body) > max_bytes:
        raise TooLargeError(f"The {field} is larger than {format_size(max_bytes)}.")
    return body


def encode_content(body: bytes) -> tuple[str, Encoding]:
    """Return bytes as a JSON string: as text if they are UTF-8, else as Base64."""
    try:
        return body.decode(), Encoding.UTF_8
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), Encoding.BASE64


class ArtifactCreate(StrictContract):
    """Context that a person adds; an agent gets it when a task lists it in `context_ids`, and with `give`, every step
    that begins later."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies.\n"}]
        }
    )

    type: ArtifactType
    content: Text = Field(min_length=1)
    encoding: Encoding = Encoding.UTF_8
    name: Name = Field(default="context", description="An artifact with the same type and name gets the next version.")
    media_type: Annotated[str, Field(max_length=127, pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")] = MARKDOWN
    give: StrictBool = Field(
        default=False, description="Whether the steps that begin from now on receive it, as with `POST .../context`."
    )
    given_by: Annotated[Text, Field(min_length=1, max_length=255)] = Field(
        default="human", description="Who has the crew read it."
    )

    def decode_content(self, max_bytes: int) -> bytes:
        """Return the content. Raises InvalidError or TooLargeError."""
        return decode_content(self.content, self.encoding, max_bytes)


class ArtifactItem(Shape):
    """One version, without its content. `author` is an agent or a person, `based_on` the version that it amends, and
    `task_id` the task that wrote it or that it amends."""

    artifact_id: UUID
    project_id: UUID
    type: ArtifactType
    name: str
    version: int
    media_type: str
    size: int
    content_hash: str
    author: str
    by_agent: bool = Field(description="Whether an agent wrote it. Amendments and context come from people.")
    task_id: UUID | None
    based_on: UUID | None
    created_at: Moment
    accepted_at: Moment | None

    @classmethod
    def of(cls, artifact: Artifact, **extra: Any) -> Self:
        by_agent = artifact.task_id is not None and artifact.origin_id == artifact.task_id
        return cls(artifact_id=artifact.id, by_agent=by_agent, **artifact.model_dump(exclude={"id"}), **extra)


class ArtifactContent(ArtifactItem):
    """One version with its content and the id of the previous version, to compare it with."""

    previous_id: UUID | None = Field(
        description="The previous version of the same type and name; null for a first version."
    )
    encoding: Encoding
    content: str

    @classmethod
    def with_content(cls, artifact: Artifact, body: bytes, **extra: Any) -> Self:
        content, encoding = encode_content(body)
        return cls.of(artifact, encoding=encoding, content=content, **extra)


class ArtifactPublic(ArtifactContent):
    """One version with its content, the id of the previous version and the task that wrote it."""

    task: TaskPublic | None


class FilePublic(Shape):
    """One file of a file set or a zip; its size is in bytes."""

    path: str
    size: int


class DiffPublic(Shape):
    """The changes from one version to another, as a unified diff; `from` is null for a first version."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    before: ArtifactItem | None = Field(alias="from")
    after: ArtifactItem = Field(alias="to")
    diff: str
