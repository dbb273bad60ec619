"""Restart or end open projects and tasks whose workflow cannot continue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus

from api.auth.actions import add_control
from api.auth.caller import Caller
from api.errors import ConflictError
from api.services import Services
from api.temporal import temporal_call
from models.contracts.enums import ControlAction
from models.contracts.hitl import HitlResponse
from store import hitl_extensions, open_workflows, workflow_repairs
from store.open_workflows import OpenWorkflow
from workflows.client import find_workflow
from workflows.from_records import OtherGenerationError, read_signals, start_generation, terminate

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20.0
"""How long all calls of one restart may take: a long history has to be read for its unrecorded responses."""

END_REASON = "ended: its workflow was not running"
CONCURRENT_RECOVERY = "Another restart or end of it is in progress."
RUNNING = "Its workflow is running."


async def restart(services: Services, workflow_id: str, caller: Caller) -> OpenWorkflow:
    """Start a workflow again from its records. Return its row from before the restart.

    The order of the steps makes it safe to fail anywhere and to be requested again: increment the generation, which
    only one caller can; terminate the last run; read the responses that it received and did not judge; start the next
    run.

    Raises:
        ConflictError: the workflow is running, has ended, or was restarted by another caller.
        UnavailableError: Temporal is unavailable.
    """
    async with _exclusive(services, workflow_id), temporal_call(TIMEOUT_SECONDS):
        row = await _get_open(services, workflow_id)
        last_run = await _find_stopped_run(services, row)
        async with services.store.transaction(row.project_id, caller.principal_id) as tx:
            add_control(tx, ControlAction.RESTART, caller, row.task_id)
            if not await workflow_repairs.claim_restart(tx, row):
                raise ConflictError(CONCURRENT_RECOVERY)
        responses: list[HitlResponse] = []
        if last_run is not None:
            await terminate(services.temporal, last_run, "restarted from its records")
            responses, extensions = await read_signals(services.temporal, last_run)
            for extension in extensions:  # before the records are read; those that were applied have no effect
                async with services.store.transaction(row.project_id) as tx:
                    await hitl_extensions.extend(tx, extension)
        if not await _start(services, row, responses):
            raise ConflictError(RUNNING)
        await _clear_problem(services, workflow_id)
    log.warning("workflow_restarted", workflow_id=workflow_id, generation=row.generation + 1)
    return row


async def end(services: Services, workflow_id: str, caller: Caller) -> OpenWorkflow:
    """Record a project or task as cancelled and terminate its workflow, if there is one. Return its row from before.

    Raises:
        ConflictError: the workflow is running, or has ended.
        UnavailableError: Temporal is unavailable.
    """
    async with _exclusive(services, workflow_id), temporal_call(TIMEOUT_SECONDS):
        row = await _get_open(services, workflow_id)
        last_run = await _find_stopped_run(services, row)
        async with services.store.transaction(row.project_id, caller.principal_id) as tx:
            add_control(tx, ControlAction.END, caller, row.task_id)
            await workflow_repairs.cancel(tx, row, END_REASON)
        if last_run is not None:
            # If Temporal fails now, the run that remains finds in the records that it has ended.
            await terminate(services.temporal, last_run, "ended by a person")
    log.warning("workflow_ended", workflow_id=workflow_id)
    return row


@asynccontextmanager
async def _exclusive(services: Services, workflow_id: str) -> AsyncIterator[None]:
    """Hold the lock that every restart and every end of this workflow takes.

    Before it waits for anything long, it checks that both servers answer and that there is something to do.
    """
    async with temporal_call():
        await _find_stopped_run(services, await _get_open(services, workflow_id))
    async with services.recovery_slots, services.store.database.writing(TIMEOUT_SECONDS) as connection:
        if not await workflow_repairs.try_lock(connection, workflow_id):
            raise ConflictError(CONCURRENT_RECOVERY)
        yield


async def _get_open(services: Services, workflow_id: str) -> OpenWorkflow:
    async with services.store.reading() as connection:
        row = await open_workflows.get(connection, workflow_id)
    if row is None:
        raise ConflictError("It has ended.")
    return row


async def _find_stopped_run(services: Services, row: OpenWorkflow) -> WorkflowExecutionDescription | None:
    """Return the last run of a workflow that is closed or cannot continue, or None if Temporal has none."""
    last_run = await find_workflow(services.temporal, row.workflow_id)
    if last_run is None or last_run.status is not WorkflowExecutionStatus.RUNNING:
        return last_run
    if row.problem is None or row.problem.run_id != last_run.run_id:
        raise ConflictError(RUNNING)
    return last_run


async def _start(services: Services, row: OpenWorkflow, responses: Sequence[HitlResponse]) -> bool:
    """Start the next run from the records. Return False if another one is running."""
    queue, generation = services.settings.task_queue, row.generation + 1
    try:
        return await start_generation(services.store, services.temporal, queue, row.workflow_id, generation, responses)
    except OtherGenerationError:
        raise ConflictError(CONCURRENT_RECOVERY) from None


async def _clear_problem(services: Services, workflow_id: str) -> None:
    async with services.store.reading() as connection:
        row = await open_workflows.get(connection, workflow_id)
    if row is not None and row.problem is not None:
        async with services.store.transaction(row.project_id) as tx:
            await workflow_repairs.record_problem(tx, row, None)
