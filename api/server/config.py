"""The uvicorn configuration of the API, in production and in the tests."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from api.server.http_protocol import limited_http_protocol
from api.server.limits import max_connections
from config.open_files import open_file_limit
from config.settings import Settings

MAX_FRAME = 64 * 2**10
"""Bytes of a WebSocket frame."""

GRACE_SECONDS = 1
"""Time to send the 408 for a late body before the connection is closed without a response."""

SHUTDOWN_SECONDS = 5
"""Time for requests to complete on shutdown."""


def uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return the configuration. uvicorn's defaults for WebSockets are frames of 16 MiB, with compression; for HTTP it
    has no limits."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        workers=1,  # WEB_CONCURRENCY, which is any other server's, may be no number
        loop="uvloop",
        http=limited_http_protocol(settings.request_seconds + GRACE_SECONDS, max_connections(open_file_limit())),
        ws="api.realtime.websocket_protocol:LimitedWebSocketProtocol",
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        access_log=False,
        log_config=None,
        server_header=False,
        # By default, uvicorn believes every process of this machine, or FORWARDED_ALLOW_IPS.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or [],
    )
