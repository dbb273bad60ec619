"""A workflow that is missing, stuck, or does not match its records is reported with its cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import text
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from config.settings import Settings
from models.contracts.project import ProjectInput
from store.transaction import Store
from tests.waiting import eventually
from tests.worker.lost_workflows import lose, post, problems
from tests.worker.reconciler.lost_projects import CREWS, Lost, restore_before_decision
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, Held, raises, works
from worker.reconciler import Reconciler
from worker.worker import build_worker
from workflows.client import connect, find_workflow, start_project

pytestmark = pytest.mark.long


async def test_records_that_are_older_than_their_workflow_are_reported(lost: Lost) -> None:
    """PostgreSQL was restored from an earlier state: the workflow waits at a gate that is not in the records. The
    decision that they lack was acknowledged, and is applied."""
    story = await lost.begin(PLAN | GATE, BUILD | {"gate": {}})
    earlier = await story.request("plan")
    decided = await story.respond(earlier, "approve")
    await story.request("build")
    await story.view("accepted")
    await restore_before_decision(lost.store, story.id, earlier.id)
    await lost.reported(story, "inconsistent")
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    assert (await story.judged(decided)).outcome == "applied"
    await story.respond(await story.request("build"), "approve")
    await lost.completed(story)


async def test_a_workflow_that_is_older_than_its_records_is_reported(lost: Lost) -> None:
    """Temporal was restored from an earlier state: it waits for a decision that is already recorded."""
    story = await lost.begin(PLAN | GATE, BUILD | GATE)
    request = await story.request("plan")
    await story.respond(request, "approve")
    await story.request("build")
    await lose(lost.temporal, story.handle.id)
    # Temporal then has a run that is still at its first gate. The records already have its step.
    async with lost.store.database.engine.begin() as connection:
        await connection.execute(text("UPDATE project SET opened_run = NULL WHERE id = :id"), {"id": story.id})
    await start_project(lost.temporal, lost.settings.task_queue, story.given)
    await lost.reported(story, "inconsistent")
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await story.respond(await story.request("build"), "approve")
    await lost.completed(story)
    assert len(await story.tasks()) == 2


async def test_a_paused_workflow_with_active_records_is_reported(lost: Lost) -> None:
    """The dump was made before the pause, so the project could not be resumed."""
    story = await lost.begin(PLAN | GATE, BUILD)
    request = await story.request("plan")
    assert await post(lost.http, f"/projects/{story.id}/pause") == 202
    await story.status("paused")
    async with lost.store.database.engine.begin() as connection:
        await connection.execute(text("UPDATE project SET status = 'waiting' WHERE id = :id"), {"id": story.id})
    await lost.reported(story, "inconsistent")
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await story.respond(request, "approve")
    await lost.completed(story)


async def test_a_step_whose_inputs_are_missing_fails(lost: Lost) -> None:
    """The database was restored without the accepted artifact: the workflow fails with that reason."""
    held = Held(then=raises(ValueError("again")))
    story = await lost.begin(PLAN, BUILD, build=[held, works])
    await held.begun.wait()
    async with lost.store.database.engine.begin() as connection:
        for statement in (
            "DELETE FROM event WHERE project_id = :id AND seq > 2",
            "DELETE FROM artifact WHERE project_id = :id AND type = 'project_plan'",
            "DELETE FROM agent_state WHERE project_id = :id",
            "DELETE FROM task WHERE project_id = :id",
            "UPDATE project SET last_seq = (SELECT max(seq) FROM event WHERE project_id = :id) WHERE id = :id",
        ):
            await connection.execute(text(statement), {"id": story.id})
    held.let_go.set()
    found = await lost.reported(story)
    assert (found["kind"], "the database lacks" in found["detail"]) == ("missing", True), found
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await lost.completed(story)


async def test_no_workflow_is_reported_missing_if_the_namespace_or_temporal_is(
    lost: Lost, store: Store, settings: Settings, temporal: Client
) -> None:
    story = await lost.begin(PLAN | GATE)
    await story.request("plan")
    elsewhere = await Client.connect(temporal.service_client.config.target_host, namespace="nowhere")
    with pytest.raises(RPCError) as missing:
        await Reconciler(store, elsewhere, settings).reconcile()
    assert missing.value.status is RPCStatusCode.NOT_FOUND
    with pytest.raises(RPCError):
        await find_workflow(elsewhere, story.handle.id)
    nobody = await Client.connect("127.0.0.1:9", lazy=True)
    with pytest.raises((RPCError, RuntimeError)):
        await Reconciler(store, nobody, settings).reconcile()
    assert (await story.project()).workflow_problem is None


@workflow.defn(name="ProjectWorkflow")
class Incompatible:
    """A version of the workflow that does not match the histories of the previous one."""

    @workflow.run
    async def run(self, project: ProjectInput) -> None:
        await workflow.sleep(1)

    @workflow.signal(dynamic=True)
    async def signalled(self, name: str, payloads: Sequence[RawValue]) -> None:
        pass


async def test_a_stuck_workflow_is_reported_with_its_cause(lost: Lost) -> None:
    """Two responses are acknowledged that it cannot judge. It judges them after a restart from the records."""
    queue = f"{lost.settings.task_queue}-upgraded"
    elsewhere = lost.settings.model_copy(update={"task_queue": queue})
    async with build_worker(lost.temporal, lost.store, CREWS, elsewhere):
        story = await lost.begin(PLAN | GATE, BUILD, queue=queue)
        request = await story.request("plan")
        await story.view("waiting for a decision")
    reconciler = Reconciler(lost.store, lost.temporal, elsewhere)
    async with Worker(
        await connect(), task_queue=queue, workflows=[Incompatible], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        first = await story.respond(request, "approve")
        second = await story.respond(request, "reject", comment="No.")

        async def named() -> dict[str, Any] | None:
            await reconciler.reconcile()
            return (await problems(lost.http)).get(story.handle.id)

        found = await eventually(named)
    assert (found["kind"], "non deterministic" in found["detail"]) == ("stuck", True), found
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await lost.completed(story)
    assert [(await story.judged(one)).outcome for one in (first, second)] == ["applied", "superseded"]


async def test_a_waiting_workflow_whose_project_is_unknown_ends(lost: Lost) -> None:
    """PostgreSQL was restored from a state before that project."""
    known, story = await lost.begin(PLAN | GATE), await lost.begin(PLAN | GATE)
    request = await known.request("plan")
    await story.request("plan")
    await forget(lost.store, story.id)

    async def is_ended() -> bool:
        await lost.reconciler.reconcile()
        return (await story.handle.describe()).status is WorkflowExecutionStatus.TERMINATED

    await eventually(is_ended)
    await known.respond(request, "approve")
    await lost.completed(known)


async def test_a_workflow_whose_project_has_ended_ends(lost: Lost) -> None:
    """Temporal was restored from a state in which the project still waited at its gate."""
    story = await lost.begin(PLAN | GATE)
    await story.respond(await story.request("plan"), "approve")
    await lost.completed(story)
    await lose(lost.temporal, story.handle.id)
    # A run that is still before its first step: it finds the work done, but the decision was never sent to it.
    queue = f"{lost.settings.task_queue}-restored"
    earlier = lost.settings.model_copy(update={"task_queue": queue})
    await start_project(lost.temporal, queue, story.given)
    reconciler = Reconciler(lost.store, lost.temporal, earlier)

    async def is_ended() -> bool:
        await reconciler.reconcile()
        return (await story.handle.describe()).status is WorkflowExecutionStatus.TERMINATED

    await eventually(is_ended)
    assert (await story.project()).status == "completed"


async def test_no_workflow_is_ended_if_all_are_unknown(lost: Lost) -> None:
    """The worker has the address of another database."""
    queue = f"{lost.settings.task_queue}-elsewhere"
    stories = [await lost.begin(PLAN, queue=queue) for _ in range(2)]
    for story in stories:
        await forget(lost.store, story.id)
    reconciler = Reconciler(lost.store, lost.temporal, lost.settings.model_copy(update={"task_queue": queue}))
    with structlog.testing.capture_logs() as logs:

        async def is_noticed() -> bool:
            await reconciler.reconcile()
            return {"event": "no_project_is_known", "log_level": "error", "workflows": 2} in logs

        await eventually(is_noticed)
    for story in stories:
        assert (await story.handle.describe()).status is WorkflowExecutionStatus.RUNNING
        await story.handle.terminate()


async def forget(store: Store, project_id: UUID) -> None:
    """Delete a project and all that belongs to it."""
    async with store.database.engine.begin() as connection:
        for table in ("hitl_decision", "hitl_request", "artifact", "event", "agent_state", "task"):
            await connection.execute(text(f"DELETE FROM {table} WHERE project_id = :id"), {"id": project_id})
        await connection.execute(text("DELETE FROM project WHERE id = :id"), {"id": project_id})
