"""Serve the API in this process, by uvicorn as in production."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.server.config import uvicorn_config
from config.settings import Settings
from tests.uvicorn_server import running


def run_server(app: FastAPI, settings: Settings) -> AbstractAsyncContextManager[tuple[str, uvicorn.Server]]:
    """Serve an app on a free port; yield its host and port, and the server."""
    return running(uvicorn_config(app, settings))


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """Serve the API on a free port; yield its URL."""
    async with run_server(create_app(settings), settings) as (address, _):
        yield f"http://{address}"
