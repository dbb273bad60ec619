"""Serve the API in this process, by uvicorn as in production."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.server.config import uvicorn_config
from config.settings import Settings


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # leave them to pytest


@asynccontextmanager
async def run_server(app: FastAPI, settings: Settings) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """Serve an app on a free port; yield its host and port, and the server."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(uvicorn_config(app, settings))
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:
        assert not serving.done(), "the API did not start"
        await asyncio.sleep(0.005)
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """Serve the API on a free port; yield its URL."""
    async with run_server(create_app(settings), settings) as (address, _):
        yield f"http://{address}"
