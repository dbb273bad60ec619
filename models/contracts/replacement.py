"""What the step of an open request had consumed, and somebody replaced or withdrew since."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from .contract import Contract, Moment


class Replacement(Contract):
    """One change. The request then has another subject, and asks again."""

    artifact_id: UUID = Field(description="The version that the step consumed.")
    replaced_by: UUID | None = Field(
        description="The version that a step reads now instead, which is the same one if it is read again; null if it "
        "was withdrawn."
    )
    by: str = Field(description="Who replaced it.")
    principal_id: UUID | None = Field(default=None, description="The id of who replaced it, if that one had signed in.")
    at: Moment
    subject_hash: str = Field(description="The subject of the request until then.")
