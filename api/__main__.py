"""`python -m api`"""

from __future__ import annotations

import gc
import socket
import sys

import uvicorn

from api.app import create_app
from api.server.config import uvicorn_config
from api.server.sockets import bind
from config.exposure import find_exposure, find_provider_problem
from config.logging import configure_logs
from config.open_files import raise_open_file_limit
from config.settings import Settings, SettingsError, get_settings
from telemetry.tracing import configure_tracing


def main() -> None:
    settings = get_settings()
    if (refusal := find_exposure(settings) or find_provider_problem(settings)) is not None:
        print(refusal, file=sys.stderr)  # noqa: T201 - before there is a log
        sys.exit(2)
    configure_logs(settings, "api")
    configure_tracing("botarmy-api", content=settings.trace_content)
    raise_open_file_limit()
    server = uvicorn.Server(uvicorn_config(create_app(settings), settings))
    _spare_from_collection()
    server.run(_sockets(settings))
    if not server.started:
        sys.exit(3)  # as uvicorn's own command exits; the log has the reason


def _spare_from_collection() -> None:
    """Keep what is loaded by now, 250,000 objects that stay to the end, out of garbage collections: a full one stopped
    every request for 70 to 400 ms, which was the p99 of lists."""
    gc.collect()
    gc.freeze()


def _sockets(settings: Settings) -> list[socket.socket] | None:
    """Return the sockets to listen on, or None if uvicorn binds its only port itself."""
    if settings.shared_port is None:
        return None
    try:
        return [*bind(settings.host, settings.port), *bind(settings.host, settings.shared_port, shared=True)]
    except OSError as error:
        sys.exit(f"cannot listen on {settings.host}: {error}")


if __name__ == "__main__":
    try:
        main()
    except SettingsError as error:
        sys.exit(f"settings: {error}")
