"""Starts what was committed but never started: the API died, or Temporal was away, right in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from models.settings import Settings
from store import projects, tasks
from store.transaction import Store
from workflows.client import start_handoff, start_project

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""Younger ones are left to the API, which is about to start them."""


async def sweep(store: Store, client: Client, settings: Settings) -> int:
    """Start what should have been started; gives how much that was. Starting twice does no harm."""
    async with store.reading() as connection:
        late_projects = [
            await projects.input_of(connection, project) for project in await projects.unstarted(connection, GRACE)
        ]
        late_handoffs = [await tasks.input_of(connection, task) for task in await tasks.unstarted(connection, GRACE)]
    for project in late_projects:
        await start_project(client, settings.task_queue, project)
        log.info("project_started_late", project_id=str(project.project_id))
    for handoff in late_handoffs:
        await start_handoff(client, settings.task_queue, handoff)
        log.info("task_started_late", project_id=str(handoff.project_id), task_id=str(handoff.task_id))
    return len(late_projects) + len(late_handoffs)


async def keep_sweeping(store: Store, client: Client, settings: Settings) -> None:
    """Sweep for ever; a server that is away now is asked again next time."""
    while True:
        try:
            await sweep(store, client, settings)
        except (SQLAlchemyError, RPCError, OSError) as error:
            log.warning("sweep_failed", reason=repr(error))
        await asyncio.sleep(settings.sweep_seconds)
