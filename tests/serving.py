"""Serve the API in this process, by uvicorn as in production, or run our programs in processes of their own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.server.config import uvicorn_config
from cli.stack.embedded import Servers
from config.settings import Settings
from tests.signing_in import ENVIRONMENT
from tests.uvicorn_server import running


def run_server(app: FastAPI, settings: Settings) -> AbstractAsyncContextManager[tuple[str, uvicorn.Server]]:
    """Serve an app on a free port; yield its host and port, and the server."""
    return running(uvicorn_config(app, settings))


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """Serve the API on a free port; yield its URL."""
    async with run_server(create_app(settings), settings) as (address, _):
        yield f"http://{address}"


def program_environment(servers: Servers, settings: Settings) -> dict[str, str]:
    """Return the environment of an API or a worker in a process of its own, on the database, queue and channels of
    these settings. A developer's settings do not reach it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOTARMY_")}
    return {
        **inherited,
        **servers.environment(),
        "DATABASE_URL": settings.database_url,
        "BOTARMY_TASK_QUEUE": settings.task_queue,
        "BOTARMY_CHANNEL_PREFIX": settings.channel_prefix,
        **ENVIRONMENT,
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
    }
