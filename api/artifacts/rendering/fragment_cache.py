"""A cache of rendered fragments."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

from api.artifacts.process_pool import JobLimitError, ProcessPool
from api.artifacts.rendering.fragment import RenderSource, render_fragment, render_plain

MAX_BYTES = 32 * 2**20

TOO_COMPLEX = "This is the source text, because the content is too complex to render."


class FragmentCache:
    """Up to `limit` bytes of recently used fragments, rendered in the process pool.

    A version's content never changes, so entries never expire. Clients that ask for the same fragment share one
    rendering. Content that exceeds the limits of the pool is shown as plain text.
    """

    def __init__(self, pool: ProcessPool, limit: int = MAX_BYTES) -> None:
        self._pool = pool
        self._limit = limit
        self._size = 0
        self._cached: OrderedDict[RenderSource, bytes] = OrderedDict()
        self._rendering: dict[RenderSource, asyncio.Task[bytes]] = {}

    async def get(
        self, source: RenderSource, load: Callable[[], Awaitable[bytes]], person: UUID | None = None
    ) -> bytes:
        """Return the fragment; `load` returns the content and is called only if it is not cached. `person` is who asks.

        Raises:
            NotFoundError, ConflictError: as `render_fragment` does.
            PoolBusyError: it cannot be rendered now.
        """
        if (fragment := self._cached.get(source)) is not None:
            self._cached.move_to_end(source)
            return fragment
        if (task := self._rendering.get(source)) is None:
            task = self._rendering[source] = asyncio.create_task(self._render(source, load, person))
            task.add_done_callback(lambda _: self._rendering.pop(source))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # marks the exception as read
        # A client that disconnects must not cancel the rendering for the others.
        return await asyncio.shield(task)

    async def _render(self, source: RenderSource, load: Callable[[], Awaitable[bytes]], person: UUID | None) -> bytes:
        body = await load()
        try:
            fragment = await self._pool.run(render_fragment, source, body, person=person)
        except JobLimitError:
            fragment = render_plain(source, body, TOO_COMPLEX)
        self._store(source, fragment)
        return fragment

    def _store(self, source: RenderSource, fragment: bytes) -> None:
        self._cached[source] = fragment
        self._size += len(fragment)
        while self._size > self._limit:
            _, oldest = self._cached.popitem(last=False)
            self._size -= len(oldest)
