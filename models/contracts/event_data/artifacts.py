"""What events about artifacts, and the context that people give, carry."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from models.contracts.enums import EventType
from models.contracts.event_data.payload import Payload, StoredText
from models.contracts.names import ArtifactType


class ArtifactCreated(Payload):
    """An artifact version was written."""

    event_type = EventType.ARTIFACT_CREATED

    artifact_id: UUID
    type: ArtifactType
    name: StoredText
    version: int
    author: StoredText = Field(description="An agent's type, or the name of a human.")
    content_hash: str = Field(description="SHA-256 of the content, in hex.")
    size: int = Field(description="In bytes.")


class ContextGiven(Payload):
    """A person gave the crew an artifact: the steps that begin from then on receive it."""

    event_type = EventType.CONTEXT_GIVEN

    context_id: UUID
    artifact_id: UUID
    type: ArtifactType
    name: StoredText
    version: int
    given_by: StoredText = Field(description="Who gave it.")
    replaces: bool = Field(description="Whether it is read instead of the earlier versions of its type.")
    stages: tuple[StoredText, ...] = Field(description="The stages that had not run, and receive it.")


class ContextWithdrawn(Payload):
    """A person withdrew what was given to the crew: the steps that begin from then on do not receive it."""

    event_type = EventType.CONTEXT_WITHDRAWN

    context_id: UUID
    artifact_id: UUID
    type: ArtifactType
    name: StoredText
    version: int
    withdrawn_by: StoredText = Field(description="Who withdrew it.")
