"""Start what was committed but not started, and run the reconciler, at regular intervals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog
from temporalio.client import Client

from config.settings import Settings
from models.contracts.enums import TaskStatus
from models.tables import Project
from store import budgets, project_start, stop_log, stops, tasks
from store.transaction import Store
from worker.one_of_many import one_of_many
from worker.reconciler import Reconciler
from workflows import from_records
from workflows.client import start_handoff

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""The API is about to start projects and tasks that are younger."""

START_SECONDS = 5.0
"""How long one start may wait for Temporal. A late start could reach a Temporal that has lost its data meanwhile, and
start a project that has begun."""

RETRY_SECONDS = 20.0
"""The same for a project that is retried: the history of its last run is read for unrecorded responses."""

ORPHAN_GRACE = timedelta(hours=1)
"""How long a call may wait for its slot, and its response for PostgreSQL, beside the time that the call itself has."""

SWEEPS_PER_RECONCILIATION = 12
"""Sweeps from one pass of the reconciler to the next."""


async def start_unstarted(store: Store, client: Client, settings: Settings) -> int:
    """Start projects and tasks whose start was interrupted. Return how many. Starting twice is harmless.

    Raises:
        temporalio.service.RPCError, TimeoutError: Temporal is unavailable. What cannot start for another reason is
            logged, and the others are started.
    """
    started = 0
    async with store.reading() as connection:
        late_projects = await project_start.unstarted(connection, GRACE)
        late_tasks = [task.id for task in await tasks.unstarted(connection, GRACE)]
    for project in late_projects:
        with one_of_many("project_not_started", project_id=str(project.id)):
            started += await _start_project(store, client, settings, project)
    for task_id in late_tasks:
        with one_of_many("task_not_started", task_id=str(task_id)):
            started += await _start_task(store, client, settings, task_id)
    return started


async def _start_project(store: Store, client: Client, settings: Settings, project: Project) -> bool:
    start = from_records.start_unstarted(store, client, settings.task_queue, project.id)
    if not await _in_time(start, RETRY_SECONDS if project.generation else START_SECONDS):
        return False
    log.info("project_started_late", project_id=str(project.id))
    return True


async def _start_task(store: Store, client: Client, settings: Settings, task_id: UUID) -> bool:
    async with store.reading() as connection:
        task = await tasks.get(connection, task_id)
        # The list may be stale if Temporal was unavailable meanwhile.
        if task is None or task.status != TaskStatus.PENDING:
            return False
        handoff = await tasks.input_of(connection, task)
    if not await _in_time(start_handoff(client, settings.task_queue, handoff)):
        return False
    log.info("task_started_late", project_id=str(handoff.project_id), task_id=str(task_id))
    return True


async def _in_time(start: Awaitable[bool], seconds: float = START_SECONDS) -> bool:
    async with asyncio.timeout(seconds):
        return await start


async def settle_abandoned_reservations(store: Store, settings: Settings) -> int:
    """Book what calls of models reserved whose worker is gone and whose task never continued: they are older than any
    call that the settings allow. Return how many budgets changed."""
    age = timedelta(seconds=settings.model_seconds) + ORPHAN_GRACE
    async with store.reading() as connection:
        return await budgets.settle_old_reservations(connection, age)


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
    reconciler = Reconciler(store, client, settings)
    sweeps = 0
    while True:
        await _try(lambda: start_unstarted(store, client, settings), "start_late")
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
