"""uvicorn's HTTP protocol, for peers that send slowly or without end.

uvicorn itself bounds neither the size of a request's head nor the time in which a request arrives, and reads on for as
long as a peer sends after its answer.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.middleware.hosts import TARGET

MAX_HEAD = 64 * 2**10
"""Bytes that a request's head may have."""

LINGER_SECONDS = 2.0
"""How long a peer that has been answered may go on sending: one that is cut off at once does not get to the answer."""


class PunctualProtocol(HttpToolsProtocol):
    """Ends connections whose request is not there in time. Who waits for a body answers before that (`BodyLimit`)."""

    seconds: ClassVar[float]
    most: ClassVar[int]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head: int | None = 0
        """Bytes of the head that is coming in; None where none is."""
        self._arriving = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request(self.seconds)
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arriving = True
        self._await_request(self.seconds)

    def on_headers_complete(self) -> None:
        self._head = None
        # The server keeps the target's path only; a target may name a host as well, which has to be looked at.
        cast(dict[str, object], self.scope)["extensions"] = {TARGET: self.url}
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._head = 0
        self._arriving = False
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._arriving and self.cycle.response_complete:
            self._await_request(LINGER_SECONDS)

    def _make_room(self) -> None:
        """End the connection that has kept us waiting for its request for longest, or is idle, so that this one is
        answered; this one, where all others are being answered."""
        waiting = [one for one in self.connections if isinstance(one, PunctualProtocol) and one._deadline is not None]
        longest = min(waiting, key=lambda one: one._deadline.when() if one._deadline else 0.0, default=self)
        longest._stop_waiting()
        longest.transport.abort()

    def _await_request(self, seconds: float) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.flow.read_paused:  # it is we who do not read: the request before it is not answered yet
            self._await_request(self.seconds)
        else:
            self.transport.abort()


def punctual(seconds: float, most: int) -> type[asyncio.Protocol]:
    """The protocol that gives a request so long to arrive, head and body, and has descriptors for so many clients."""
    return type("PunctualProtocol", (PunctualProtocol,), {"seconds": seconds, "most": most})
