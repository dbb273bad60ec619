"""The interfaces between the hub and what joins it, so that neither side imports the other."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from api.auth.caller import Caller
from api.realtime.close_codes import CloseCode
from api.realtime.frames import Frame
from models.contracts.live_text import LiveText


class ProjectListener(Protocol):
    """What joins a project at the hub."""

    @property
    def project_id(self) -> UUID: ...

    @property
    def is_ready(self) -> bool:
        """Whether it has started to deliver, so that an interruption of Redis may have cost it events."""

    def on_message(self, frame: Frame) -> None:
        """Handle an event from Redis."""

    def on_head(self, head: int) -> None:
        """Handle the number of the last event in the log."""

    def on_removed(self) -> None:
        """Handle that the project was removed."""

    def on_heartbeat(self, text: str) -> None: ...


class ChangeListener(Protocol):
    """What joins the change feed."""

    def on_change(self, project_id: UUID, text: str) -> None:
        """Handle the frame with the new head of a project's log."""

    def on_log_unavailable(self) -> None:
        """PostgreSQL is unavailable, so that the subscription cannot start yet."""


class LiveListener(Protocol):
    """What joins the live feed of a project."""

    @property
    def project_id(self) -> UUID: ...

    def on_live(self, texts: Mapping[UUID, LiveText]) -> None:
        """Handle the texts that models are writing, by task."""


class Connection(Protocol):
    """A client's socket, as the subscriptions see it."""

    @property
    def max_held(self) -> int:
        """How many events of one project may wait for a gap to be filled."""

    def sees(self, project_id: UUID) -> bool:
        """Return whether the caller may read a project."""

    async def may_see(self, project_id: UUID) -> bool:
        """Return whether the caller may read a project, if need be with its current roles."""

    def enqueue(self, text: str) -> None:
        """Queue a frame to be sent."""

    async def wait_for_space(self) -> None: ...

    def close(self, code: CloseCode, reason: str) -> None: ...

    def close_with_error(self) -> None: ...

    def reject_unknown_project(self, project_id: UUID, *, close: bool) -> None:
        """Tell the client that a project does not exist, or no longer, and stop following it."""


class RegisteredSocket(Protocol):
    """A socket, as the hub sees it."""

    ended: asyncio.Event
    caller: Caller

    @property
    def followed(self) -> Collection[UUID]:
        """The projects that it follows."""

    @property
    def is_closing(self) -> bool: ...

    def close(self, code: CloseCode, reason: str) -> None: ...

    def close_if_stalled(self) -> None: ...
