"""What every event carries in its `data`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from models.contracts.contract import Contract, storable
from models.contracts.enums import EventType

StoredText = Annotated[str, AfterValidator(storable)]
"""Text that agents and people write: what PostgreSQL cannot store is replaced, not refused."""


class Payload(Contract):
    """The data of one event.

    A field that is added later needs a default, because logs keep the events of every version. A field with a default
    is recorded only if the writer sets it.
    """

    event_type: ClassVar[EventType]

    principal_id: UUID | None = Field(
        default=None, description="The id of the person or service that caused it, if that one had signed in."
    )

    def recorded(self) -> dict[str, Any]:
        """The data as it is recorded: the fields that the writer set."""
        return self.model_dump(exclude_unset=True)
