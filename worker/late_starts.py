"""Start what was committed but not started, because a process died or Temporal was unavailable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

import structlog
from temporalio.client import Client

from config.settings import Settings
from models.contracts.enums import TaskStatus
from store import project_start, tasks
from store.transaction import Store
from telemetry.tracing import continued_trace
from worker.one_of_many import one_of_many
from workflows import from_records
from workflows.client import project_workflow_id, start_handoff

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=2)
"""The API is about to start projects and tasks that are younger."""

START_SECONDS = 5.0
"""How long one start may wait for Temporal. A late start could reach a Temporal that has lost its data meanwhile, and
start a project that has begun."""

RETRY_SECONDS = 20.0
"""The same for a project that is retried: the history of its last run is read for unrecorded responses."""

REMEMBERED_SECONDS = 60.0
"""How long a workflow that was found in Temporal is not looked for again. It waits for a worker, as thousands may."""

FEW = 10
"""Up to this number, projects are started one by one. Of more, most are usually queued for a worker, and Temporal is
asked which."""

MAX_LISTED = 100_000


class LateStarts:
    """Starts projects and tasks whose start was interrupted. Starting twice is harmless."""

    def __init__(self, store: Store, client: Client, settings: Settings) -> None:
        self._store, self._client, self._queue = store, client, settings.task_queue
        self._started: dict[UUID, float] = {}
        """Until when the workflow of a project or a task is considered running."""
        self._listed: set[UUID] = set()
        """Projects whose workflow was only seen in a list, which may be older than what Temporal has."""

    async def start(self) -> int:
        """Start what is late. Return how many.

        Raises:
            temporalio.service.RPCError, TimeoutError: Temporal is unavailable. What cannot start for another reason is
                logged, and the others are started.
        """
        now = time.monotonic()
        self._started = {id: until for id, until in self._started.items() if until > now}
        async with self._store.reading() as connection:
            late_projects = await project_start.unstarted(connection, GRACE, self._started)
            late_tasks = await tasks.unstarted(connection, GRACE, self._started)
        if len(late_projects) > FEW:
            await self._remember_running({id for id, generation in late_projects if not generation})
        late_projects = [each for each in late_projects if each[0] not in self._started]
        started = 0
        for project_id, generation in late_projects:
            with one_of_many("project_not_started", project_id=str(project_id)):
                started += await self._start_project(project_id, RETRY_SECONDS if generation else START_SECONDS)
        for task_id in late_tasks:
            with one_of_many("task_not_started", task_id=str(task_id)):
                started += await self._start_task(task_id)
        return started

    async def _remember_running(self, project_ids: set[UUID]) -> None:
        """Ask Temporal for the workflows of projects, all at once: a start of each, which it would refuse, takes as
        long as a step. Once for each project: the next time, it is started if Temporal has lost it."""
        unknown = {project_workflow_id(id): id for id in project_ids - self._listed}
        if len(self._listed) > MAX_LISTED:
            self._listed.clear()
        if not unknown:
            return
        names = ", ".join(f"'{workflow_id}'" for workflow_id in unknown)
        query = f'ExecutionStatus = "Running" AND WorkflowId IN ({names})'
        async with asyncio.timeout(START_SECONDS):
            running = {unknown[run.id] async for run in self._client.list_workflows(query)}
        self._listed |= running
        self._started |= dict.fromkeys(running, time.monotonic() + REMEMBERED_SECONDS)

    async def _start_project(self, project_id: UUID, seconds: float) -> bool:
        start = from_records.start_unstarted(self._store, self._client, self._queue, project_id)
        if not await self._is_first(project_id, start, seconds):
            return False
        log.info("project_started_late", project_id=str(project_id))
        return True

    async def _start_task(self, task_id: UUID) -> bool:
        async with self._store.reading() as connection:
            task = await tasks.get(connection, task_id)
            # The list may be stale if Temporal was unavailable meanwhile.
            if task is None or task.status != TaskStatus.PENDING:
                return False
            handoff = await tasks.input_of(connection, task)
        with continued_trace(from_records.LATE_START, task.traceparent):
            start = start_handoff(self._client, self._queue, handoff)
            if not await self._is_first(task_id, start, START_SECONDS):
                return False
        log.info("task_started_late", project_id=str(handoff.project_id), task_id=str(task_id))
        return True

    async def _is_first(self, id: UUID, start: Awaitable[bool], seconds: float) -> bool:
        async with asyncio.timeout(seconds):
            is_first = await start
        self._started[id] = time.monotonic() + REMEMBERED_SECONDS
        return is_first
