"""uvicorn's HTTP protocol with limits for clients that send slowly or without end.

uvicorn limits neither the size of a request's head nor the time in which a request arrives, and it keeps reading for as
long as a client sends after the response.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.middleware.hosts import TARGET

MAX_HEAD = 64 * 2**10
"""Bytes of a request's head."""

LINGER_SECONDS = 2.0
"""How long a client may keep sending after its response: one that is cut off at once never reads the response."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """Closes connections whose request does not arrive in time. A late body gets its 408 before that (`BodyLimit`)."""

    seconds: ClassVar[float]
    max_connections: ClassVar[int]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_size: int | None = 0
        """Bytes of the head received so far; None while no head is being received."""
        self._is_receiving = False
        self.deadline: asyncio.TimerHandle | None = None
        """When this connection is closed; None while its request is being served."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_deadline(self.seconds)
        if len(self.connections) > self.max_connections:
            self._evict_one()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_size is not None:
            self._head_size += len(data)
        super().data_received(data)
        if self._head_size is not None and self._head_size > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def handle_websocket_upgrade(self) -> None:
        self._cancel_deadline()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_receiving = True
        self._start_deadline(self.seconds)

    def on_headers_complete(self) -> None:
        self._head_size = None
        # uvicorn keeps only the path of the target; a target may name a host as well, which has to be checked.
        cast(dict[str, object], self.scope)["extensions"] = {TARGET: self.url}
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._head_size = 0
        self._is_receiving = False
        self._cancel_deadline()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_receiving and self.cycle.response_complete:
            self._start_deadline(LINGER_SECONDS)

    def evict(self) -> None:
        """Close this connection at once."""
        self._cancel_deadline()
        self.transport.abort()

    def _evict_one(self) -> None:
        """Close the connection that is idle, or has been sending its request, for the longest, to make room for this
        one. Close this one if every other connection is being served."""
        waiting = [
            connection
            for connection in self.connections
            if isinstance(connection, LimitedHttpProtocol) and connection.deadline is not None
        ]
        oldest = min(
            waiting,
            key=lambda connection: connection.deadline.when() if connection.deadline else 0.0,
            default=self,
        )
        oldest.evict()

    def _start_deadline(self, seconds: float) -> None:
        self._cancel_deadline()
        self.deadline = self.loop.call_later(seconds, self._on_deadline)

    def _cancel_deadline(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _on_deadline(self) -> None:
        if self.flow.read_paused:  # the server has paused reading: the request before this one is not answered yet
            self._start_deadline(self.seconds)
        else:
            self.transport.abort()


def limited_http_protocol(seconds: float, max_connections: int) -> type[asyncio.Protocol]:
    """Return a protocol class that allows a request, head and body, `seconds` to arrive and that serves at most
    `max_connections` clients."""
    options = {"seconds": seconds, "max_connections": max_connections}
    return type("LimitedHttpProtocol", (LimitedHttpProtocol,), options)
