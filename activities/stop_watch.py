"""Ends running steps when a person stops them: one look a second at PostgreSQL, however many steps run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from crew.protocol import StoppedError
from models.contracts.handoff import StepInput
from models.contracts.stops import HeldStop
from store import stops
from store.transaction import Store

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
"""Between two looks. A stop is effective within 5 s: up to 3 of them are for booking a call that is cancelled."""

READ_SECONDS = 2.0
"""How long one look may wait for PostgreSQL. While it is unavailable no step can reserve a call either."""


class _Watched:
    """A running step, and the stop that ended it."""

    def __init__(self, step: StepInput, running: asyncio.Task[object]) -> None:
        self.step = step
        self.stop: HeldStop | None = None
        self._running = running

    def end(self, stop: HeldStop) -> None:
        self.stop = stop
        self._running.cancel()


class StopWatch:
    """Watches the steps that run in this worker. It reads the stops itself, so that Temporal may be unavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watched: set[_Watched] = set()
        self._polling: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, step: StepInput) -> Iterator[None]:
        """Cancel what runs inside the block when a stop holds the step, and raise StoppedError then."""
        running = asyncio.current_task()
        assert running is not None
        watched, cancelling = _Watched(step, running), running.cancelling()
        self._watched.add(watched)
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll())
        try:
            yield
        except (asyncio.CancelledError, Exception) as error:
            # Some agents turn a cancellation into an error of their own. One by anything else is raised again, as by
            # asyncio.timeout.
            if watched.stop is None:
                raise
            if running.uncancel() > cancelling and isinstance(error, asyncio.CancelledError):
                raise
            raise StoppedError(watched.stop) from None
        else:
            if watched.stop is not None:  # the agent has finished nevertheless
                running.uncancel()
        finally:
            self._watched.discard(watched)

    async def _poll(self) -> None:
        """Look once a second, for as long as steps run."""
        await asyncio.sleep(POLL_SECONDS)
        while self._watched:
            try:
                # Not in a place of the steps: those that run would keep it from being seen.
                async with self._store.database.reading(READ_SECONDS) as connection:
                    self._end_stopped(await stops.all_held(connection))
            except Exception as error:  # this task is the only one: if it ended, no stop would be seen any more
                log.warning("stops_not_read", reason=repr(error))
            await asyncio.sleep(POLL_SECONDS)
        self._polling = None

    def _end_stopped(self, held: list[HeldStop]) -> None:
        for watched in [one for one in self._watched if one.stop is None]:
            step = watched.step
            covers = (one for one in held if one.target.covers(step.project_id, step.handoff.to_agent, step.task_id))
            if (stop := next(covers, None)) is not None:
                log.info("step_stopped", task_id=str(step.task_id), stop_id=str(stop.stop_id))
                watched.end(stop)
