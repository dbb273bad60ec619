"""A later deadline of a HITL request."""

from __future__ import annotations

from datetime import timedelta
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from .contract import Contract, Moment, Text

LONGEST_DEADLINE = timedelta(days=365)
"""How far from now a deadline may be, as at the opening of a gate."""


class HitlExtension(Contract):
    """A later deadline, the payload of the `extend` signal. It counts if the deadline still is `was`: of several that
    start from the same deadline, the first one recorded wins. `principal_id` is who extended it, if that one signed in.

    Raises ValueError if it is not later.
    """

    request_id: UUID
    extension_id: UUID
    was: Moment
    expires_at: Moment
    extended_by: Text = Field(default="human", min_length=1, max_length=255)
    extended_at: Moment
    principal_id: UUID | None = None

    @model_validator(mode="after")
    def _is_later(self) -> Self:
        if self.expires_at <= self.was:
            raise ValueError("expires_at must be later than the deadline that it replaces")
        if self.expires_at > max(self.was, self.extended_at) + LONGEST_DEADLINE:
            raise ValueError(f"expires_at must be at most {LONGEST_DEADLINE.days} days ahead")
        return self


class RecordExtensionInput(Contract):
    """An extension that the workflow received."""

    project_id: UUID
    extension: HitlExtension


class ExtensionOutcome(Contract):
    """The deadline of the request as recorded; None if the request is not open."""

    deadline: Moment | None
