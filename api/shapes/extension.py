"""A later deadline of a HITL request, as a client asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from api.shapes.shape import Shape
from models.contracts.contract import Duration, Moment, StrictContract, Text


class ExtensionCreate(StrictContract):
    """A later deadline: a moment, or how much later. Sent again with the same `extension_id`, it counts once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"extend_by": "4h"}, {"expires_at": "2026-11-26T09:00:00Z", "extended_by": "Ada"}]
        }
    )

    expires_at: Moment | None = Field(default=None, description="The new deadline.")
    extend_by: Duration | None = Field(
        default=None, description="How much later than the present deadline, such as `4h`; instead of `expires_at`."
    )
    was: Moment | None = Field(
        default=None,
        description="The deadline that you saw: another one is a conflict. By default, the one that holds when the "
        "request arrives.",
    )
    extension_id: UUID | None = Field(default=None, description="Chosen by the client, or else generated.")
    extended_by: Annotated[Text, Field(min_length=1, max_length=255)] = "human"

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.expires_at is None) == (self.extend_by is None):
            raise ValueError("needs either expires_at or extend_by")
        return self

    def deadline_after(self, was: datetime) -> datetime:
        """Return the deadline that it asks for, if the present one is `was`. Raises OverflowError."""
        if self.expires_at is not None:
            return self.expires_at
        assert self.extend_by is not None
        return was + self.extend_by


class ExtensionAnswer(Shape):
    """The deadline of a request after an extension, or `submitted` until a worker has applied it."""

    request_id: UUID
    extension_id: UUID
    status: Literal["extended", "submitted"]
    expires_at: Moment = Field(description="The deadline that was asked for, and holds once the status is `extended`.")
