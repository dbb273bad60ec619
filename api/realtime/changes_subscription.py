"""One socket watching all projects."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.close_codes import CloseCode, Problem

if TYPE_CHECKING:
    from api.realtime.change_feed import ChangeFeed
    from api.realtime.socket import Socket

log = structlog.get_logger(__name__)

MAX_WAITING = 10_000


class ChangesSubscription:
    """Tells a socket which projects have changed. A reader that is slower than they change is told of each when there
    is room, and then of the newest number only; one for whom MAX_WAITING projects wait is closed."""

    def __init__(self, socket: Socket, change_feed: ChangeFeed) -> None:
        self._socket, self._change_feed = socket, change_feed
        self._ready = False
        self._put_off = False
        self._waiting: OrderedDict[UUID, str] = OrderedDict()
        self._stirred = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Join those who watch; the socket is told once it will hear of everything."""
        self._change_feed.join(self)
        self._work = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._change_feed.leave(self)
        if self._work is not None:
            self._work.cancel()

    def tell(self, project_id: UUID, text: str) -> None:
        """Take the frame that says how far a project's log reaches now."""
        if not self._ready:
            return
        self._waiting[project_id] = text
        self._stirred.set()
        if len(self._waiting) > MAX_WAITING:
            self._socket.close(CloseCode.TOO_SLOW, "reading too slowly; watch again, and read the lists")

    def wait_longer(self) -> None:
        """Learn that PostgreSQL is away."""
        if not self._ready and not self._put_off:
            self._put_off = True
            self._socket.send(frames.error(Problem.LOG_UNAVAILABLE, "projects are watched once PostgreSQL is back"))

    async def _run(self) -> None:
        try:
            await self._change_feed.ready()
            self._ready = True
            self._socket.send(frames.watching())
            while await self._stirred.wait():
                self._stirred.clear()
                while self._waiting:
                    await self._socket.room()
                    self._socket.send(self._waiting.popitem(last=False)[1])
        except Exception:
            log.exception("watching_failed")
            self._socket.fail()
