"""Brings database and engine back together where something came between them: what was committed but never started
is started, and what has parted from its workflow is looked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from temporalio.client import Client

from models.settings import Settings
from store import projects, tasks
from store.transaction import Store
from worker.reconciler import Reconciler
from workflows.client import start_handoff, start_project

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""Younger ones are left to the API, which is about to start them."""

LOOK_EVERY = 12
"""Sweeps from one look at the open workflows to the next."""


async def start_late(store: Store, client: Client, settings: Settings) -> int:
    """Start what should have been started and was not; gives how much that was. Starting twice does no harm."""
    started = 0
    async with store.reading() as connection:
        late_projects = [
            await projects.input_of(connection, project) for project in await projects.unstarted(connection, GRACE)
        ]
        late_handoffs = [await tasks.input_of(connection, task) for task in await tasks.unstarted(connection, GRACE)]
    for project in late_projects:
        if await start_project(client, settings.task_queue, project):
            log.info("project_started_late", project_id=str(project.project_id))
            started += 1
    for handoff in late_handoffs:
        if await start_handoff(client, settings.task_queue, handoff):
            log.info("task_started_late", project_id=str(handoff.project_id), task_id=str(handoff.task_id))
            started += 1
    return started


async def keep_sweeping(store: Store, client: Client, settings: Settings) -> None:
    """Sweep for ever; what fails now, because a server is away or a row is odd, is tried again next time."""
    reconciler = Reconciler(store, client, settings)
    turn = 0
    while True:
        await _try(lambda: start_late(store, client, settings), "start_late")
        if turn % LOOK_EVERY == 0:
            await _try(reconciler.look, "look")
        turn += 1
        await asyncio.sleep(settings.sweep_seconds)


async def _try(sweep: Callable[[], Awaitable[int]], name: str) -> None:
    try:
        await sweep()
    except Exception as error:
        log.warning("sweep_failed", sweep=name, reason=repr(error))
