"""The API in this process, served by uvicorn as in production."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from api.app import create_app
from api.server.config import uvicorn_config
from config.settings import Settings


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # pytest handles signals


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """Serve an API on a free port. Yields its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = _Server(uvicorn_config(create_app(settings), settings))
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:
        assert not serving.done(), "the API did not start"
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
