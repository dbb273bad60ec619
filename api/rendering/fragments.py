"""The fragments that were made lately, and one at a time those that were not."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from api.rendering.views import Subject, view

MAX_BYTES = 32 * 2**20


class Fragments:
    """HTML fragments of one process, up to `limit` bytes of them; content never changes, so they never grow stale."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[Subject, bytes] = OrderedDict()
        # They are made in Python: two at once would take twice as long, and the calls beside them even longer.
        self._turn = asyncio.Lock()

    async def of(self, subject: Subject, load: Callable[[], Awaitable[bytes]]) -> bytes:
        """The fragment; `load` gives the content, where it is needed.

        Raises:
            NotFoundError, ConflictError: as `view` does.
        """
        if (fragment := self._found(subject)) is not None:
            return fragment
        body = await load()
        async with self._turn:
            if (fragment := self._found(subject)) is None:
                fragment = await asyncio.to_thread(view, subject, body)
                self._keep(subject, fragment)
        return fragment

    def _found(self, subject: Subject) -> bytes | None:
        if (fragment := self._kept.get(subject)) is not None:
            self._kept.move_to_end(subject)
        return fragment

    def _keep(self, subject: Subject, fragment: bytes) -> None:
        self._kept[subject] = fragment
        self._size += len(fragment)
        while self._size > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)
