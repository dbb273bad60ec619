"""A project's events over the WebSocket: in order, each exactly once, across reconnections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import ValidationError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidProxy, InvalidStatus, InvalidURI, WebSocketException

from cli.client.address import Address
from cli.client.backoff import Backoff
from cli.client.shapes import Event
from cli.errors import ApiError
from config.outbound import is_loopback

MAX_FRAME = 4 * 2**20
PING_SECONDS = 10
FATAL_CLOSE_CODES = range(4400, 4405)
"""Close codes after which a retry is useless: a bad request, an unknown project."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The connection is open; `head` is the number of the project's newest event at that moment."""

    head: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection was lost, or could not be opened; it is retried."""

    reason: str


async def follow(
    address: Address, project_id: str, since: int, *, live: bool = False
) -> AsyncGenerator[Event | Connected | Disconnected, None]:
    """Yield the events after `since` and then live ones, until the caller stops; with `live`, also what models write.

    Raises:
        ApiError: the API refuses the connection, and would refuse it again.
    """
    last, backoff = since, Backoff()
    while True:
        base = address()
        try:
            async with aclosing(_frames(base, address.headers(), project_id, last, live=live)) as frames:
                async for frame in frames:
                    if frame.event_type == "connection_ready":
                        backoff.reset()
                        yield Connected(int(frame.data["head"]))
                    elif frame.seq is None:
                        yield frame
                    elif frame.seq > last + 1:
                        raise ConnectionError(f"event {last + 1} is missing")
                    elif frame.seq == last + 1:
                        last = frame.seq
                        yield frame
            reason = "the connection was closed"
        except InvalidStatus as error:
            status = error.response.status_code
            if status < 500 and status not in (408, 425, 429):
                raise ApiError(status, f"the WebSocket was refused with status {status}", {}) from None
            reason = f"status {status}"
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code in FATAL_CLOSE_CODES:
                raise ApiError(error.rcvd.code, error.rcvd.reason, {}) from None
            reason = (error.rcvd.reason if error.rcvd else "") or "the connection broke"
        except (OSError, TimeoutError, WebSocketException, ValidationError, ImportError) as error:
            if isinstance(error, InvalidURI):
                raise ApiError(0, str(error), {}) from None
            if isinstance(error, InvalidProxy | ImportError):  # ImportError for an unsupported kind of proxy
                raise ApiError(0, "the WebSocket cannot use the environment's proxy", {}) from None
            reason = str(error) or type(error).__name__
        yield Disconnected(reason)
        await asyncio.sleep(backoff.next())


async def _frames(
    base: str, headers: dict[str, str], project_id: str, since: int, *, live: bool
) -> AsyncGenerator[Event, None]:
    query = {"project_id": project_id, "since": since, **({"live": "true"} if live else {})}
    url = f"ws{base.removeprefix('http')}/ws?{urlencode(query)}"
    async with connect(
        url,
        additional_headers=headers,
        max_size=MAX_FRAME,
        compression=None,
        open_timeout=PING_SECONDS,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        close_timeout=1,
        proxy=None if is_loopback(base) else True,
    ) as socket:
        async for frame in socket:
            yield Event.model_validate_json(frame)
