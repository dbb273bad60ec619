"""Brings database and engine back together where something came between them: what was committed but never started
is started, and what has parted from its workflow is looked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from temporalio.client import Client

from config.settings import Settings
from models.contracts.enums import ProjectStatus, TaskStatus
from store import projects, tasks
from store.transaction import Store
from worker.reconciler import Reconciler
from workflows.client import start_handoff, start_project

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""Younger ones are left to the API, which is about to start them."""

START_SECONDS = 5.0
"""How long one start may wait for Temporal: one that comes after it lost its data would start what has begun."""

LOOK_EVERY = 12
"""Sweeps from one look at the open workflows to the next."""


async def start_late(store: Store, client: Client, settings: Settings) -> int:
    """Start what should have been started and was not; gives how much that was. Starting twice does no harm."""
    started = 0
    async with store.reading() as connection:
        late_projects = [project.id for project in await projects.unstarted(connection, GRACE)]
        late_tasks = [task.id for task in await tasks.unstarted(connection, GRACE)]
    for project_id in late_projects:
        async with store.reading() as connection:
            project = await projects.get(connection, project_id)
            given = await projects.input_of(connection, project) if project and _unstarted(project.status) else None
        if given is not None and await _soon(start_project(client, settings.task_queue, given)):
            log.info("project_started_late", project_id=str(project_id))
            started += 1
    for task_id in late_tasks:
        async with store.reading() as connection:
            task = await tasks.get(connection, task_id)
            handoff = await tasks.input_of(connection, task) if task and _unstarted(task.status) else None
        if handoff is not None and await _soon(start_handoff(client, settings.task_queue, handoff)):
            log.info("task_started_late", project_id=str(handoff.project_id), task_id=str(task_id))
            started += 1
    return started


def _unstarted(status: str) -> bool:
    """Looked at again right before it is started: the list may have grown old while Temporal was unavailable."""
    return status in (ProjectStatus.STARTING, TaskStatus.PENDING)


async def _soon(start: Awaitable[bool]) -> bool:
    async with asyncio.timeout(START_SECONDS):
        return await start


async def keep_sweeping(store: Store, client: Client, settings: Settings) -> None:
    """Sweep for ever; what fails now, because a server is away or a row is odd, is tried again next time."""
    reconciler = Reconciler(store, client, settings)
    turn = 0
    while True:
        await _try(lambda: start_late(store, client, settings), "start_late")
        if turn % LOOK_EVERY == 0:
            await _try(reconciler.reconcile, "reconcile")
        turn += 1
        await asyncio.sleep(settings.sweep_seconds)


async def _try(sweep: Callable[[], Awaitable[int]], name: str) -> None:
    try:
        await sweep()
    except Exception as error:
        log.warning("sweep_failed", sweep=name, reason=repr(error))
