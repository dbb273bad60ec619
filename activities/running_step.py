"""The running step as its agent sees it: progress, heartbeats, checkpoints."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.step_budgets import StepBudgets
from activities.step_transcript import StepTranscript
from activities.step_watchers import StepWatchers
from config.sizes import format_size
from crew.protocol import AgentError, StepPostponedError
from crew.transcript import SupersededAttemptError
from models.contracts.event_data import StepWait, TaskProgress
from models.contracts.events import Event
from store import steps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from models.contracts.budget import Budget
    from models.contracts.handoff import StepInput
    from store.live_texts import LiveTexts
    from store.steps import Started
    from store.transaction import Store

log = structlog.get_logger(__name__)

MAX_CHECKPOINT_BYTES = 64 * 1024

IDLE_MARGIN = 15.0
"""Seconds before Temporal's own timeout at which an idle attempt ends, so that its result still arrives."""


class RunningStep:
    """Implements the `Step` protocol of agents over the heartbeat, the bus and the task's row."""

    def __init__(
        self, store: Store, step: StepInput, started: Started, daily_budget: Budget, live_texts: LiveTexts
    ) -> None:
        self._store = store
        self._step = step
        self._start = started.number
        self.checkpoint = started.checkpoint
        self.transcript = StepTranscript(store, step, started.number, StepBudgets(step, daily_budget))
        self.watchers = StepWatchers(live_texts, step)
        self._heartbeat_details: dict[str, Any] = {}
        self._limit: asyncio.Timeout | None = None
        self._may_idle = math.inf

    async def save(self, checkpoint: dict[str, Any]) -> None:
        body = orjson.dumps(checkpoint)
        if len(body) > MAX_CHECKPOINT_BYTES:
            raise AgentError(f"its checkpoint is larger than {format_size(MAX_CHECKPOINT_BYTES)}.", retryable=False)
        if b"\\u0000" in body:  # jsonb cannot store it
            raise AgentError("its checkpoint contains a NUL character.", retryable=False)
        self.checkpoint = checkpoint
        async with self._store.reading() as connection:
            if not await steps.save_checkpoint(connection, self._step.task_id, self._start, checkpoint):
                raise SupersededAttemptError(self._step.task_id)

    async def progress(
        self, message: str, fraction: float | None = None, wait: StepWait | None = None, **figures: float
    ) -> None:
        self._heartbeat_details = {"message": message, **figures}
        progress = TaskProgress(stage=self._step.handoff.phase, message=message, fraction=fraction, wait=wait)
        event = Event(
            event_type=progress.event_type,
            seq=None,
            project_id=self._step.project_id,
            task_id=self._step.task_id,
            agent_type=self._step.handoff.to_agent,
            data=progress.recorded(),
            timestamp=datetime.now(UTC),
        )
        self._store.bus.publish([event])

    @asynccontextmanager
    async def working(self, seconds: float) -> AsyncIterator[asyncio.Timeout]:
        """Limit the working time inside the block. Raises TimeoutError if it is used up."""
        most = activity.info().start_to_close_timeout if activity.in_activity() else None
        if most is not None:
            self._may_idle = max(0.0, most.total_seconds() - seconds - IDLE_MARGIN)
        async with asyncio.timeout(seconds) as self._limit:
            yield self._limit

    async def idle(self, seconds: float) -> None:
        if activity.in_activity() and activity.is_worker_shutdown():
            raise ApplicationError("the worker is stopping", type="WorkerStopping")  # another one continues to wait
        if self._may_idle <= 0:
            raise StepPostponedError
        started, limit = time.monotonic(), self._limit
        if limit is None or limit.expired():  # then the sleep is cancelled at once
            await asyncio.sleep(seconds)
            return
        end = limit.when() or 0.0
        limit.reschedule(None)
        try:
            await asyncio.sleep(seconds)
        finally:
            passed = time.monotonic() - started
            self._may_idle -= passed
            limit.reschedule(end + passed)

    @asynccontextmanager
    async def heartbeating(self) -> AsyncIterator[None]:
        """Send heartbeats inside the block. Cancellation reaches an activity only through its heartbeats."""
        timeout = activity.info().heartbeat_timeout

        async def send_heartbeats(seconds: float) -> None:
            # Wait half the timeout before the first heartbeat: a shorter step then costs Temporal no write.
            await asyncio.sleep(seconds / 2)
            while True:
                try:
                    activity.heartbeat(*filter(None, (self._heartbeat_details,)))
                except Exception:  # without heartbeats Temporal would start the step again, and again
                    log.exception("heartbeat_failed")
                await asyncio.sleep(seconds / 4)

        sender = asyncio.create_task(send_heartbeats(timeout.total_seconds())) if timeout else None
        try:
            yield
        finally:
            if sender:
                sender.cancel()
