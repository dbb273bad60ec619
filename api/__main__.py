"""`python -m api`"""

from __future__ import annotations

import sys

import uvicorn

from api.app import create_app
from models.logs import configure_logs
from models.settings import SettingsError, get_settings

MAX_FRAME = 64 * 2**10
"""Bytes a WebSocket frame may have."""


def main() -> None:
    settings = get_settings()
    configure_logs(settings, "api")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
        access_log=False,
        log_config=None,
        server_header=False,
    )


if __name__ == "__main__":
    try:
        main()
    except SettingsError as error:
        sys.exit(f"settings: {error}")
