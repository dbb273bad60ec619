"""Heartbeats from a thread, for steps whose event loop is busy.

Steps send their heartbeats from the event loop. Work that keeps it for some seconds, such as a thousand responses at
once or the check of a large code base, would make Temporal start all steps of the worker again, which makes it busier.
A loop that stays blocked is the watchdog's (`worker.watchdog`).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.api.workflowservice.v1 import RecordActivityTaskHeartbeatRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.25
"""How often the thread looks for heartbeats that are late."""

FIRST_IS_LATE, NEXT_IS_LATE = 5 / 8, 3 / 8
"""Parts of the heartbeat timeout. A step sends its first heartbeat after a half of it, and then one each quarter."""

AT_ONCE = 32
"""Heartbeats that are on their way to Temporal at the same time."""


@dataclass(slots=True)
class Beats:
    """The heartbeats of a running step: the time of the last one, and its details."""

    timeout: float
    last: float
    details: tuple[Any, ...] = ()
    is_first: bool = True

    def is_late(self, now: float) -> bool:
        return now - self.last > self.timeout * (FIRST_IS_LATE if self.is_first else NEXT_IS_LATE)

    def sent(self, *details: Any) -> None:
        self.last, self.details, self.is_first = time.monotonic(), details, False


class BusyLoopHeartbeats(Interceptor):
    """Notes the heartbeats that steps send, and repeats those that are late, in a thread with an event loop of its own.

    Cancellation does not reach a step through a repeated heartbeat, but through its next own one.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._running: dict[bytes, Beats] = {}

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Inbound(next, self._running)

    @asynccontextmanager
    async def repeating(self) -> AsyncIterator[None]:
        """Run the thread inside the block."""
        ended = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._repeat(ended)), name="heartbeats", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            await asyncio.to_thread(thread.join)

    async def _repeat(self, ended: threading.Event) -> None:
        places = asyncio.Semaphore(AT_ONCE)
        while not ended.is_set():
            try:
                now = time.monotonic()
                running = self._running.copy()  # in one go: the event loop of the steps changes it
                late = [(token, beats) for token, beats in running.items() if beats.is_late(now)]
                late.sort(key=lambda each: each[1].last)
                await asyncio.gather(*(self._send(places, token, beats) for token, beats in late))
            except Exception:  # this thread is the only one: if it ended, all busy steps would start again
                log.exception("heartbeats_failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def _send(self, places: asyncio.Semaphore, token: bytes, beats: Beats) -> None:
        async with places:
            if token not in self._running or not beats.is_late(time.monotonic()):
                return  # it has ended, or sent one itself, while this one waited for its place
            try:
                # The library's own call takes twice as long, which counts where a busy loop leaves little time.
                request = RecordActivityTaskHeartbeatRequest(
                    namespace=self._client.namespace, identity=self._client.identity, task_token=token
                )
                if beats.details:
                    request.details.payloads.extend(await self._client.data_converter.encode(beats.details))
                await self._client.workflow_service.record_activity_task_heartbeat(
                    request, timeout=timedelta(seconds=beats.timeout)
                )
                beats.sent(*beats.details)
            except RPCError:
                # The step may have ended, or Temporal may be unavailable. The next heartbeat is the step's own.
                pass
            except Exception:
                log.warning("heartbeat_failed", exc_info=True)


class _Inbound(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, running: dict[bytes, Beats]) -> None:
        super().__init__(next)
        self._running = running

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        super().init(_Outbound(outbound, self._running))

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        if info.heartbeat_timeout is None or info.is_local:
            return await super().execute_activity(input)
        timeout = info.heartbeat_timeout.total_seconds()
        # Temporal counts from when it handed out the step, which a busy loop takes up seconds later.
        waited = (datetime.now(UTC) - info.started_time).total_seconds()
        self._running[info.task_token] = Beats(timeout, time.monotonic() - min(max(0.0, waited), timeout))
        try:
            return await super().execute_activity(input)
        finally:
            del self._running[info.task_token]


class _Outbound(ActivityOutboundInterceptor):
    def __init__(self, next: ActivityOutboundInterceptor, running: dict[bytes, Beats]) -> None:
        super().__init__(next)
        self._running = running

    def heartbeat(self, *details: Any) -> None:
        if beats := self._running.get(activity.info().task_token):
            beats.sent(*details)
        super().heartbeat(*details)
