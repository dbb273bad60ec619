"""The composition root of the worker process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import FixedSizeSlotSupplier, PollerBehaviorAutoscaling, Worker, WorkerTuner, WorkflowRunner

from activities.agent_step import AgentSteps
from activities.extensions import Extensions
from activities.permanent_errors import PermanentErrorInterceptor
from activities.project_opening import ProjectOpening
from activities.records import Records
from config.settings import Settings
from crew.protocol import Crews
from store.bus import Bus
from store.database import Database, log_database_problem
from store.transaction import Store
from worker.busy_loop import BusyLoopHeartbeats
from worker.inline_executor import InlineExecutor
from worker.retention import run_retention
from worker.step_slots import StepSlots
from worker.sweeper import run_sweeper
from worker.workflow_sandbox import ProductionRunner
from workflows.options import records_queue
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

STICKY = timedelta(seconds=2)
"""If a worker is killed, its workflows move to another one after this long. The default is 10 s."""

WORKFLOW_TASKS = 32
"""More would not finish sooner, because they share one Python process. Others wait in the queue, without a timeout."""

RECORDS = 32
"""Concurrent records that could not be written locally. They wait for PostgreSQL, whose pool is smaller."""

STEPS_PART = 6
"""Tenths of the connections that all steps share, however many run. The others are for the records of workflows, which
Temporal times out. Of 600 steps that asked a model, 178 failed as the pool ran out (measured)."""

HEARTBEAT_PAUSE = timedelta(seconds=1.5)
"""The library sends a step's heartbeats this long apart, at least. By default that is 0.8 of their timeout: if a busy
machine delays one by a second, the step is started again, and its call asked twice."""


@asynccontextmanager
async def build_worker(
    client: Client, store: Store, crews: Crews, settings: Settings, runner: WorkflowRunner | None = None
) -> AsyncIterator[None]:
    """Run a worker with every workflow and activity inside the block. `runner` runs the workflows' code, in threads; by
    default, it runs on the event loop and without a sandbox."""
    heartbeats, slots = BusyLoopHeartbeats(client), StepSlots(settings.worker_steps)
    few = FixedSizeSlotSupplier(WORKFLOW_TASKS)
    shared: dict[str, Any] = {
        "activities": activities(store, crews, settings),
        "interceptors": [PermanentErrorInterceptor(), heartbeats],
        "max_heartbeat_throttle_interval": HEARTBEAT_PAUSE,
        "graceful_shutdown_timeout": timedelta(seconds=settings.worker_drain_seconds),
        "activity_task_poller_behavior": PollerBehaviorAutoscaling(),
    }
    records = Worker(client, task_queue=records_queue(settings.task_queue), max_concurrent_activities=RECORDS, **shared)
    workflows_and_steps = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[ProjectWorkflow, HandoffWorkflow],
        workflow_runner=runner or ProductionRunner(),
        workflow_task_executor=InlineExecutor() if runner is None else None,
        tuner=WorkerTuner.create_composite(
            workflow_supplier=few, activity_supplier=slots, local_activity_supplier=few, nexus_supplier=few
        ),
        sticky_queue_schedule_to_start_timeout=STICKY,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        **{**shared, "interceptors": [*shared["interceptors"], slots]},
    )
    # Records stop last, so that they are still written for workflows that are finishing.
    async with heartbeats.repeating(), records, workflows_and_steps:
        yield


def activities(store: Store, crews: Crews, settings: Settings) -> list[Callable[[Any], Awaitable[Any]]]:
    """Return every activity."""
    max_wait = timedelta(seconds=settings.model_wait_seconds)
    places = max(1, settings.database_pool * STEPS_PART // 10)
    steps = AgentSteps(store.with_places(places), crews, settings.max_artifact_bytes, settings.daily_budget, max_wait)
    records = Records(store)
    return [
        ProjectOpening(store, crews).open_project,
        steps.run_agent_step,
        records.check_response,
        records.record_responses,
        records.record_expiry,
        records.record_status,
        records.record_problem,
        Extensions(store).record_extension,
    ]


async def run_worker(client: Client, crews: Crews, settings: Settings, stop: asyncio.Event) -> None:
    """Run a worker until `stop` is set. Then give its running steps `worker_drain_seconds` to finish."""
    database, bus = Database(settings), Bus(settings)
    store = Store(database, bus)
    database_check = asyncio.create_task(log_database_problem(database))
    sweeper = asyncio.create_task(run_sweeper(store, client, settings))
    retention = asyncio.create_task(run_retention(store, settings))
    try:
        async with build_worker(client, store, crews, settings):
            await stop.wait()
    finally:
        database_check.cancel()
        sweeper.cancel()
        retention.cancel()
        await asyncio.gather(database_check, sweeper, retention, return_exceptions=True)
        await crews.close()
        await bus.close()
        await database.close()
