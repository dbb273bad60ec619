"""The sweeper starts what was committed but not started, and runs the reconciler."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
import structlog
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError
from uuid_utils.compat import uuid7

from cli.stack.embedded import Servers
from config.settings import Settings
from models.contracts.enums import HitlStatus, Oversight, ProjectStatus, TaskStatus
from models.contracts.handoff import Handoff
from models.contracts.names import BuiltInRole
from models.contracts.project import ProjectInput
from store import hitl, project_start, projects, tasks
from store.transaction import Store
from tests.conftest import own_settings, own_store
from tests.waiting import eventually
from tests.worker.committed_projects import GATED, PLAIN, committed, status_is, waiting
from tests.workflows.crew_under_test import answer
from worker import late_starts
from worker.late_starts import LateStarts
from worker.reconciler import Reconciler
from workflows import from_records
from workflows.client import handoff_handle, project_handle, start_project, task_workflow_id


@pytest.fixture(autouse=True)
def _without_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_starts, "GRACE", timedelta(0))


async def test_two_sweepers_start_an_unstarted_project_once(
    store: Store, temporal: Client, settings: Settings, worker: None
) -> None:
    project_id = await committed(store, PLAIN)

    await asyncio.gather(*(LateStarts(store, temporal, settings).start() for _ in range(2)))

    await status_is(store, project_id, ProjectStatus.COMPLETED)
    async with store.reading() as connection:
        assert [task.stage for task in await tasks.of_project(connection, project_id)] == ["plan"]


async def test_an_unstarted_task_is_started(store: Store, temporal: Client, settings: Settings, worker: None) -> None:
    project_id = await committed(store, GATED)
    task_id = uuid7()
    async with store.transaction(project_id) as tx:
        handoff = Handoff(to_agent=BuiltInRole.ANALYST, phase="task", instructions="Say something.")
        await tasks.submit(tx, task_id, task_workflow_id(task_id), handoff)

    await LateStarts(store, temporal, settings).start()

    async def completed() -> bool:
        async with store.reading() as connection:
            task = await tasks.get(connection, task_id)
        return task is not None and task.status == TaskStatus.COMPLETED

    await eventually(completed)


async def test_a_project_whose_workflow_was_terminated_is_recorded_as_failed(
    store: Store, temporal: Client, settings: Settings, worker: None
) -> None:
    project_id = await waiting(store, temporal, settings)
    handle = project_handle(temporal, project_id)
    await handle.terminate("by an operator")
    assert (await handle.describe()).status is WorkflowExecutionStatus.TERMINATED

    async def settled() -> bool:  # visibility lags behind
        await Reconciler(store, temporal, settings).reconcile()
        async with store.reading() as connection:
            project = await projects.get(connection, project_id)
        return project is not None and project.status == ProjectStatus.FAILED

    await eventually(settled)
    project = await status_is(store, project_id, ProjectStatus.FAILED)
    assert project.reason == "its workflow was ended in Temporal"
    assert project.open_requests == 0
    async with store.reading() as connection:
        (request,) = await hitl.find(connection, project_id=project_id)
    assert request.status == HitlStatus.CANCELLED


async def test_a_project_whose_workflow_was_reset_continues(
    store: Store, temporal: Client, settings: Settings, worker: None
) -> None:
    """The reset run is listed as terminated. There is also a workflow that is not ours."""
    project_id = await waiting(store, temporal, settings)
    handle = project_handle(temporal, project_id)
    foreign = await temporal.start_workflow("Foreign", id="project-not-ours", task_queue=settings.task_queue)
    await foreign.terminate()

    async def last_workflow_task() -> tuple[str, int] | None:  # the request exists before its workflow task has ended
        history = await handle.fetch_history()
        ends = [one.event_id for one in history.events if one.HasField("workflow_task_completed_event_attributes")]
        return (history.run_id, ends[-1]) if ends else None

    run_id, last = await eventually(last_workflow_task)
    await temporal.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=temporal.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=run_id),
            reason="by an operator",
            workflow_task_finish_event_id=last,
            request_id=str(uuid7()),
        )
    )
    query = f'WorkflowId = "{handle.id}" AND ExecutionStatus = "Terminated"'

    async def listed() -> bool:
        return bool([one async for one in temporal.list_workflows(query)])

    await eventually(listed)
    assert await Reconciler(store, temporal, settings).reconcile() == 0
    async with store.reading() as connection:
        (request,) = await hitl.find(connection, project_id=project_id)
    assert request.status == HitlStatus.PENDING
    await handle.signal("respond", answer(request, "approve"))
    await status_is(store, project_id, ProjectStatus.COMPLETED)


async def test_waiting_projects_do_not_keep_others_from_being_started(servers: Servers, temporal: Client) -> None:
    """No worker polls their queue and no other sweeper uses their database, so that started projects do not change."""
    async with own_settings(servers) as settings, own_store(settings) as store:
        for _ in range(120):
            await committed(store, PLAIN)
        while await LateStarts(store, temporal, settings).start():
            pass
        last = await committed(store, PLAIN)

        async def is_started() -> bool:
            await LateStarts(store, temporal, settings).start()
            try:
                return (await project_handle(temporal, last).describe()).status is WorkflowExecutionStatus.RUNNING
            except RPCError:
                return False

        await eventually(is_started)


async def test_what_only_waits_for_a_worker_is_started_once(
    servers: Servers, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[UUID] = []

    async def counted(client: Client, queue: str, project: ProjectInput) -> bool:
        calls.append(project.project_id)
        return await start_project(client, queue, project)

    monkeypatch.setattr(from_records, "start_project", counted)
    async with own_settings(servers) as settings, own_store(settings) as store:
        starts = LateStarts(store, temporal, settings)
        project_id = await committed(store, PLAIN)
        assert await starts.start() == 1
        assert await starts.start() == 0
        assert calls == [project_id]
        monkeypatch.setattr(late_starts, "REMEMBERED_SECONDS", 0.0)  # Temporal may lose what it had
        starts = LateStarts(store, temporal, settings)
        for _ in range(2):
            assert await starts.start() == 0
        assert calls == [project_id] * 3


async def test_what_temporal_lists_as_running_is_started_only_once_it_was_looked_for_before(
    servers: Servers, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: set[UUID] = set()

    async def counted(client: Client, queue: str, project: ProjectInput) -> bool:
        calls.add(project.project_id)
        return await start_project(client, queue, project)

    async with own_settings(servers) as settings, own_store(settings) as store:
        queued = {await committed(store, PLAIN) for _ in range(late_starts.FEW + 1)}
        assert await LateStarts(store, temporal, settings).start() == len(queued)
        monkeypatch.setattr(from_records, "start_project", counted)
        monkeypatch.setattr(late_starts, "REMEMBERED_SECONDS", 0.0)

        async def are_listed() -> LateStarts | None:
            calls.clear()
            starts = LateStarts(store, temporal, settings)
            assert await starts.start() == 0
            return None if calls else starts

        starts = await eventually(are_listed)
        late = await committed(store, PLAIN)
        assert await starts.start() == 1
        assert calls == {late} | queued  # which Temporal might have lost


async def test_what_cannot_start_does_not_keep_others_from_being_started(servers: Servers, temporal: Client) -> None:
    """The pipelines of some rows cannot be read. The others are started in the same sweep."""
    async with own_settings(servers) as settings, own_store(settings) as store:
        committed_ids = [await committed(store, PLAIN) for _ in range(8)]
        async with store.database.engine.begin() as connection:
            await connection.execute(
                text("UPDATE project SET pipeline = '{}' WHERE id = ANY(:ids)"), {"ids": committed_ids[::2]}
            )
        with structlog.testing.capture_logs() as logs:
            assert await LateStarts(store, temporal, settings).start() == 4
        failed = {one["project_id"] for one in logs if one["event"] == "project_not_started"}
        assert failed == {str(one) for one in committed_ids[::2]}


async def test_a_sweep_ends_if_temporal_is_unavailable(
    servers: Servers, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each start would wait in vain."""
    monkeypatch.setattr(late_starts, "START_SECONDS", 0.0)
    async with own_settings(servers) as settings, own_store(settings) as store:
        for _ in range(2):
            await committed(store, PLAIN)
        with pytest.raises(TimeoutError):
            await LateStarts(store, temporal, settings).start()


