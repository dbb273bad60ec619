"""Start what was committed but not started, and run the reconciler, at regular intervals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from temporalio.client import Client

from activities.step_metrics import count_lost_calls
from config.settings import Settings
from store import budgets, stop_log, stops
from store.transaction import Store
from worker.late_starts import LateStarts
from worker.one_of_many import one_of_many
from worker.reconciler import Reconciler

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""The API is about to announce stops that are younger."""

ORPHAN_GRACE = timedelta(hours=1)
"""How long a call may wait for its slot, and its response for PostgreSQL, beside the time that the call itself has."""

SWEEPS_PER_RECONCILIATION = 12
"""Sweeps from one pass of the reconciler to the next."""


async def settle_abandoned_reservations(store: Store, settings: Settings) -> int:
    """Book what calls of models reserved whose worker is gone and whose task never continued: they are older than any
    call that the settings allow. Return how many calls those were."""
    age = timedelta(seconds=settings.model_seconds) + ORPHAN_GRACE
    async with store.reading() as connection:
        lost = await budgets.settle_old_reservations(connection, age)
    count_lost_calls(lost)
    return len(lost)


async def tidy_stops(store: Store) -> int:
    """Release the stops of steps and projects that have ended, and record what is missing of the events of stops.
    Return how many stops changed."""
    async with store.database.writing() as connection:
        released = await stops.release_ended(connection)
    async with store.reading() as connection:
        unannounced = await stop_log.unannounced(connection, GRACE)
    for stop in unannounced:
        with one_of_many("stop_not_announced", stop_id=str(stop.id)):
            await stop_log.announce(store, stop)
    return released + len(unannounced)


async def run_sweeper(store: Store, client: Client, settings: Settings) -> None:
    """Sweep forever. What fails is retried in the next sweep."""
    late_starts, reconciler = LateStarts(store, client, settings), Reconciler(store, client, settings)
    sweeps = 0
    while True:
        await _try(late_starts.start, "start_late")
        await _try(lambda: tidy_stops(store), "tidy_stops")
        if sweeps % SWEEPS_PER_RECONCILIATION == 0:
            await _try(reconciler.reconcile, "reconcile")
            await _try(lambda: settle_abandoned_reservations(store, settings), "book_orphans")
        sweeps += 1
        await asyncio.sleep(settings.sweep_seconds)


async def _try(sweep: Callable[[], Awaitable[int]], name: str) -> None:
    try:
        await sweep()
    except Exception as error:
        log.warning("sweep_failed", sweep=name, reason=repr(error))
