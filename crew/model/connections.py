"""Connections to a provider, in pools of a bounded size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx2

PER_POOL = 64
"""Requests that wait for one pool's responses. A pool looks at all of its connections for each request, and again for
each response: with 1,000 in one pool that took a tenth of the worker's time, and 2.6 s at once when all were answered
(measured, two cores)."""


@dataclass(slots=True)
class _Pool:
    client: httpx2.AsyncClient
    waiting: int = 0


class Pools(httpx2.AsyncBaseTransport):
    """Sends each request through the first pool that has room, so that few requests share few connections.

    Args:
        create: returns a client with a pool of its own, and raises if there can be none: it is called once at once.
    """

    def __init__(self, create: Callable[[], httpx2.AsyncClient]) -> None:
        self._create = create
        self._pools = [_Pool(create())]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        pool = next((pool for pool in self._pools if pool.waiting < PER_POOL), None)
        if pool is None:
            pool = _Pool(self._create())
            self._pools.append(pool)
        pool.waiting += 1
        try:
            return await pool.client.send(request, stream=True)
        finally:
            pool.waiting -= 1

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.client.aclose()
