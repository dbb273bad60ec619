"""Run a uvicorn server in this event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # leave them to pytest


@asynccontextmanager
async def running(config: uvicorn.Config) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """Serve a configuration's app on a free port; yield its host and port, and the server."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=config.backlog)
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:
        assert not serving.done(), "the server did not start"
        await asyncio.sleep(0.005)
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = True
        await serving
