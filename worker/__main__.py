"""`python -m worker`"""

from __future__ import annotations

import asyncio
import signal
import sys

import structlog
import uvloop

from config.logging import configure_logs
from config.open_files import raise_open_file_limit
from config.provider_keys import provider_variables
from config.settings import SettingsError, get_settings
from crew.providers import InstalledCrews
from telemetry.engine import engine_metrics
from telemetry.tracing import configure_tracing, flush_spans
from worker.metrics_server import serving_metrics
from worker.watchdog import watch_event_loop
from worker.worker import run_worker
from workflows.client import connect

log = structlog.get_logger(__name__)


async def main() -> None:
    settings = get_settings()
    configure_logs(settings, "worker")
    configure_tracing("botarmy-worker", content=settings.trace_content)
    provider_variables()  # so that no log shows a key, and an error in them stops the start
    raise_open_file_limit()
    watchdog = asyncio.create_task(watch_event_loop())
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await connect(with_metrics=settings.metrics_port > 0)
    log.info("worker_starting", task_queue=settings.task_queue, namespace=client.namespace)
    async with serving_metrics(settings, engine_metrics()):
        await run_worker(client, InstalledCrews(settings), settings, stop)
    await flush_spans()
    watchdog.cancel()
    log.info("worker_stopped")


if __name__ == "__main__":
    try:
        uvloop.run(main())
    except SettingsError as error:
        sys.exit(f"settings: {error}")