async def test_a_task_whose_workflow_was_cancelled_in_temporal_is_recorded_with_its_request(
    store: Store, temporal: Client, settings: Settings, worker: None
) -> None:
    new = project_start.NewProject(uuid7(), "A project", "# A brief\n\n- It works.\n", GATED, Oversight.HIGH)
    task_id = uuid7()
    async with store.transaction(new.id) as tx:
        assert await project_start.create(tx, new)
    async with store.transaction(new.id) as tx:
        handoff = Handoff(to_agent=BuiltInRole.ANALYST, phase="task", instructions="Say something.")
        await tasks.submit(tx, task_id, task_workflow_id(task_id), handoff)
    await LateStarts(store, temporal, settings).start()

    async def has(status: TaskStatus) -> bool:
        await Reconciler(store, temporal, settings).reconcile()
        async with store.reading() as connection:
            task = await tasks.get(connection, task_id)
        return task is not None and task.status == status

    await eventually(lambda: has(TaskStatus.WAITING_FOR_HITL))
    await handoff_handle(temporal, task_workflow_id(task_id)).cancel()

    await eventually(lambda: has(TaskStatus.CANCELLED))
    async with store.reading() as connection:
        requests = await hitl.find(connection, project_id=new.id)
    assert {request.status for request in requests if request.task_id == task_id} == {HitlStatus.CANCELLED}
