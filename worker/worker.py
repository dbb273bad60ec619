"""The composition root: what the worker is made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from activities.agent_step import AgentSteps
from activities.permanent_errors import PermanentErrorInterceptor
from activities.records import Records
from config.settings import Settings
from crew.protocol import Agent
from models.contracts.enums import AgentType
from store.bus import Bus
from store.database import Database, log_database_problem
from store.transaction import Store
from worker.sweeper import keep_sweeping
from worker.workflow_sandbox import sandboxed_runner
from workflows.options import records_queue
from workflows.project import ProjectWorkflow
from workflows.task import HandoffWorkflow

# After a worker was killed, its workflows are offered to another once this has passed; the default is 10 s.
STICKY = timedelta(seconds=2)

# More at once would not end sooner, they share one Python; the others wait in the queue, where no timeout runs.
WORKFLOW_TASKS = 32


RECORDS = 32
"""Records written at once of those that were not written locally; they wait for PostgreSQL, whose pool is smaller."""


@asynccontextmanager
async def build_worker(
    client: Client, store: Store, agents: Mapping[AgentType, Agent], settings: Settings
) -> AsyncIterator[None]:
    """A worker with every workflow and activity, at work in the block."""
    records = Worker(
        client,
        task_queue=records_queue(settings.task_queue),
        activities=activities(store, agents, settings),
        interceptors=[PermanentErrorInterceptor()],
        max_concurrent_activities=RECORDS,
        graceful_shutdown_timeout=timedelta(seconds=settings.worker_drain_seconds),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    # Records that workflows ask for while they end are written: the workflows' own worker stops first.
    async with records, _workflows_and_steps(client, store, agents, settings):
        yield


def _workflows_and_steps(client: Client, store: Store, agents: Mapping[AgentType, Agent], settings: Settings) -> Worker:
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[ProjectWorkflow, HandoffWorkflow],
        activities=activities(store, agents, settings),
        workflow_runner=sandboxed_runner(),
        interceptors=[PermanentErrorInterceptor()],
        max_concurrent_activities=settings.worker_steps,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS,
        max_concurrent_local_activities=WORKFLOW_TASKS,
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=timedelta(seconds=settings.worker_drain_seconds),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


def activities(
    store: Store, agents: Mapping[AgentType, Agent], settings: Settings
) -> list[Callable[[Any], Awaitable[Any]]]:
    """All that the workflows can have done."""
    steps, records = AgentSteps(store, agents, settings.max_artifact_bytes), Records(store)
    return [
        steps.open_project,
        steps.run_agent_step,
        records.check_response,
        records.record_responses,
        records.record_expiry,
        records.record_status,
        records.record_problem,
    ]


async def run_worker(
    client: Client, agents: Mapping[AgentType, Agent], settings: Settings, stop: asyncio.Event
) -> None:
    """Work until `stop` is set; then let the steps under way end, as long as `worker_drain_seconds` allows."""
    database, bus = Database(settings), Bus(settings)
    store = Store(database, bus)
    looking = asyncio.create_task(log_database_problem(database))
    sweeper = asyncio.create_task(keep_sweeping(store, client, settings))
    try:
        async with build_worker(client, store, agents, settings):
            await stop.wait()
    finally:
        looking.cancel()
        sweeper.cancel()
        await asyncio.gather(looking, sweeper, return_exceptions=True)
        await bus.close()
        await database.close()
