"""How uvicorn serves the API, in production and in the tests."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from models.settings import Settings

MAX_FRAME = 64 * 2**10
"""Bytes a WebSocket frame may have."""

SHUTDOWN_SECONDS = 5
"""What calls under way are given to end."""


def uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """uvicorn's own limits for WebSockets are a frame of 16 MiB and compression."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="api.realtime.protocol:RelayProtocol",
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        access_log=False,
        log_config=None,
        server_header=False,
    )
