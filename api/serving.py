"""How uvicorn serves the API, in production and in the tests."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from api import capacity
from api.http_protocol import punctual
from config import descriptors
from config.settings import Settings

MAX_FRAME = 64 * 2**10
"""Bytes a WebSocket frame may have."""

GRACE_SECONDS = 1
"""What the answer that a body came too late takes to get out, before the connection is ended without one."""

SHUTDOWN_SECONDS = 5
"""What calls under way are given to end."""


def uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """uvicorn's own limits for WebSockets are a frame of 16 MiB and compression; for HTTP it has none."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=punctual(settings.request_seconds + GRACE_SECONDS, capacity.connections(descriptors.limit())),
        ws="api.realtime.websocket_protocol:RelayProtocol",
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        access_log=False,
        log_config=None,
        server_header=False,
    )
