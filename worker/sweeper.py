"""Brings database and engine back together where something came between them: what was committed but never started
is started, and what was ended behind our back is written down as ended."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from temporalio.client import Client, WorkflowExecutionStatus

from models.contracts.words import ProjectStatus
from models.settings import Settings
from models.tables import HITL_REQUEST, TASK
from store import hitl, projects, tasks
from store.transaction import Store
from workflows.client import start_handoff, start_project

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""Younger ones are left to the API, which is about to start them."""

ENDED_EVERY = 12
"""Sweeps from one look for ended workflows to the next."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

LOOK_BACK = timedelta(hours=24)
"""How long ago a workflow may have been ended: every worker may have been away for that long."""


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


async def settle_ended(store: Store, client: Client, settings: Settings) -> int:
    """Write down what a workflow that was ended from outside could not write itself; gives how much that was."""
    since = (datetime.now(UTC) - LOOK_BACK).isoformat()
    query = (
        f'TaskQueue = "{settings.task_queue}" AND CloseTime > "{since}" '
        'AND ExecutionStatus IN ("Terminated", "TimedOut", "Canceled", "Failed")'
    )
    settled = 0
    async for ended in client.list_workflows(query):
        kind, _, name = ended.id.partition("-")
        if kind not in _KINDS or not _UUID.fullmatch(name):
            continue  # a workflow of somebody else's, on our queue
        is_open, settle = _KINDS[kind]
        # One that was reset goes on in another run, and so has not ended.
        if await is_open(store, UUID(name)) and not await _runs(client, ended.id):
            await settle(store, UUID(name))
            log.warning("ended_outside", workflow_id=ended.id, status=str(ended.status))
            settled += 1
    return settled


async def _runs(client: Client, workflow_id: str) -> bool:
    """Whether the newest run of a workflow is under way."""
    return (await client.get_workflow_handle(workflow_id).describe()).status is WorkflowExecutionStatus.RUNNING


async def _project_is_open(store: Store, project_id: UUID) -> bool:
    async with store.reading() as connection:
        project = await projects.get(connection, project_id)
    return project is not None and not ProjectStatus(project.status).settled


async def _settle_project(store: Store, project_id: UUID) -> None:
    async with store.transaction(project_id) as tx:
        await projects.set_status(tx, ProjectStatus.FAILED, "ended", "its workflow was ended in Temporal")


async def _task_is_open(store: Store, task_id: UUID) -> bool:
    async with store.reading() as connection:
        task = await tasks.get(connection, task_id)
    return task is not None and task.status in tasks.OPEN


async def _settle_task(store: Store, task_id: UUID) -> None:
    async with store.reading() as connection:
        task = await tasks.get(connection, task_id)
    assert task is not None  # it was there, and tasks stay
    async with store.transaction(task.project_id) as tx:
        await hitl.cancel_open(tx, HITL_REQUEST.c.task_id == task_id)
        await tasks.cancel_open(tx, TASK.c.id == task_id)


_KINDS = {"project": (_project_is_open, _settle_project), "task": (_task_is_open, _settle_task)}


async def keep_sweeping(store: Store, client: Client, settings: Settings) -> None:
    """Sweep for ever; what fails now, because a server is away or a row is odd, is tried again next time."""
    turn = 0
    while True:
        await _try(start_late, store, client, settings)
        if turn % ENDED_EVERY == 0:
            await _try(settle_ended, store, client, settings)
        turn += 1
        await asyncio.sleep(settings.sweep_seconds)


async def _try(
    sweep: Callable[[Store, Client, Settings], Awaitable[int]], store: Store, client: Client, settings: Settings
) -> None:
    try:
        await sweep(store, client, settings)
    except Exception as error:
        log.warning("sweep_failed", sweep=sweep.__name__, reason=repr(error))
