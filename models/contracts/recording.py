"""A recording of a task: what its agent was given, and what is stored of its conversation with a model.

It has everything with which the step can run again without a provider (`crew.model.replay`).
"""

from __future__ import annotations

import base64
from typing import Literal
from uuid import UUID

from .contract import Contract
from .names import ArtifactType
from .roles import Role


class RecordedInput(Contract):
    """An artifact version among the inputs. `content` is text, or Base64 if the encoding says so. `by_agent`,
    `note` and `added_by` are as in `crew.protocol.InputArtifact`."""

    type: ArtifactType
    name: str
    version: int
    media_type: str
    encoding: Literal["utf-8", "base64"] = "utf-8"
    content: str
    by_agent: bool
    note: str | None = None
    added_by: str | None = None

    @property
    def body(self) -> bytes:
        """The content as stored."""
        return base64.b64decode(self.content) if self.encoding == "base64" else self.content.encode()


class RecordedEntry(Contract):
    """One stored message: a prompt, a response, a tool_result or a remark.

    `fingerprint` is the hash of everything before it, `body` its JSON, unchanged, because the hash is of its bytes.
    """

    kind: str
    fingerprint: str
    call_id: str | None = None
    body: str


class Recording(Contract):
    """One task, complete. `entries` is empty if no model was asked."""

    task_id: UUID
    project_name: str
    role: Role
    stage: str
    round: int
    instructions: str
    feedback: str | None = None
    brief: str
    expected_outputs: tuple[ArtifactType, ...]
    inputs: tuple[RecordedInput, ...]
    entries: tuple[RecordedEntry, ...]
