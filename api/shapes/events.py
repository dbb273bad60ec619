"""A project's event log on the wire."""

from __future__ import annotations

from api.shapes.shape import Shape
from models.contracts.events import Event


class EventPage(Shape):
    """A page of a project's log; `next_cursor` is the `since` of the next page, `head` the number of the last event."""

    items: list[Event]
    next_cursor: str | None
    head: int
