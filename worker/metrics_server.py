"""The worker's `/metrics` for Prometheus, on a port of its own, in threads of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from config.hosts import HostError, host_of
from config.settings import Settings
from crew.list_prices import HOSTED, LOCAL
from telemetry.engine import EngineMetrics
from telemetry.metrics import OTHER_PROVIDER, WORKER_METRICS, create_model_series, new_registry

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 1.0
"""Seconds between two reads of the SDK's buffer, also when no one asks for it."""


@asynccontextmanager
async def serving_metrics(settings: Settings, engine: EngineMetrics) -> AsyncIterator[None]:
    """Serve the metrics inside the block, if the settings name a port. If it cannot be used, that is logged, and the
    worker runs without metrics."""
    if not settings.metrics_port:
        yield
        return
    address = f"{settings.metrics_host}:{settings.metrics_port}"
    server = None
    try:
        server = await asyncio.to_thread(_listen, settings.metrics_host, settings.metrics_port, engine)
    except OSError as error:
        todo = "Set BOTARMY_METRICS_PORT to a free port; the worker runs without metrics until then."
        log.error("metrics_not_served", address=address, reason=str(error), todo=todo)
    else:
        Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        log.info("metrics_served", address=address)
    draining = asyncio.create_task(_drain(engine))
    try:
        yield
    finally:
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        if server is not None:
            await asyncio.to_thread(server.shutdown)
            server.server_close()


async def _drain(engine: EngineMetrics) -> None:
    while True:
        await asyncio.sleep(DRAIN_SECONDS)
        engine.drain()


class _Handler(WSGIRequestHandler):
    timeout = 10  # seconds without a byte of the request

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _listen(host: str, port: int, engine: EngineMetrics) -> ThreadingWSGIServer:
    """Bind the port. Raises OSError if it is taken, or the host has no such address."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    create_model_series((*sorted(HOSTED | LOCAL), OTHER_PROVIDER))
    app = make_wsgi_app(new_registry(*WORKER_METRICS, engine))
    if _is_loopback(str(address[0])):
        app = _for_loopback(app)

    class Server(ThreadingWSGIServer):
        address_family = family

    return make_server(str(address[0]), port, app, Server, _Handler)


App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _for_loopback(app: App) -> App:
    """Answer only requests for a loopback name: a web page whose own name resolves to this machine reads nothing."""

    def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            name, _ = host_of(environ.get("HTTP_HOST", ""))
        except HostError:
            name = ""
        if name == "localhost" or _is_loopback(name):
            return app(environ, start_response)
        start_response("421 Misdirected Request", [("Content-Type", "text/plain")])
        return [b"This port only answers to names of loopback. Set BOTARMY_METRICS_HOST to listen elsewhere.\n"]

    return checked


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
