"""The fragments that were made lately, and those that are being made."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from api.artifacts.content_processes import ContentProcesses, ExhaustedError
from api.artifacts.rendering.views import Subject, as_written, view

MAX_BYTES = 32 * 2**20

TOO_INVOLVED = "It is too involved to be laid out, and so is shown as it was written."


class Fragments:
    """HTML fragments of one process, up to `limit` bytes of them; content never changes, so they never grow stale.

    They are made in processes of their own, so that one artifact never waits for another's. What takes too long is
    shown as it was written.
    """

    def __init__(self, processes: ContentProcesses, limit: int = MAX_BYTES) -> None:
        self._processes = processes
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[Subject, bytes] = OrderedDict()
        self._making: dict[Subject, asyncio.Task[bytes]] = {}

    async def of(self, subject: Subject, load: Callable[[], Awaitable[bytes]]) -> bytes:
        """The fragment; `load` gives the content, where it is needed.

        Raises:
            NotFoundError, ConflictError: as `view` does.
            BusyError: it cannot be made now.
        """
        if (fragment := self._kept.get(subject)) is not None:
            self._kept.move_to_end(subject)
            return fragment
        if (making := self._making.get(subject)) is None:
            making = self._making[subject] = asyncio.create_task(self._made(subject, load))
            making.add_done_callback(lambda _: self._making.pop(subject))
            making.add_done_callback(lambda made: made.cancelled() or made.exception())
        # Whoever leaves leaves the others their fragment.
        return await asyncio.shield(making)

    async def _made(self, subject: Subject, load: Callable[[], Awaitable[bytes]]) -> bytes:
        body = await load()
        try:
            fragment = await self._processes.run(view, subject, body)
        except ExhaustedError:
            fragment = as_written(subject, body, TOO_INVOLVED)
        self._keep(subject, fragment)
        return fragment

    def _keep(self, subject: Subject, fragment: bytes) -> None:
        self._kept[subject] = fragment
        self._size += len(fragment)
        while self._size > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)
