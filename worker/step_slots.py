"""Slots for steps. A worker asks Temporal for more only as fast as its event loop takes them up."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    CustomSlotSupplier,
    ExecuteActivityInput,
    Interceptor,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
)

ON_THE_WAY = 8
"""Steps that Temporal may hand out before the event loop has taken them up. Without this limit it handed out hundreds
at once; they waited for the busy loop longer than their heartbeat timeout, and were started again, and again: 200 steps
that ask a model never ended (measured, two cores)."""

POLLED = ON_THE_WAY // 2
"""Of these, the ones that polls may wait for. A poll holds its place while there is nothing to do: if polls held all,
Temporal could hand out no step with its answer to the workflow task that asks for it, and each would go through the
task queue (88 of 100 did, with 60 projects at once)."""


class StepSlots(CustomSlotSupplier, Interceptor):
    """Slots for `most` steps, of which only ON_THE_WAY may be handed out and not yet running.

    It is an interceptor, too, which sees the steps run. Temporal's library calls it from threads of its own.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._reserved = self._running = 0
        self._lock = threading.Lock()
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        while True:
            loop = asyncio.get_running_loop()
            waiter = loop, loop.create_future()
            with self._lock:
                if self._take(self._most, POLLED):
                    return SlotPermit()
                self._waiting.append(waiter)
            try:
                await waiter[1]
            except asyncio.CancelledError:
                with self._lock:
                    was_woken = waiter not in self._waiting
                    if not was_woken:
                        self._waiting.remove(waiter)
                if was_woken:  # for a place that another has to take
                    self._wake_one()
                raise

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """Return a slot for a step that does not go through the task queue, or None. If slots are short, it has to: the
        queue knows priorities, and which project's turn it is."""
        with self._lock:
            return SlotPermit() if self._take(self._most // 2, ON_THE_WAY) else None

    def _take(self, most: int, on_the_way: int) -> bool:
        if self._reserved >= most or self._reserved - self._running >= on_the_way:
            return False
        self._reserved += 1
        return True

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        pass

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        with self._lock:
            self._reserved -= 1
        self._wake_one()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Running(next, self)

    def count(self, change: int) -> None:
        """Count a step that begins to run (1), or one that has ended (-1)."""
        with self._lock:
            self._running += change
        if change > 0:
            self._wake_one()

    def _wake_one(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            loop, changed = self._waiting.popleft()
        loop.call_soon_threadsafe(_wake, changed)


def _wake(changed: asyncio.Future[None]) -> None:
    if not changed.done():
        changed.set_result(None)


class _Running(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, slots: StepSlots) -> None:
        super().__init__(next)
        self._slots = slots

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        if activity.info().is_local:
            return await super().execute_activity(input)
        self._slots.count(1)
        try:
            return await super().execute_activity(input)
        finally:
            self._slots.count(-1)
